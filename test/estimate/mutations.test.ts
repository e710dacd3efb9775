import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import { ParetouError } from '../../src/errors.js';
import { exampleModel } from '../../src/graph/examples.js';
import { importNetwork } from '../../src/graph/import.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { readModel, writeModel, type TfliteModel } from '../../src/tflite/model.js';
import { sharedDir } from '../shared.js';
import { richModel, smallModel } from '../tflite/fixture.js';
import { mutate, mutations } from '../tflite/mutate.js';
import { changedFile, changes } from './mutate-model.js';
import { operatorModels } from './operator-models.js';

/** Time that one file may take, in ms: a multiple of what an idle machine needs. */
const LIMIT_MS = 10_000;

const RUNS = 2000;
const SEED = 20_250_602;

const SYSTEMS = [
  resolveSystem({ accelerator: 'ethos-u55-128' }),
  resolveSystem({ accelerator: 'ethos-u65-512' }),
  resolveSystem({ accelerator: 'ethos-u55-32', memoryMode: 'Sram_Only' }),
  resolveSystem({ accelerator: 'ethos-u85-256' }),
];

interface Source {
  readonly bytes: Uint8Array;
  readonly model: TfliteModel;
}

const sourceOf = (bytes: Uint8Array): Source => ({ bytes, model: readModel(bytes, 'source') });

const EXAMPLES = ['story_standard', 'story_separable_relu', 'story_separable_linear'];

const built = [
  ...operatorModels().map(([, model]) => model),
  ...[smallModel(), richModel(), smallModel(), richModel()],
  ...EXAMPLES.map((name) => exampleModel(name).model),
].map((model) => sourceOf(writeModel(model)));

/** A file larger than this takes a second for its weights alone. */
const MAX_BYTES = 400_000;

const shared = (): Source[] =>
  [join(sharedDir!, 'models'), join(sharedDir!, 'ops', 'models')]
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.tflite') && statSync(path).size < MAX_BYTES)
    .map((path) => sourceOf(new Uint8Array(readFileSync(path))));

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const isBuilt = existsSync(main);
if (!isBuilt) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

/** Every number of a result, with where it is. */
function* numbers(value: unknown, path: string): Generator<readonly [string, number]> {
  if (typeof value === 'number') yield [path, value];
  else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) yield* numbers(part, `${path}.${key}`);
}

/** What comes of a file: 'estimate', or the sentence that says why there is none. Anything else is thrown on. */
const outcome = (bytes: Uint8Array, run: number): string => {
  const start = performance.now();
  try {
    const network = importNetwork(readModel(bytes, 'bad.tflite'), 'bad');
    const optimise = run % 3 === 0 ? 'Size' : 'Performance';
    const system = SYSTEMS[run % SYSTEMS.length]!;
    const { layers, ...totals } = createEstimator().estimate(network, system, {
      optimise,
      file: 'bad.tflite',
    });
    for (const [path, value] of numbers([totals, layers.slice(0, 200)], 'estimate'))
      if (!Number.isFinite(value)) throw new Error(`${path} is ${value}`);
    return 'estimate';
  } catch (error) {
    if (!(error instanceof ParetouError) || error.kind !== 'input') throw error;
    expect(error.message).toMatch(/^bad\.tflite: [^\n]+$/);
    return error.message;
  } finally {
    expect(performance.now() - start).toBeLessThan(LIMIT_MS);
  }
};

/** Tries that many mutated files and says how many of them there was an estimate for. */
const tryFiles = (sources: readonly Source[], runs: number, seed: number): number => {
  let run = 0;
  let estimates = 0;
  const file = fc
    .constantFrom(...sources)
    .chain(({ bytes, model }) =>
      fc.oneof(
        { weight: 1, arbitrary: mutations.map((list) => mutate(bytes, list)) },
        { weight: 2, arbitrary: changes.map((list) => changedFile(model, list)) },
      ),
    );
  fc.assert(
    fc.property(fc.noShrink(file), (bytes) => {
      if (outcome(bytes, run++) === 'estimate') estimates++;
    }),
    { numRuns: runs, seed },
  );
  return estimates;
};

describe('mutated files', () => {
  it(`give an estimate or a sentence: ${RUNS} made from models built here`, () => {
    expect(tryFiles(built, RUNS, SEED)).toBeGreaterThan(RUNS / 5);
  });

  it.skipIf(sharedDir === undefined)('give an estimate or a sentence: made from reference models', () => {
    expect(tryFiles(shared(), RUNS / 2, SEED + 1)).toBeGreaterThan(RUNS / 10);
  });
});

/** The model with tensors' shapes changed, by their indices. */
const reshaped = (
  { root, ...model }: TfliteModel,
  shapes: Readonly<Record<number, readonly number[]>>,
): Uint8Array =>
  writeModel({
    ...model,
    root: {
      ...root,
      subgraphs: root.subgraphs!.map((graph) => ({
        ...graph,
        tensors: graph.tensors!.map((tensor, i) => ({ ...tensor, shape: shapes[i] ?? tensor.shape ?? [] })),
      })),
    },
  });

const modelOf = (kind: string): TfliteModel => operatorModels().find(([name]) => name === kind)![1];

describe.skipIf(!isBuilt)('the built program, given a file that cannot be estimated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mutations-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const whole = writeModel(smallModel());

  it.each([
    ['cut in the middle', whole.slice(0, whole.length >> 1), /not a usable TFLite file/],
    [
      'whose output does not follow from its input',
      reshaped(modelOf('CONV_2D'), { 3: [1, 5, 5, 8] }),
      /operator 0 \(CONV_2D, output "t3"\) is not consistent: its output is 5×5 high and wide where 4×5 follows/,
    ],
    [
      'larger than any memory of an NPU',
      reshaped(modelOf('MAX_POOL_2D'), { 0: [99_999_989, 8, 10, 4], 1: [99_999_989, 4, 5, 4] }),
      /operator 0 \(MAX_POOL_2D, output "t1"\) is not consistent: its tensor "t0" .* is larger than/,
    ],
    [
      'of countless batches',
      reshaped(modelOf('AVERAGE_POOL_2D'), { 0: [1_000_003, 8, 10, 4], 1: [1_000_003, 8, 10, 4] }),
      /becomes more than 75000 operations for the hardware, the last of them from operator 0 \(AVERAGE_POOL_2D\)/,
    ],
    [
      'without elements',
      reshaped(modelOf('SOFTMAX'), { 0: [1, 0, 30], 1: [1, 0, 30] }),
      /its tensor "t0" of 1×0×30 is empty/,
    ],
  ])('%s, says so in one line and ends with code 3', (name, bytes, sentence) => {
    const path = join(folder, `${name}.tflite`);
    writeFileSync(path, bytes);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, 'estimate', path, '--accelerator-config', 'ethos-u55-128'],
      { cwd: folder, encoding: 'utf8', timeout: LIMIT_MS },
    );
    expect(stderr).toMatch(sentence);
    expect(stderr.startsWith(`error: ${path}: `)).toBe(true);
    expect(stderr.split('\n')).toHaveLength(2);
    expect([status, stdout]).toEqual([3, '']);
  });
});
