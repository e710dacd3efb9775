import { describe, expect, test } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Evaluation } from '../../src/estimate/evaluation.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { takeSnapshot } from '../../src/schedule/liveness.js';
import { NetworkDraft } from '../lowering/networks.js';

const system = resolveSystem({
  accelerator: 'ethos-u55-128',
  systemConfig: 'Ethos_U55_High_End_Embedded',
  memoryMode: 'Shared_Sram',
});

const SHAPE = [1, 16, 16, 32];

/** Convolutions 3×3 one after another, each with the weights of that number. */
function evaluate(weightsOf: readonly number[]): Evaluation {
  const n = new NetworkDraft();
  let x = n.input(SHAPE);
  const weights = new Map<number, number>();
  for (const number of weightsOf) {
    const w = weights.get(number) ?? n.weights([32, 3, 3, 32]);
    weights.set(number, w);
    x = n.operator('CONV_2D', [x, w], [n.tensor(SHAPE)], { padding: 'SAME', stride_h: 1, stride_w: 1 });
  }
  const estimator = createEstimator();
  const program = estimator.compile(n.network([x]), system.accelerator);
  return estimator.evaluate(program, system, { optimise: 'Performance' });
}

describe('neighbours with the same weights (docs/model/scheduling.md#shared-buffers)', () => {
  test('have them whole, in one buffer', () => {
    const { scheduled } = evaluate([1, 1]);
    const [first, second] = scheduled.schedule;
    const whole = first!.plan!.whole.encoding!.allocatedBytes;
    for (const entry of [first!, second!]) {
      expect(entry.slices?.boundaries).toEqual([0, 32]);
      expect(entry.buffer?.parts).toEqual([whole]);
    }
    expect([...scheduled.bufferOwner]).toEqual([0, 0]);
    const { used, liveness } = scheduled.snapshot;
    const maps = 2 * 16 * 16 * 32;
    expect([...liveness.times].map((t) => used[t])).toEqual([maps + whole, maps + whole]);
  });

  test('have one buffer each, if another operation lies between them', () => {
    const { program, scheduled } = evaluate([1, 2, 1]);
    expect([...program.sharing.readers.values()]).toEqual([2]);
    expect([...scheduled.bufferOwner]).toEqual([0, 1, 2]);
    const alone = takeSnapshot(program, scheduled.schedule, scheduled.placement);
    expect(scheduled.snapshot.used).toEqual(alone.used);
  });

  test('are stored once', () => {
    const stored = (weightsOf: readonly number[]): { bytes: number; encodings: number[] } => {
      const { memory, scheduled } = evaluate(weightsOf);
      const encodings = scheduled.schedule.map(({ slices }) => slices!.encoding!.allocatedBytes);
      return { bytes: memory.constants, encodings };
    };
    const same = stored([1, 1]);
    expect(same.bytes).toBe(same.encodings[0]);
    const different = stored([1, 2]);
    expect(different.bytes).toBe(different.encodings[0]! + different.encodings[1]!);
  });
});
