import { describe, expect, it } from 'vitest';
import { buildSpace } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { radicesOf } from '../../../search/space/space.js';
import { createApplier } from '../../../search/emit/apply.js';
import { chooseSystem } from '../../../search/space/systems.js';
import { createEstimator } from '../../../src/estimate/estimate.js';
import type { Evaluation } from '../../../src/estimate/evaluation.js';
import { loadNetwork } from '../../../src/graph/load.js';
import { sharedDir } from '../../shared.js';

const CASES = [
  ['resnet8_int8', 'ethos-u55-128'],
  ['resnet8_int8', 'ethos-u85-256'],
  ['mobilenet_v2_1.0_224_quant', 'ethos-u55-128'],
  ['mobilenet_v2_1.0_224_quant', 'ethos-u85-256'],
  ['person_detect', 'ethos-u65-512'],
  // Most of its deep channels died in training.
  ['vww_96_int8', 'ethos-u55-128'],
] as const;

/** Encoded bytes of each operation with weights, in one depth slice. */
const encodedBytes = ({ program, scheduled }: Evaluation): { bytes: number; predicted: boolean }[] =>
  program.ops.flatMap(({ cost }, i) =>
    cost?.weights === undefined
      ? []
      : [
          {
            bytes: scheduled.schedule[i]!.plan!.whole.encoding!.weightBytes,
            predicted: cost.weights.predicted,
          },
        ],
  );

describe.skipIf(sharedDir === undefined)('predicted sizes of resized layers', () => {
  it.each(CASES)('are right in total, within three hundredths: %s, %s', (model, accelerator) => {
    const { network } = loadNetwork(`${sharedDir}/models/${model}.tflite`);
    const space = buildSpace(network, {
      systems: [chooseSystem({ accelerator })],
      optimise: 'Performance',
      file: parseSpaceFile('options: [standard]\nwidths: [0.3, 0.5, 0.75, 0.9, 1]\n', 'space.yaml'),
    });
    const estimator = createEstimator();
    const { system } = space.systems[0]!;
    const [known, unknown] = (['known', 'unknown'] as const).map((values) => {
      const applier = createApplier(space, values);
      return (digits: Uint16Array) =>
        estimator.evaluate(estimator.compile(applier.network(digits), accelerator), system, {
          optimise: 'Performance',
        });
    });
    let [exact, predicted] = [0, 0];
    for (let k = 0; k < 3; k++) {
      const digits = Uint16Array.from(radicesOf(space), (radix, position) => (position * 7 + k * 3) % radix);
      const others = encodedBytes(unknown!(digits));
      encodedBytes(known!(digits)).forEach(({ bytes }, i) => {
        if (!others[i]!.predicted) return;
        exact += bytes;
        predicted += others[i]!.bytes;
      });
    }
    expect(exact).toBeGreaterThan(0);
    expect(Math.abs(predicted / exact - 1)).toBeLessThan(0.03);
  });
});
