import { createEvaluator } from '../search/evaluate/evaluator.js';
import { FIGURE_COUNT } from '../search/evaluate/figures.js';
import type { Digits, Space } from '../search/space/space.js';
import type { SystemRequest } from '../src/npu/resolve.js';
import type { Benchmark } from './benchmark.js';
import { rates, repeat, type Figure } from './measure.js';
import type { ModelName } from './models.js';
import { designDrawer, spaceOf } from './space.js';
import { wholePath } from './whole-path.js';

const RUNS = 5;

interface Amounts {
  /** Designs before measuring: they see every choice, and with it every encoding and transition. */
  readonly warmUp: number;
  readonly perRun: number;
}

/** Of designs as chains of transitions, and of whole compilations. */
const CHAINED: Amounts = { warmUp: 50_000, perRun: 20_000 };
const WHOLE: Amounts = { warmUp: 500, perRun: 100 };

function measure(
  what: string,
  space: Space,
  evaluate: (digits: Digits) => void,
  { warmUp, perRun }: Amounts,
): Figure {
  const draw = designDrawer(space);
  draw(warmUp).forEach(evaluate);
  const designs = Array.from({ length: RUNS }, () => draw(perRun));
  const samples = repeat(RUNS, (run) => designs[run]!.forEach(evaluate));
  return rates(what, 'designs', samples, perRun);
}

const reEstimates = (
  name: string,
  title: string,
  systems: readonly SystemRequest[],
  which: ModelName = 'resnet',
): Benchmark => ({
  name: `re-estimate/${name}`,
  run: ({ models }) => {
    const model = models(which);
    const space = spaceOf(model.load(), systems);
    const { store } = createEvaluator(space);
    const row = new Float64Array(FIGURE_COUNT);
    const what = `re-estimate ${model.name}, ${title}`;
    return [
      measure(what, space, (digits) => store(digits, row, 0), CHAINED),
      measure('each from its graph', space, wholePath(space), WHOLE),
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

/** Benchmarks of what a sweep does per design, on one thread with everything learnt. */
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
  reEstimates(
    'mobilenet',
    'ethos-u55-128 Shared_Sram',
    [{ accelerator: 'ethos-u55-128', memoryMode: 'Shared_Sram' }],
    'mobilenet',
  ),
  reEstimates('six', 'six systems mixed', SIX),
];
