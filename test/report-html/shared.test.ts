import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCommand, shellLine } from '../../report-html/apply-command.js';
import { csvOf } from '../../report-html/csv.js';
import {
  axisValues,
  errorRange,
  idOf,
  isUnchanged,
  onSystems,
  systemOf,
  type Dataset,
} from '../../report-html/dataset.js';
import type { LayerSide } from '../../report-html/contract.js';
import { flowsOf, optionCounts } from '../../report-html/flows.js';
import { ARRAYS, fromPlanes, kindOf, toPlanes } from '../../report-html/numbers.js';
import { EVERYTHING, rangeOf, selectedRows, sortedRows } from '../../report-html/selection.js';
import { changeText, valueText } from '../../report-html/words.js';
import { execFileSync } from 'node:child_process';
import { parse } from 'csv-parse/sync';
import { dataOf, madeUpCliffs, madeUpReport } from './reports.js';
import { beyondStep, costsAt, placeOfToday, pointText } from '../../report-html/cliff-points.js';
import { layerNote } from '../../report-html/layer-note.js';

const SEED = { seed: 14, numRuns: 100 };

describe('numbers as planes of bytes', () => {
  it('come back as they were, in the smallest kind that holds them', () => {
    const numbers = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 255 })),
      fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      fc.array(fc.double()),
    );
    fc.assert(
      fc.property(numbers, (values) => {
        const kind = kindOf(values);
        expect([...fromPlanes(toPlanes(ARRAYS[kind].from(values)), kind)]).toEqual(values);
      }),
      SEED,
    );
  });

  it('have the first bytes of all numbers first', () => {
    expect([...toPlanes(Uint16Array.of(0x0102, 0x0304))]).toEqual([2, 4, 1, 3]);
    expect(kindOf([255])).toBe('u8');
    expect(kindOf([256])).toBe('u16');
    expect(kindOf([65536])).toBe('u32');
    expect(kindOf([-1])).toBe('f64');
    expect(kindOf([NaN])).toBe('f64');
  });
});

describe('selecting designs', async () => {
  const data = await dataOf(madeUpReport(500));
  const axes = { x: axisValues(data, 'cycles_total', true), y: axisValues(data, 'sram_total_bytes', true) };
  const all = Array.from({ length: data.count }, (_, row) => row);
  const cycles = data.values.get('cycles_total')!;

  it('keeps what passes every filter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1, max: 2 }),
        fc.boolean(),
        fc.tuple(fc.nat(1e6), fc.nat(1e6)),
        fc.subarray([0, 1, 2, 3]),
        fc.constantFrom('', '0s', 'u55-64 s2'),
        fc.option(fc.tuple(fc.double({ min: 0, max: 2 }), fc.double({ min: 0, max: 2 }))),
        (system, frontOnly, [from, to], digits, text, brush) => {
          const kept = new Map(digits.length === 0 ? [] : [[0, new Set(digits)]]);
          const area = brush && { x: brush, y: [0, 1] as const };
          const filter = {
            system,
            frontOnly,
            text,
            kept,
            ranges: new Map([['cycles_total', [from, to] as const]]),
            brush: area ?? undefined,
          };
          const wanted = all.filter(
            (row) =>
              (system < 0 || systemOf(data, row) === system) &&
              (!frontOnly || data.systemRank[row] === 1) &&
              cycles[row]! >= from &&
              cycles[row]! <= to &&
              (digits.length === 0 || digits.includes(data.digits[0]![row]!)) &&
              text.split(' ').every((word) => idOf(data, row).includes(word)) &&
              (!area ||
                (axes.x[row]! >= area.x[0] &&
                  axes.x[row]! <= area.x[1] &&
                  axes.y[row]! >= 0 &&
                  axes.y[row]! <= 1)),
          );
          expect([...selectedRows(data, filter, axes)]).toEqual(wanted);
        },
      ),
      SEED,
    );
  });

  it('sorts both ways and keeps equal designs in their order', () => {
    const rows = selectedRows(data, EVERYTHING, axes);
    const up = [...sortedRows(data, rows, { column: 'cycles_total', descending: false })];
    const down = [...sortedRows(data, rows, { column: 'cycles_total', descending: true })];
    expect(up).toEqual(all.toSorted((a, b) => cycles[a]! - cycles[b]! || a - b));
    expect(down).toEqual(all.toSorted((a, b) => cycles[b]! - cycles[a]! || a - b));
    expect(sortedRows(data, rows, undefined)).toBe(rows);
  });

  it('reads ranges with open ends, and none from what is no number', () => {
    expect(rangeOf('1,000', '')).toEqual([1000, Infinity]);
    expect(rangeOf(' ', '2.5')).toEqual([-Infinity, 2.5]);
    expect(rangeOf('', '')).toBeUndefined();
    expect(rangeOf('many', '')).toBeUndefined();
  });

  it('counts options, and where designs go from one choice to the next', () => {
    const rows = selectedRows(data, { ...EVERYTHING, system: 1 }, axes);
    const counts = optionCounts(data, rows);
    expect(counts.at(-1)).toEqual([0, rows.length, 0]);
    for (const [position, flows] of flowsOf(data, rows, axes.x).entries()) {
      expect(flows.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
      for (const [digit, count] of counts[position]!.entries())
        expect(flows.filter(({ from }) => from === digit).reduce((sum, flow) => sum + flow.count, 0)).toBe(
          count,
        );
    }
  });

  it('finds a design on every system', () => {
    for (const row of all.slice(0, 20)) {
      const found = onSystems(data, row);
      expect(idOf(data, found[systemOf(data, row)]!)).toBe(idOf(data, row));
    }
  });
});

describe('errors of values', async () => {
  const report = madeUpReport(20);
  const [model] = report.models;
  const columns = model!.columns.map((column) =>
    column.name === 'cycles_total' ? { ...column, error: { low: 'cycles_npu', high: 'nn_macs' } } : column,
  );
  const data = await dataOf({ ...report, models: [{ ...model!, columns }] });

  it('are read from the columns that are named, and divided like the values', () => {
    const [low, high] = ['cycles_npu', 'nn_macs'].map((name) => data.values.get(name)![3]!);
    expect(errorRange(data, 'cycles_total', 3)).toEqual([low, high]);
    expect(errorRange(data, 'cycles_total', 3, true)).toEqual([low! / 1e6, high! / 1e6]);
    expect(errorRange(data, 'nn_macs', 3)).toBeUndefined();
  });
});

describe('texts', async () => {
  const data = await dataOf(madeUpReport(5, { name: '=1+1","x', path: "a b'c;$(d).tflite" }));

  it('show values in their units', () => {
    expect(valueText('cycles', 1847267)).toBe('1,847,267');
    expect(valueText('milliseconds', 0.04389)).toBe('0.0439');
    expect(valueText('share', 0.00001)).toBe('<0.0001');
    expect(valueText('fraction', 0.984)).toBe('98.4 %');
    expect(valueText('difference', -0.004)).toBe('-0.4 points');
    expect(valueText('bytes', NaN)).toBe('unknown');
    expect(changeText(100, 31.9)).toBe('−68.1%');
    expect(changeText(100, 100.05)).toBe('+0.05%');
    expect(changeText(100, 100)).toBe('=');
    expect(changeText(NaN, 1)).toBe('');
  });

  it('name a design so that a shell passes it on as it is', () => {
    const command = applyCommand(data, 0, { applyArguments: ['--samples', 'my samples'] });
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect(words).toEqual([
      'paretou',
      'apply',
      "a b'c;$(d).tflite",
      '--design',
      idOf(data, 0),
      '--samples',
      'my samples',
    ]);
    expect(shellLine(['a', ''])).toBe("a ''");
    expect(shellLine(["a\u001b[31m\u202e'b"])).toBe("$'a\\u001b[31m\\u202e\\'b'");
  });

  it('name a system that is not configured as usual', () => {
    const [system] = data.model.systems;
    const systems = data.model.systems.map(() => ({ ...system!, code: 'u55-32-3f2a' }));
    const other: Dataset = { ...data, model: { ...data.model, systems } };
    expect(applyCommand(other, 0, { applyArguments: [] })).toMatch(
      /@u55-32-3f2a --system-config Test --memory-mode Shared_Sram$/,
    );
  });

  it('become CSV that no spreadsheet takes for formulas', () => {
    const rows = parse(csvOf(data, [0, 2]), { columns: true }) as unknown as Record<string, string>[];
    expect(rows.map((row) => row['design'])).toEqual([idOf(data, 0), idOf(data, 2)]);
    expect(rows[0]).toMatchObject({
      rank: '1',
      model: `'=1+1","x`,
      cycles_total: String(data.values.get('cycles_total')![0]),
    });
  });
});

describe('a curve of cliffs', () => {
  const [curve] = madeUpCliffs().systems[0]!.curves;
  const at = (channels: number): number => curve!.channels.indexOf(channels);

  it('tells cycles as shares of the layers that the channels touch, and SRAM as it is', () => {
    expect(costsAt(curve!, at(33))).toEqual({ cycles: '+25.0%', sram: '+50.0%' });
    expect(costsAt(curve!, at(16))).toEqual({ cycles: '−25.0%', sram: '−50.0%' });
    expect(pointText(curve!, at(33))).toBe(
      '33 channels: 13,000 cycles (+25.0% in these layers), 3 KiB of SRAM (+50.0%)',
    );
    expect(pointText(curve!, at(31))).toBe('31 channels: 12,000 cycles, 2 KiB of SRAM');
    expect(pointText(curve!, placeOfToday(curve!))).toBe(
      '32 channels, as today: 12,000 cycles, 2 KiB of SRAM',
    );
  });

  it('is walked from step to step, and ends where it ends', () => {
    const walk = (from: number, direction: 1 | -1): number =>
      curve!.channels[beyondStep(curve!, at(from), direction)]!;
    expect([walk(32, 1), walk(33, 1), walk(49, 1)]).toEqual([33, 49, 56]);
    expect([walk(56, -1), walk(33, -1), walk(32, -1), walk(16, -1), walk(17, -1)]).toEqual([
      48, 32, 16, 8, 16,
    ]);
  });
});

describe('layers of other weights than the figures', async () => {
  const data = await dataOf(madeUpReport(20));
  const row = Array.from({ length: data.count }, (_, i) => i).find((i) => !isUnchanged(data, i))!;
  const cycles = data.values.get('cycles_total')![row]!;
  const side = (total: number): LayerSide => ({ text: 'x', cycles: total, shares: [], sentences: [] });
  const pairs = [
    { operator: 0, before: side(5), after: side(cycles - 3) },
    { operator: 1, before: side(5), after: null },
    { operator: -1, before: null, after: side(3) },
  ];

  it('say so where they take other cycles, and nothing where they take the same', () => {
    expect(layerNote(data, row, pairs)).toBe('');
    expect(layerNote(data, row, pairs.slice(0, 2))).toMatch(
      /^These layers take [\d,]+ cycles in all, the design [\d,]+: its weights are fitted/,
    );
  });

  it('say where weights are yet to be fitted', () => {
    const one = Float64Array.from({ length: data.count }, () => 1);
    const values = new Map([...data.values, ['predicted', one], ['output_noise', one]]);
    expect(layerNote({ ...data, values }, row, pairs)).toMatch(/^These weights are not fitted/);
  });
});
