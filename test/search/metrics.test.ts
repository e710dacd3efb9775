import { describe, expect, it } from 'vitest';
import { figuresOf, FIGURES, type DesignFigures } from '../../search/evaluate/figures.js';
import { METRIC_NAMES, METRICS } from '../../search/metrics.js';
import { CSV_COLUMNS } from '../../search/report/ranking-csv.js';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Evaluation } from '../../src/estimate/evaluation.js';
import { exampleModel } from '../../src/graph/examples.js';
import { resolveSystem } from '../../src/npu/resolve.js';

const evaluated = (accelerator: string): { evaluation: Evaluation; figures: DesignFigures } => {
  const estimator = createEstimator();
  const program = estimator.compile(exampleModel('story_standard').network, accelerator);
  const evaluation = estimator.evaluate(program, resolveSystem({ accelerator }), { optimise: 'Performance' });
  return { evaluation, figures: figuresOf(evaluation) };
};

describe('the table of metrics', () => {
  it('gives every metric but flags a column', () => {
    const flags = METRIC_NAMES.filter((name) => METRICS[name].unit === 'flag');
    expect(METRIC_NAMES.filter((name) => !CSV_COLUMNS.includes(name))).toEqual(flags);
  });

  it('names quotients after what they divide, and options once', () => {
    METRIC_NAMES.forEach((name, i) => {
      const { source } = METRICS[name];
      if (source.from === 'quotient') expect(METRIC_NAMES.slice(0, i)).toContain(source.of);
    });
    const options = METRIC_NAMES.flatMap((name) => METRICS[name].bound?.setting ?? []);
    expect(new Set(options).size).toBe(options.length);
  });

  it('reads every figure from an estimate', () => {
    const { figures } = evaluated('ethos-u55-128');
    for (const name of FIGURES) expect(figures[name], name).toBeGreaterThanOrEqual(0);
  });

  it('has MAC utilisation: MACs over the peak of the cycles taken', () => {
    const { figures } = evaluated('ethos-u55-128');
    expect(figures.mac_utilisation).toBeCloseTo(figures.nn_macs / (128 * figures.cycles_total), 12);
  });

  it('has the memory that weights and other constants take', () => {
    const { evaluation, figures } = evaluated('ethos-u55-128');
    expect(figures.weights_memory_used_bytes).toBe(evaluation.memory.constants);
    expect(figures.weights_memory_used_bytes).toBeGreaterThanOrEqual(figures.encoded_weight_bytes);
  });
});
