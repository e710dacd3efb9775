import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fitOf } from '../../src/budget/fit.js';
import { budgetFigures, type BudgetFigures } from '../../src/budget/figures.js';
import { describe as describeEvaluation } from '../../src/estimate/describe.js';
import { createEstimator } from '../../src/estimate/estimate.js';
import { exampleModel } from '../../src/graph/examples.js';
import { loadConfiguration } from '../../src/npu/configuration.js';
import { findPart, partNames, type Part } from '../../src/npu/parts.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import type { System } from '../../src/npu/system.js';
import { fitJson, fitLines } from '../../src/report/fit.js';

const folder = mkdtempSync(join(tmpdir(), 'parts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
/** The path of a parts file with such a text. */
const fileOf = (text: string): string => {
  const path = join(folder, `parts${files++}.yaml`);
  writeFileSync(path, text);
  return path;
};

const systemOf = (part: Part): System =>
  resolveSystem({ ...part, configuration: loadConfiguration(part.configFiles) });

/** NPU, clock in MHz, then clock scale, burst and latency of SRAM and of constants, as their sources publish them. */
const PUBLISHED = {
  'himax-we2': ['ethos-u55-64', 400, 1, 32, 16, 0.015625, 32, 64],
  'alif-ensemble-hp-mram': ['ethos-u55-256', 400, 0.762, 8, 29, 0.121, 16, 60],
  'alif-ensemble-hp-ospi': ['ethos-u55-256', 400, 0.762, 8, 29, 0.052, 16, 108],
  'alif-ensemble-hp-sram': ['ethos-u55-256', 400, 1, 8, 29, 1, 8, 29],
  'alif-ensemble-hp-dtcm': ['ethos-u55-256', 400, 0.889, 32, 5, 0.889, 32, 5],
  'alif-ensemble-he-mram': ['ethos-u55-128', 160, 1, 8, 13, 0.303, 16, 24],
  'alif-ensemble-he-sram': ['ethos-u55-128', 160, 1, 8, 13, 1, 8, 13],
  'nuvoton-m55m1': ['ethos-u55-256', 200, 1, 32, 32, 0.125, 128, 64],
} as const;

test('every part that comes with the program resolves to the published figures and names its source', () => {
  expect(partNames()).toEqual(Object.keys(PUBLISHED));
  for (const [id, figures] of Object.entries(PUBLISHED)) {
    const part = findPart(id);
    const { accelerator, coreClock, featureMaps, staging, constants } = systemOf(part);
    const [name, megahertz, scale, burst, latency, constantScale, constantBurst, constantLatency] = figures;
    expect([accelerator, coreClock]).toEqual([name, megahertz * 1e6]);
    expect(staging).toEqual(featureMaps);
    expect(featureMaps).toMatchObject({
      name: 'Sram',
      bytesPerCycle: Math.fround(8 * scale),
      burstLength: burst,
      readLatency: latency,
      writeLatency: latency,
    });
    expect(constants).toMatchObject({
      bytesPerCycle: Math.fround(8 * constantScale),
      burstLength: constantBurst,
      readLatency: constantLatency,
      writeLatency: constantLatency,
    });
    expect(part.source).toMatch(/^https:\/\/github\.com\/.+\.ini$/);
    expect([part.sram, part.flash]).toEqual([undefined, undefined]);
  }
});

test('a part of the user may be like another, with sizes of its own', () => {
  const file = fileOf(
    'parts:\n  mine: { like: yours, sram: 2 MiB }\n  yours: { like: himax-we2, flash: 1 MiB }',
  );
  const mine = findPart('mine', [file]);
  expect(mine).toEqual({ ...findPart('himax-we2'), id: 'mine', sram: 2 ** 21, flash: 2 ** 20 });
});

test('a part of the user may have a configuration file beside it', () => {
  mkdirSync(join(folder, 'board'));
  writeFileSync(
    join(folder, 'board', 'own.ini'),
    '[System_Config.Own]\ncore_clock=123e6\naxi0_port=Sram\naxi1_port=OffChipFlash\nSram_clock_scale=1.0\nOffChipFlash_clock_scale=0.5\n',
  );
  const file = join(folder, 'board', 'parts.yaml');
  const text =
    'parts:\n  own:\n    accelerator: ethos-u55-32\n    system_config: Own\n    memory_mode: Shared_Sram\n    config: own.ini\n    source: me\n';
  writeFileSync(file, `${text}    clock: 123 MHz\n`);
  expect(systemOf(findPart('own', [file])).coreClock).toBe(123e6);
  writeFileSync(file, `${text}    clock: 1 GHz\n`);
  expect(() => findPart('own', [file])).toThrow(
    /parts\.yaml:2:3: the clock of part own is 1 GHz, and Own has 123 MHz; make them agree$/,
  );
});

describe('faults are named with their place', () => {
  test.for([
    ['parts:\n  a: { like: himax }', /:2:14: part "himax" is not known/],
    ['parts:\n  a: { like: b }\n  b: { like: a }', /: b is like itself$/],
    ['parts:\n  a: { sram: 3 }', /:2:3: part a has no accelerator; add it$/],
    ['parts:\n  a: { like: himax-we2, srm: 3 }', /:2:25: "srm" is not known here; did you mean sram\?$/],
    [
      'parts:\n  a: { like: himax-we2, sram: big }',
      /:2:31: parts\.a\.sram must be a number of bytes, or a size/,
    ],
    [
      'parts:\n  a: { like: himax-we2, accelerator: ethos-u99-1 }',
      /:2:3: accelerator "ethos-u99-1" is not known/,
    ],
    ['parts: 3', /:1:8: parts must map names to parts$/],
  ] as const)('%j', ([text, message]) => {
    expect(() => findPart('a', [fileOf(text)])).toThrow(message);
  });

  test('a name that no file has', () => {
    expect(() => findPart('himax-we1')).toThrow('part "himax-we1" is not known; did you mean himax-we2?');
  });
});

describe('a network on a part', () => {
  const { network } = exampleModel('story_standard');
  const figuresOn = (part: Part): BudgetFigures => {
    const estimator = createEstimator();
    const program = estimator.compile(network, part.accelerator);
    const evaluation = estimator.evaluate(program, systemOf(part), { optimise: 'Performance' });
    return budgetFigures(describeEvaluation(evaluation), evaluation, { refused: 'not asked for' });
  };
  const himax = findPart('himax-we2');
  const { sram, flash } = figuresOn(himax).values;

  test('fits to the byte, and not with one byte less', () => {
    const fit = (part: Partial<Part>) => fitOf({ ...himax, ...part }, figuresOn(himax));
    expect(fit({ sram, flash }).fits).toBe(true);
    expect(fit({ sram, flash: flash! - 1 }).fits).toBe(false);
    expect(fit({ sram: sram! - 1 }).memories[0]).toMatchObject({ needed: sram, spare: -1 });
    expect(fit({ sram }).fits).toBeUndefined();
    expect(fit({ sram: sram! - 1 }).fits).toBe(false);
    expect(fit({}).fits).toBeUndefined();
  });

  test('has constants in SRAM where the part says so', () => {
    const part = { ...findPart('alif-ensemble-hp-dtcm'), sram: 1 };
    const figures = figuresOn(part);
    expect(fitOf(part, figures).memories).toMatchObject([
      { memory: 'sram', needed: figures.values.sram! + figures.values.flash! },
    ]);
  });

  test('names the tensor that sets the peak, and the source of the figures', () => {
    const fit = fitOf({ ...himax, sram: 2 ** 20, flash: 2 ** 20 }, figuresOn(himax));
    const text = fitLines(fit).join('\n');
    expect(text).toMatch(/^On Himax WiseEye2 \(himax-we2\): does not fit: SRAM [\d,.]+ KiB of 1,024\.0 KiB/);
    expect(text).toContain('The peak of the SRAM is at conv_1, most of it conv_0 (600.0 KiB).');
    expect(text).toContain(himax.source);
    expect(fitJson(fit)).toMatchObject({
      fits: false,
      peak: { layer: 'conv_1', tensor: 'conv_0', tensor_bytes: 614400 },
    });
  });
});
