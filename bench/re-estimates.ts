import { figuresOf } from '../search/evaluate/figures.js';
import { createEvaluator, type Evaluator } from '../search/evaluate/evaluator.js';
import type { Space } from '../search/space/space.js';
import { createApplier } from '../search/emit/apply.js';
import { createEstimator } from '../src/estimate/estimate.js';
import type { SystemRequest } from '../src/npu/resolve.js';
import type { Benchmark } from './benchmark.js';
import { rates, repeat, type Figure } from './measure.js';
import { designDrawer, spaceOf } from './space.js';

const RUNS = 5;

/** Evaluates each design's network from its graph: lowering, linking, scheduling. Encodings and costs are kept. */
function wholePath(space: Space): Pick<Evaluator, 'evaluate'> {
  const applier = createApplier(space);
  const estimator = createEstimator();
  const { optimise } = space;
  const systemDigit = space.sites.length + space.groups.length;
  return {
    evaluate: (digits) => {
      const { system } = space.systems[digits[systemDigit]!]!;
      const program = estimator.compile(applier.network(digits), system.accelerator);
      return figuresOf(estimator.evaluate(program, system, { optimise }));
    },
  };
}

interface Amounts {
  /** Designs before measuring: they see every choice, and with it every encoding. */
  readonly warmUp: number;
  readonly perRun: number;
}

function measure(
  what: string,
  space: Space,
  evaluator: Pick<Evaluator, 'evaluate'>,
  { warmUp, perRun }: Amounts,
): Figure {
  const draw = designDrawer(space);
  for (const design of draw(warmUp)) evaluator.evaluate(design);
  const designs = Array.from({ length: RUNS }, () => draw(perRun));
  const samples = repeat(RUNS, (run) => designs[run]!.forEach((design) => evaluator.evaluate(design)));
  return rates(what, 'designs', samples, perRun);
}

const reEstimates = (name: string, title: string, systems: readonly SystemRequest[]): Benchmark => ({
  name: `re-estimate/${name}`,
  run: ({ models }) => {
    const model = models('resnet');
    const space = spaceOf(model.load(), systems);
    const what = `re-estimate ${model.name}, ${title}`;
    return [
      measure(what, space, createEvaluator(space), { warmUp: 3000, perRun: 1500 }),
      measure('each from its graph', space, wholePath(space), { warmUp: 1000, perRun: 200 }),
    ];
  },
});

const SIX = [
  'ethos-u55-32',
  'ethos-u55-64',
  'ethos-u55-128',
  'ethos-u55-256',
  'ethos-u65-256',
  'ethos-u65-512',
].map((accelerator): SystemRequest => ({ accelerator }));

/** Benchmarks of what a sweep does per design, on one thread with all weights encoded. */
export const RE_ESTIMATES: readonly Benchmark[] = [
  reEstimates('u55', 'ethos-u55-128 Shared_Sram', [
    { accelerator: 'ethos-u55-128', memoryMode: 'Shared_Sram' },
  ]),
  reEstimates('u65', 'ethos-u65-512 Dedicated_Sram_384KB', [
    { accelerator: 'ethos-u65-512', memoryMode: 'Dedicated_Sram_384KB' },
  ]),
  reEstimates('u85', 'ethos-u85-256 Dedicated_Sram_384KB', [
    { accelerator: 'ethos-u85-256', memoryMode: 'Dedicated_Sram_384KB' },
  ]),
  reEstimates('six', 'six systems mixed', SIX),
];
