import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { smallModel } from '../search/pick/models.js';
import { capturePrinted } from './printed.js';
import { checkRunFiles } from '../run-files.js';

const printed = capturePrinted();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pick-'));
  writeFileSync(join(folder, 'small.tflite'), smallModel());
});
afterEach(() => {
  checkRunFiles(folder);
  rmSync(folder, { recursive: true, force: true });
});

const U55 = ['--accelerator-config', 'ethos-u55-128', '--jobs', '1'];
const results = (): string => join(folder, 'results');

const endedWith = (code: number): number => (code === 0 ? Number(process.exitCode ?? 0) : code);
const pick = async (model: string, ...argv: string[]): Promise<number> => {
  const code = await run([
    'pick',
    model,
    ...argv,
    '--accept-retrain',
    '--output-dir',
    results(),
    '--jobs',
    '1',
  ]);
  return endedWith(code);
};
/** Without leave to pick what has to be trained again. */
const safePick = async (...argv: string[]): Promise<number> => {
  process.exitCode = undefined;
  const model = join(folder, 'small.tflite');
  const code = await run(['pick', model, ...U55, ...argv, '--output-dir', results()]);
  return endedWith(code);
};
const small = (...argv: string[]): Promise<number> => pick(join(folder, 'small.tflite'), ...U55, ...argv);

interface Story {
  readonly operator: number;
  readonly cycles: { readonly before: number; readonly after: number };
  readonly bytes: { readonly before: number; readonly after: number };
  readonly explanation: string;
}

type Numbers = Readonly<Record<string, number>>;

interface PickRecord {
  readonly schema: string;
  readonly sha256: string;
  readonly design: string | null;
  /** Absent where nothing is picked. */
  readonly substitutions?: string;
  readonly objectives: readonly string[];
  readonly constraints: readonly Readonly<Record<string, unknown>>[];
  readonly figures: { readonly before: Numbers; readonly after: Numbers };
  readonly retained_energy: number;
  readonly weights: string;
  readonly layers: readonly (Story & { readonly undone: Numbers | null })[];
  readonly other_layers: readonly Story[];
  readonly unchanged: readonly {
    readonly operator: number;
    readonly best_change: Numbers | null;
    readonly explanation: string;
  }[];
  readonly nearest: Readonly<
    Record<'cheaper' | 'meeting_constraints', Readonly<Record<string, unknown>> | null>
  >;
  readonly search: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
  readonly file: string | null;
  readonly error?: Readonly<Record<string, unknown>>;
}

const recordOf = (): PickRecord =>
  JSON.parse(readFileSync(join(results(), 'pick.json'), 'utf8')) as PickRecord;

/** Figures that `paretou estimate` gives for a file. */
const estimated = async (file: string, ...argv: string[]): Promise<Numbers> => {
  printed.out = '';
  expect(await run(['estimate', file, ...argv, '--json', '--output-dir', join(folder, 'estimate')])).toBe(0);
  const { summary } = JSON.parse(printed.out) as { summary: Numbers };
  return summary;
};

describe('a network that pays', () => {
  test('is picked, written and explained, layer by layer', async () => {
    expect(await small('--why')).toBe(0);
    const record = recordOf();
    expect(record).toMatchObject({
      schema: 'paretou/pick@1',
      model: 'small',
      sha256: createHash('sha256').update(smallModel()).digest('hex'),
      prefer: 'cycles',
      objectives: ['cycles_total', 'sram_total_bytes', 'retained_energy:max'],
      constraints: [],
      weights: 'retrain',
      search: { every_choice_tried: true, interrupted: false, designs_evaluated: 16 },
    });
    const { before, after } = record.figures;
    expect(after['cycles_total']).toBeLessThan(before['cycles_total']!);
    const text = printed.out.replaceAll(/\n {4}/g, ' ');
    expect(text).toMatch(
      /^small on ethos-u55-128, Ethos_U55_High_End_Embedded, Shared_Sram: picked \S+@u55-128\n/,
    );
    expect(text).toContain(`picked ${record.design}\n`);
    expect(text).toMatch(/\ncycles +[\d,]+ +[\d,]+ +-\d+\.\d%\n/);
    expect(text).toMatch(/\nretained weights +1 +0\.\d+ +retrain\nafter quantising again +1 +0\.\d+\n/);
    expect(text).toContain('a proxy, not accuracy');
    for (const { operator, explanation } of [...record.layers, ...record.other_layers]) {
      expect(explanation).toMatch(new RegExp(`^operator ${operator} .*cycles.*bound by`));
      expect(text).toContain(`  ${explanation}.\n`);
    }
    for (const { explanation } of record.unchanged) expect(text).toContain(`  ${explanation}.\n`);
    expect(text).toContain(`\nwrote ${record.file}\nwrote ${join(results(), 'pick.json')}\n`);
    expect(readdirSync(results()).sort()).toEqual([
      'pick.json',
      `small-${record.design!.split('@')[0]}.tflite`,
    ]);
  });

  test('is told in a line for each change and for what stays, the most costly in full', async () => {
    expect(await small('--options', 'lowrank*2')).toBe(0);
    const { layers, unchanged } = recordOf();
    const [, changes = '', stays = ''] =
      /\nWhat changes:\n([^]*?)\n\n(?:What changes with it:\n[^]*?\n\n)?What stays:\n([^]*?)\n\n/.exec(
        printed.out,
      ) ?? [];
    expect(changes.split('\n')[0]).toMatch(
      /^op +layer +becomes +cycles +change +retained +saves cycles +why$/,
    );
    const optionsAt = new Map(
      recordOf()
        .substitutions!.split(';')
        .map((each) => [Number.parseInt(each), each.slice(each.indexOf(':') + 1)]),
    );
    for (const { operator, cycles } of layers) {
      const line = changes.split('\n').find((each) => new RegExp(`^ *${operator} `).test(each))!;
      expect(line).toContain(` ${optionsAt.get(operator)!} `);
      expect(line).toContain(` ${cycles.after.toLocaleString('en-US')} `);
    }
    expect(stays.split('\n')).toHaveLength(1 + unchanged.length);
    const told = [...layers, ...unchanged].filter(({ explanation }) =>
      printed.out.replaceAll(/\n {4}/g, ' ').includes(`  ${explanation}.\n`),
    );
    expect(told).toHaveLength(3);
    expect(printed.out).toContain('\nThe most costly in full; --why gives all:\n');
  });

  test('has exactly the figures that the estimate of its file has, for every preference and family', async () => {
    for (const [prefer, accelerator, options] of [
      ['cycles', 'ethos-u55-128', 'all'],
      ['bandwidth', 'ethos-u65-256', 'separable:shifted-relu'],
      ['knee', 'ethos-u85-256', 'separable*2'],
      ['retained', 'ethos-u55-64', 'separable*4'],
    ] as const) {
      const system = ['--accelerator-config', accelerator];
      const model = join(folder, 'small.tflite');
      const argv = [
        '--prefer',
        prefer,
        '--options',
        options,
        '--widths',
        '0.75,1',
        '--json',
        '--limit',
        '400',
      ];
      printed.out = '';
      expect(await pick(model, ...system, ...argv)).toBe(0);
      const record = recordOf();
      expect(JSON.parse(printed.out)).toEqual(record);
      const summary = await estimated(record.file!, ...system);
      const { after } = record.figures;
      expect(summary['cycles_total']).toBe(after['cycles_total']);
      expect(summary['cycles_npu']).toBe(after['cycles_npu']);
      expect(summary['sram_total_bytes']).toBe(after['sram_total_bytes']);
      expect(
        summary['dram_total_bytes']! +
          summary['on_chip_flash_total_bytes']! +
          summary['off_chip_flash_total_bytes']!,
      ).toBe(after['external_total_bytes']);
      expect(1024 * summary['sram_memory_used']!).toBe(after['sram_memory_used_bytes']);
      expect(summary['nn_macs']).toBe(after['nn_macs']);
      const unchanged = await estimated(model, ...system);
      expect(unchanged['cycles_total']).toBe(record.figures.before['cycles_total']);
    }
  });

  test('has layers whose differences add up to that of the network, and each change pays', async () => {
    expect(await small('--options', 'all', '--widths', '0.5,1', '--json')).toBe(0);
    const { figures, layers, other_layers, unchanged } = recordOf();
    const stories = [...layers, ...other_layers];
    const sum = (value: (story: Story) => number): number =>
      stories.reduce((n, story) => n + value(story), 0);
    const saved = figures.before['cycles_total']! - figures.after['cycles_total']!;
    expect(sum(({ cycles }) => cycles.before - cycles.after)).toBe(saved);
    const bytes = ({ sram_total_bytes: sram, external_total_bytes: external }: Numbers): number =>
      sram! + external!;
    expect(sum((story) => story.bytes.before - story.bytes.after)).toBe(
      bytes(figures.before) - bytes(figures.after),
    );
    for (const { undone } of layers)
      if (undone !== null) expect(undone['cycles_total']).toBeGreaterThan(figures.after['cycles_total']!);
    for (const { best_change } of unchanged)
      expect(best_change!['cycles_total']).toBeGreaterThanOrEqual(figures.after['cycles_total']!);
  });

  test('goes to the file that is asked for, but not over the model', async () => {
    const file = join(folder, 'here.tflite');
    expect(await small('--output', file, '--quiet')).toBe(0);
    expect([printed.out, printed.err, existsSync(file)]).toEqual(['', '', true]);
    const model = join(folder, 'small.tflite');
    expect(await small('--output', model)).toBe(2);
    expect(printed.err).toMatch(/small\.tflite is the model itself; name another file with --output/);
    expect(readFileSync(model)).toEqual(Buffer.from(smallModel()));
  });
});

describe('where nothing is both cheaper and within the limits', () => {
  test('names the nearest design on each side, and what each change would cost', async () => {
    expect(await small('--min-retained', '0.9')).toBe(4);
    expect(printed.err).toMatch(
      /\nerror: no design of small that has at least 0\.9 of the weights retained takes fewer cycles than the unchanged network by at least 1 % per change; the nearest cheaper one is \S+@u55-128 with [\d,]+ cycles \(unchanged [\d,]+\) and retained weights 0\.\d+[^\n]* \(--min-retained, --min-gain\)\n$/,
    );
    const record = recordOf();
    expect(record).toMatchObject({ design: null, file: null, error: { kind: 'unmet', exit_code: 4 } });
    expect(record.constraints).toEqual([
      { option: '--min-retained', column: 'retained_energy', at_least: 0.9 },
    ]);
    const { cheaper, meeting_constraints: within } = record.nearest;
    expect(cheaper!['cycles_total']).toBeLessThan((cheaper!['unchanged'] as Numbers)['cycles_total']!);
    expect(within).toMatchObject({ design: 'base@u55-128', retained_energy: 1 });
    expect(record.unchanged.map(({ operator }) => operator)).toEqual([0, 1, 2, 4]);
    expect(printed.out).toContain('nothing picked');
    expect(readdirSync(results())).toEqual(['pick.json']);
  });

  test('says why a linear separable layer of 16 channels is slower on ethos-u55-128', async () => {
    expect(await pick('example:story_standard', ...U55, '--json')).toBe(4);
    const record = JSON.parse(printed.out) as PickRecord;
    const { explanation } = record.unchanged.find(({ operator }) => operator === 1)!;
    expect(explanation).toMatch(
      /^operator 1 \(Conv2D \+ Relu 3x3 160x240x16, [\d,]+ cycles\) stays: separable would take 1,403 cycles more: .*DepthwiseConv2D 3x3 is now bound by output stage, 1 cycle per OFM element without a fused activation/,
    );
    expect(record.nearest.meeting_constraints).toMatchObject({ design: '1s@u55-128', cycles_total: 1848670 });
  });

  test('a space with nothing to vary has nothing to pick', async () => {
    writeFileSync(join(folder, 'none.yaml'), 'options: [standard]');
    expect(await small('--space', join(folder, 'none.yaml'))).toBe(4);
    expect(printed.err).toMatch(
      /error: no design of small takes fewer cycles [^\n]*in the space there is only the unchanged network/,
    );
  });
});

test('options of unknown retained weights are picked only if they are named, and the output says so', async () => {
  expect(await small('--options', 'separable:relu')).toBe(0);
  const { substitutions, objectives, notes, retained_energy: retained } = recordOf();
  expect(substitutions).toContain('separable:relu');
  expect(retained).toBeNull();
  expect(objectives).toEqual(['cycles_total', 'sram_total_bytes', 'parameters:max']);
  expect(notes.join()).toContain('parameters:max takes the place of retained weights');
  expect(printed.out.replaceAll('\n', ' ')).toContain(
    'note: parameters:max takes the place of retained weights',
  );
  printed.out = '';
  await small('--options', 'separable:relu', '--min-retained', '0.1');
  expect(recordOf().substitutions ?? '').not.toContain('relu');
});

test('what a shifted ReLU saves is marked as resting on the activation rule', async () => {
  expect(await pick('example:story_standard', ...U55, '--options', 'separable:shifted-relu')).toBe(0);
  expect(recordOf()).toMatchObject({ design: '1h@u55-128', substitutions: '1:separable:shifted-relu' });
  expect(recordOf().notes.at(-1)).toMatch(
    /^shifted-relu computes the same function .* rests on the estimator's/,
  );
  expect(printed.out).toContain('\nnote: shifted-relu computes');
});

test('--dry-run shows the space and stops', async () => {
  expect(await small('--dry-run', '--options', 'separable*2')).toBe(0);
  expect(printed.out).toMatch(/^small: 81 designs in the space/);
  expect(existsSync(results())).toBe(false);
});

describe('--widths', () => {
  test('stands for the widths of the space file', async () => {
    writeFileSync(join(folder, 'space.yaml'), '{options: [standard], widths: [0.5, 1]}');
    expect(await small('--space', join(folder, 'space.yaml'), '--json', '--quiet')).toBe(0);
    const { design } = recordOf();
    writeFileSync(join(folder, 'space.yaml'), 'options: [standard]');
    expect(await small('--space', join(folder, 'space.yaml'), '--widths', '0.5, 1', '--quiet')).toBe(0);
    expect(recordOf().design).toBe(design);
    expect(design).toMatch(/w/);
  });

  test('not beside them, and only as fractions', async () => {
    writeFileSync(join(folder, 'space.yaml'), 'widths: [0.5, 1]');
    expect(await small('--space', join(folder, 'space.yaml'), '--widths', '0.5,1')).toBe(2);
    expect(printed.err).toMatch(
      /error: --widths and the widths of \S+space\.yaml say the same; leave one of them out\n$/,
    );
    expect(await small('--widths', '0=24')).toBe(2);
    expect(printed.err).toMatch(/--widths is "0=24", expected fractions of the channels/);
  });
});

test('a preference that does not exist is a fault of the command line', async () => {
  expect(await small('--prefer', 'speed')).toBe(2);
  expect(printed.err).toMatch(/^error: preference "speed" is not known.* \(--prefer\)\n/);
});

describe('a design that would have to be trained again', () => {
  test('is named, with what it keeps, but not picked', async () => {
    expect(await safePick('--options', 'lowrank*2,separable', '--min-gain', '0')).toBe(4);
    expect(printed.err).toMatch(
      /\nerror: no design of small that has at least 0\.8 of the weights retained takes fewer cycles [^\n]*; the nearest cheaper one is \S+@u55-128 with [\d,]+ cycles \(unchanged [\d,]+\) and retained weights 0\.\d+[^\n]*--accept-retrain\)\n$/,
    );
    expect(recordOf().constraints).toMatchObject([{ column: 'retained_energy', at_least: 0.8 }]);
    expect(await safePick('--options', 'lowrank*2,separable', '--min-gain', '0', '--accept-retrain')).toBe(0);
    expect(recordOf()).toMatchObject({ weights: 'retrain', constraints: [] });
  });

  test('is named beside the best one that keeps enough', async () => {
    expect(await safePick('--widths', '0.5,0.9,1', '--min-gain', '0', '--json')).toBe(0);
    const record = JSON.parse(printed.out) as PickRecord & { readonly cheaper: Numbers | null };
    expect(record.retained_energy).toBeGreaterThanOrEqual(0.8);
    expect(record.cheaper!['retained_energy']).toBeLessThan(0.8);
    expect(record.cheaper!['cycles_total']).toBeLessThan(record.figures.after['cycles_total']!);
  });
});
