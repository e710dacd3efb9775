import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { tabulate, type Study } from '../../../search/rank/table.js';
import { constraintsOf, excess, meeting, nearest } from '../../../search/rank/constraints.js';
import {
  FIGURE_AT,
  FIGURE_COUNT,
  storeFigures,
  type DesignFigures,
} from '../../../search/evaluate/figures.js';
import { retainedMeans, unknownRetained } from '../../../search/emit/retained-weights.js';
import { paretoRanks } from '../../../search/front/pareto-ranks.js';
import { systemFronts } from '../../../search/rank/representatives.js';
import { frontTable } from '../../../search/report/front-table.js';
import {
  defaultObjectives,
  formatObjective,
  objectivePoints,
  parseObjectives,
} from '../../../search/rank/objectives.js';
import {
  CSV_COLUMNS,
  formatNumber,
  rankingCsv,
  rankingRows,
  writeSweep,
} from '../../../search/report/ranking-csv.js';
import { coverage, digitsAt, rank, textOf } from '../../../search/rank/ranking.js';
import { allDesigns, rowOf, type SystemChoice } from '../../../search/space/space.js';
import { emptyFigures, smallSpace } from '../fixture.js';

const failure = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was thrown';
};

const figuresFor = (cycles: number, sram: number): DesignFigures => ({
  ...emptyFigures(),
  cycles_total: cycles,
  cycles_npu: cycles - 10,
  sram_total_bytes: sram,
  external_total_bytes: 2048,
  sram_memory_used_bytes: 4096,
  nn_macs: 99,
  encoded_weight_bytes: 64,
  cpu_operators: 1,
  predicted: Number(cycles !== 1000),
});

/** Cycles and SRAM bytes fall with the first digit and the second, and differ between systems. */
const study = (model = 'small'): Study => {
  const space = smallSpace(model);
  const designs = allDesigns(space);
  const figures = new Float64Array(designs.count * FIGURE_COUNT);
  for (let i = 0; i < designs.count; i++) {
    const row = rowOf(designs, i);
    const [a = 0, b = 0] = row;
    storeFigures(figuresFor(1000 - 100 * a + 500 * row.at(-1)!, 800 + 50 * a - 10 * b), figures, i);
  }
  const known = new Uint8Array(designs.count).fill(1);
  known[5] = 0;
  return {
    model,
    space,
    designs,
    results: {
      figures,
      width: FIGURE_COUNT,
      known,
      failures: new Map([[5, 'broken']]),
      interrupted: false,
    },
    baselines: [figuresFor(1000, 800), figuresFor(1500, 800)],
  };
};

const ranked = (models = [study()], objectives = parseObjectives('cycles_total,sram_total_bytes')) =>
  rank(models, tabulate(models), objectives);

describe('objectives', () => {
  it('have the contract’s default directions', () => {
    expect(parseObjectives('cycles_total, parameters,retained_energy:min')).toEqual([
      { column: 'cycles_total', direction: 'min' },
      { column: 'parameters', direction: 'max' },
      { column: 'retained_energy', direction: 'min' },
    ]);
    expect(parseObjectives('inference_ms:max').map(formatObjective)).toEqual(['inference_ms:max']);
  });

  it('are cycles, SRAM traffic and retained weights by default, and parameters where that is not known', () => {
    expect(formatObjective(defaultObjectives(true, 'inference_ms_fvp')[0]!)).toBe('inference_ms_fvp');
    const third = (known: boolean) => defaultObjectives(known).map(formatObjective);
    expect(third(true)).toEqual(['cycles_total', 'sram_total_bytes', 'retained_energy:max']);
    expect(third(false)).toEqual(['cycles_total', 'sram_total_bytes', 'parameters:max']);
  });

  it.each([
    ['', 'no objective is named'],
    ['cycles', 'column "cycles" cannot be an objective'],
    ['cycle_total', 'did you mean cycles_total?'],
    ['cycles_total:least', 'write cycles_total:min or cycles_total:max'],
    ['cycles_total,cycles_total:max', 'objective cycles_total is named twice'],
  ])('are refused: "%s"', (text, message) => {
    expect(failure(() => parseObjectives(text))).toContain(message);
  });
});

describe('a ranking', () => {
  it('is sorted by Pareto rank, objectives and id', () => {
    const ranking = ranked();
    const { columns, count } = ranking.table;
    expect(count).toBe(431);
    for (let i = 1; i < count; i++) {
      const key = (row: number) =>
        [ranking.paretoRank[row]!, columns.cycles_total[row]!, columns.sram_total_bytes[row]!] as const;
      const [before, after] = [key(i - 1), key(i)];
      const first = before.findIndex((value, j) => value !== after[j]);
      if (first >= 0) expect(before[first]).toBeLessThan(after[first]!);
      else expect(ranking.ids[i - 1]! < ranking.ids[i]!).toBe(true);
    }
  });

  it('does not depend on the order of the designs', () => {
    const straight = study();
    const order = Array.from({ length: straight.designs.count }, (_, i) => i).reverse();
    const turned: Study = {
      ...straight,
      designs: {
        ...straight.designs,
        digits: Uint16Array.from(order.flatMap((i) => [...rowOf(straight.designs, i)])),
      },
      results: {
        ...straight.results,
        figures: Float64Array.from(
          order.flatMap((i) => [
            ...straight.results.figures.subarray(i * FIGURE_COUNT, (i + 1) * FIGURE_COUNT),
          ]),
        ),
        known: Uint8Array.from(order, (i) => straight.results.known[i]!),
      },
    };
    expect(rankingCsv([ranked([turned])])).toBe(rankingCsv([ranked([straight])]));
  });

  it('ranks several models together', () => {
    const ranking = ranked([study('one'), study('two')]);
    expect([0, 1].map((i) => textOf(ranking, i).model)).toEqual(['one', 'two']);
    expect(ranking.ids[0]).toBe(ranking.ids[1]);
  });

  it('takes unknown retained weights as the worst', () => {
    // All weights are 0, so that nothing is lost but by a ReLU: 2³ · 2³ · 2 designs have none, one of which failed.
    const ranking = ranked([study()], parseObjectives('retained_energy'));
    expect(ranking.frontSize).toBe(127);
    const known = ranking.ids.map((id) => !/\dr/.test(id));
    expect(known).toEqual(ranking.ids.map((_, i) => i < 127));
  });

  it('measures the front against the baseline on the slowest system', () => {
    const one = study();
    const ranking = ranked([one]);
    const row = { ...rankingRows(ranking, 1)[0], cycles_total: 1500, sram_total_bytes: 800 } as never;
    const { reference, hypervolume } = coverage(ranking, row);
    expect(reference).toEqual([1500, 800]);
    // The front: (800, 880), (900, 830) and (1000, 780), of which the last alone is inside: 500 · 20 of 1500 · 800.
    expect(hypervolume).toBeCloseTo((500 * 20) / (1500 * 800), 12);
  });
});

describe('what retained weights means', () => {
  it.each([
    [1, 'drop-in'],
    [0.95, 'drop-in'],
    [0.9499, 'fine-tune'],
    [0.8, 'fine-tune'],
    [0.7999, 'retrain'],
    [0, 'retrain'],
    [NaN, 'unknown'],
  ])('%d: %s', (retained, word) => {
    expect(retainedMeans(retained)).toBe(word);
  });
});

describe('unknown retained weights', () => {
  it('has its reason told', () => {
    const space = smallSpace('small');
    expect(unknownRetained(space)).toBe('that of separable:relu is not known before training');
    const known = { ...space, sites: [] };
    expect(unknownRetained(known)).toBeUndefined();
    const [graph] = space.network.graphs;
    const w = graph.operators[4]!.inputs[1]!;
    const tensors = graph.tensors.map((tensor, t) => (t === w ? { ...tensor, constant: {} } : tensor));
    const lacking = { ...known, network: { ...space.network, graphs: [{ ...graph, tensors }] as const } };
    expect(unknownRetained(lacking)).toBe('the weights of operator 4 are not known');
    expect(unknownRetained({ ...lacking, groups: [] })).toBeUndefined();
  });
});

describe('constraints', () => {
  const table = tabulate([study()]);

  it('keep what meets all of them', () => {
    const met = meeting(table, constraintsOf({ maxCycles: 900, maxSram: 4 }));
    expect(met.count).toBe(144);
    expect(Math.max(...met.columns.cycles_total)).toBe(900);
    expect(
      meeting(table, constraintsOf({ maxTime: 0.0016 })).columns.cycles_total.every((c) => c === 800),
    ).toBe(true);
    expect(meeting(table, constraintsOf({ minRetained: 0.5 })).count).toBe(127);
    expect(meeting(table, constraintsOf({ maxExternal: 1.9 })).count).toBe(0);
  });

  it('name the design that comes nearest', () => {
    const row = nearest(table, constraintsOf({ maxCycles: 700 }));
    expect(table.columns.cycles_total[row!]).toBe(800);
    expect(excess(constraintsOf({ maxCycles: 700 })[0]!, 800)).toBeCloseTo(1 / 7, 12);
    expect(excess(constraintsOf({ minRetained: 0.5 })[0]!, NaN)).toBe(Infinity);
  });
});

describe('files', () => {
  it('have the columns of the contract first', () => {
    expect(CSV_COLUMNS.slice(0, 22).join(', ')).toBe(
      'rank, pareto_rank, model, design, accelerator, system_config, memory_mode, core_clock, cycles_total, ' +
        'cycles_npu, inference_ms, sram_total_bytes, external_total_bytes, sram_memory_used_bytes, nn_macs, ' +
        'parameters, encoded_weight_bytes, retained_energy, substitutions, widths, cycles_vs_baseline, sram_vs_baseline',
    );
  });

  it('read back as what was ranked', () => {
    const ranking = ranked([study('a "quoted", name')]);
    const rows = parse(rankingCsv([ranking]), { columns: true }) as unknown as Record<string, string>[];
    expect(rows).toHaveLength(431);
    const baseline = rows.find((r) => r['design'] === 'base@u55-32')!;
    expect(baseline).toMatchObject({
      model: 'a "quoted", name',
      accelerator: 'ethos-u55-32',
      core_clock: '500000000',
      cycles_total: '1000',
      cycles_npu: '990',
      inference_ms: '0.002',
      retained_energy: '1',
      substitutions: '',
      widths: '',
      cycles_vs_baseline: '1',
      sram_vs_baseline: '1',
      retained_energy_quantised: '1',
      retained_means: 'drop-in',
      encoded_sizes: 'exact',
    });
    const changed = rows.find((r) => r['design'] === '0r.1w6@u55-64')!;
    expect(changed).toMatchObject({
      retained_energy: '',
      retained_energy_quantised: '',
      retained_means: 'unknown',
      substitutions: '0:separable:relu',
      widths: '1=6',
      cycles_vs_baseline: String(1300 / 1500),
      encoded_sizes: 'predicted',
    });
  });

  it('are written whole, under their names only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweep-'));
    try {
      const ranking = ranked();
      writeSweep(folder, [ranking], { a: 1 });
      expect(readdirSync(folder).sort()).toEqual(['front.csv', 'ranking.csv', 'run.json']);
      const lines = readFileSync(join(folder, 'front.csv'), 'utf8').split('\n');
      expect(lines).toHaveLength(ranking.frontSize + 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('show numbers as their shortest text, and nothing for unknown ones', () => {
    expect([1e6, 0.1, 1 / 3, NaN, Infinity].map(formatNumber)).toEqual([
      '1000000',
      '0.1',
      '0.3333333333333333',
      '',
      '',
    ]);
  });
});

describe('the table', () => {
  const HEADING =
    /^\s+cycles\s+change\s+FVP\s+ms\s+SRAM KiB\s+change\s+used KiB\s+params\s+retained\s+design$/;

  it('shows the unchanged network and a part of the front of each system, with whole ids', () => {
    const ranking = ranked();
    const lines = frontTable(ranking).split('\n');
    expect(lines[0]).toMatch(HEADING);
    const titles = lines.filter((line) => /: \d+ on the front of this system$/.test(line));
    expect(titles.map((line) => line.split(':')[0])).toEqual(['u55-32', 'u55-64']);
    expect(lines[lines.indexOf(titles[0]!) + 1]).toMatch(/ base\s+1,000\s+=.*\s1\.00 drop-in\s+base@u55-32$/);
    const ids = lines.flatMap((line) => / (\S+@\S+)$/.exec(line)?.[1] ?? []);
    expect(ids.length).toBeGreaterThan(3);
    for (const id of ids) expect(ranking.ids).toContain(id);
  });

  it('marks what ties with the fewest FVP-like cycles of its system, and explains the mark', () => {
    const one = study();
    const figures = one.results.figures.slice();
    for (let row = 0; row < one.designs.count; row++) {
      const [a = 0] = rowOf(one.designs, row);
      figures[row * FIGURE_COUNT + FIGURE_AT.cycles_fvp] = 1000 - 100 * a;
    }
    const ranking = ranked([{ ...one, results: { ...one.results, figures } }]);
    const fronts = systemFronts(ranking);
    for (const { shown } of fronts) {
      for (const { row, marks, numbers } of shown) {
        // The fewest are 800: 900 ties with it, 1,000 does not; the unchanged network has figures of its own.
        if (row !== undefined) expect(marks.includes('tie')).toBe(numbers.cycles_fvp === 900);
      }
      expect(shown.some(({ marks }) => marks.includes('tie'))).toBe(true);
    }
    expect(frontTable(ranking)).toMatch(
      /\ntie: within 15 % of the fewest FVP-like cycles on this system, [^\n]+$/,
    );
    expect(frontTable(ranked())).not.toMatch(/tie/);
  });

  it('marks the best with each word and the knee, and says what is left out', () => {
    const ranking = ranked([study()], parseObjectives('cycles_total,sram_total_bytes,retained_energy:max'));
    const fronts = systemFronts(ranking);
    for (const { system, size, shown, count, kept, gap } of fronts) {
      const onFront = ranking.ids.flatMap((_, row) =>
        ranking.systemRank[row] === 1 && digitsAt(ranking, row).at(-1) === system ? [row] : [],
      );
      const points = objectivePoints(ranking.table, ranking.objectives);
      const keys = onFront.map((row) => points.values.subarray(3 * row, 3 * row + 3).join());
      expect(size).toBe(new Set(keys).size);
      expect(count).toBeLessThanOrEqual(10);
      expect(shown.filter(({ marks }) => marks.includes('knee')).length).toBeLessThanOrEqual(1);
      expect(shown[0]!.marks).toContain('base');
      for (const { row, marks, numbers } of shown) {
        if (!marks.includes('best')) continue;
        const word = retainedMeans(numbers.retained_energy);
        const first = onFront.find(
          (other) => retainedMeans(ranking.table.columns.retained_energy[other]!) === word,
        )!;
        expect(numbers.cycles_total).toBe(ranking.table.columns.cycles_total[first]);
        expect(row).toBeGreaterThanOrEqual(first);
      }
      expect(kept).toBeGreaterThan(0.6);
      expect(gap).toBeGreaterThanOrEqual(0);
    }
  });

  it('ranks designs among those on their system, in a column before those that came later', () => {
    const ranking = ranked();
    const rows = parse(rankingCsv([ranking]), { columns: true }) as unknown as Record<string, string>[];
    expect(CSV_COLUMNS.slice(-5)).toEqual([
      'pareto_rank_on_system',
      'cycles_fvp',
      'cycles_fvp_low',
      'cycles_fvp_high',
      'inference_ms_fvp',
    ]);
    for (const accelerator of ['ethos-u55-32', 'ethos-u55-64']) {
      const own = rows.filter((row) => row['accelerator'] === accelerator);
      const ranks = paretoRanks({
        count: own.length,
        dimensions: 2,
        values: Float64Array.from(
          own.flatMap((row) => [Number(row['cycles_total']), Number(row['sram_total_bytes'])]),
        ),
      });
      expect(own.map((row) => Number(row['pareto_rank_on_system']))).toEqual([...ranks]);
      for (const row of own)
        expect(Number(row['pareto_rank'])).toBeGreaterThanOrEqual(Number(row['pareto_rank_on_system']));
    }
  });

  it('has milliseconds instead of cycles where clocks differ', () => {
    const mixed = study();
    const [one, other] = mixed.space.systems as [SystemChoice, SystemChoice];
    const fast = { ...other, system: { ...other.system, coreClock: 1e9 } };
    const lines = frontTable(ranked([{ ...mixed, space: { ...mixed.space, systems: [one, fast] } }])).split(
      '\n',
    );
    expect(lines[0]).toMatch(/^\s+ms\s+change\s+FVP ms\s+SRAM KiB/);
    expect(lines[2]).toMatch(/ base +0\.002 +=/);
  });
});
