import { createEvaluator, type Evaluator } from '../search/evaluate/evaluator.js';
import type { Benchmark } from './benchmark.js';
import { durations, repeat } from './measure.js';
import type { ModelName } from './models.js';
import { designDrawer, spaceOf } from './space.js';

const RUNS = 3;

/** Standard and separable convolutions, eight widths per width group. */
const SPACE = 'options: [standard, separable]\nwidths: [0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1.25]\n';

const DESIGNS = 100;

const segmentFigures = (name: string, which: ModelName, accelerator: string): Benchmark => ({
  name: `parts/${name}`,
  run: ({ models }) => {
    const model = models(which);
    const spaces = Array.from({ length: RUNS }, () => spaceOf(model.load(), [{ accelerator }], SPACE));
    const evaluators: Evaluator[] = [];
    const ready = repeat(RUNS, (run) => {
      evaluators[run] = createEvaluator(spaces[run]!, 'unknown');
      evaluators[run].segments(0);
    });
    const drawers = spaces.map(designDrawer);
    const evaluate = (run: number): void =>
      drawers[run]!(DESIGNS).forEach((design) => evaluators[run]!.segmentFigures(design));
    return [
      durations(`segments of ${model.name}, 8 widths, ${accelerator}`, 'ms', ready),
      durations(
        `figures of their parts, first ${DESIGNS} designs, a design`,
        'ms',
        repeat(RUNS, evaluate),
        DESIGNS,
      ),
      durations(`next ${DESIGNS} designs, a design`, 'ms', repeat(RUNS, evaluate), DESIGNS),
    ];
  },
});

/** Benchmarks of the figures that the exact explorer adds up, with predicted encoded sizes. */
export const SEGMENT_FIGURES: readonly Benchmark[] = [
  segmentFigures('u55', 'mobilenet', 'ethos-u55-128'),
  segmentFigures('u85', 'mobilenet', 'ethos-u85-256'),
];
