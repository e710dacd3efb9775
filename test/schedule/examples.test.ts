import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Evaluation } from '../../src/estimate/evaluation.js';
import type { Layer } from '../../src/estimate/types.js';
import { loadNetwork } from '../../src/graph/load.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { buildCascades, opMemory } from '../../src/schedule/cascades.js';
import { plainEntry } from '../../src/schedule/entry.js';
import { describe as describeEvaluation } from '../../src/estimate/describe.js';
import { takeSnapshot } from '../../src/schedule/liveness.js';
import { AREA } from '../../src/schedule/machine.js';
import { planFor } from '../../src/schedule/planning.js';
import type { Optimise } from '../../src/schedule/schedule.js';
import { minimalStripes } from '../../src/schedule/stripes.js';
import { sharedDir } from '../shared.js';

const estimator = createEstimator();

function evaluate(
  model: string,
  accelerator: string,
  arena?: number,
  optimise: Optimise = 'Performance',
): Evaluation {
  const { network } = loadNetwork(join(sharedDir!, 'models', `${model}.tflite`));
  const system = resolveSystem({
    accelerator,
    systemConfig: 'Ethos_U55_High_End_Embedded',
    memoryMode: 'Shared_Sram',
    arenaCacheSize: arena,
  });
  return estimator.evaluate(estimator.compile(network, accelerator), system, { optimise });
}

/** What was decided for one operation, and its row of the report. */
function decided(evaluation: Evaluation, index: number) {
  const { plan, slices, buffer, hideCycles, freeMemory, place } = evaluation.scheduled.schedule[index]!;
  const rows = describeEvaluation(evaluation).layers.filter((layer) => !layer.fused);
  const row: Layer = rows[index]!;
  return {
    boundaries: slices?.boundaries,
    parts: buffer?.parts,
    prebuffered: buffer?.prebuffered,
    ranges: slices?.encoding?.rangeBytes,
    fullTransfer: plan?.fullTransfer,
    unbuffered: plan?.unbuffered,
    hide: hideCycles,
    free: freeMemory,
    place,
    stripe: plan?.stripeH,
    row,
  };
}

describe.skipIf(sharedDir === undefined)(
  'decisions worked through by hand (docs/model/scheduling.md)',
  () => {
    test('E1: buffering at the start, in two slices', () => {
      const evaluation = evaluate('kws_ref_int8', 'ethos-u55-64');
      const op = decided(evaluation, 0);
      expect(op).toMatchObject({
        boundaries: [0, 16, 64],
        parts: [1120, 3360],
        prebuffered: false,
        ranges: [1120, 3360],
        fullTransfer: 4528,
        unbuffered: { run: 41781 },
        hide: 31599,
        free: 1073729968,
      });
      expect(op.row).toMatchObject({
        npuCycles: 42965,
        cycles: 42965,
        stagingUsage: 12976,
        accessCycles: { sram: 6520, off_chip_flash: 5760 },
        detail: {
          runCycles: 41781,
          bytes: { ifm: 28800, ofm: 8000, weights: 3 * 3840, scales: 3 * 640 },
          weights: { buffering: 'double', passes: 3 },
        },
      });
    });

    test('E2: pre-buffering hides the transfer', () => {
      const op = decided(evaluate('kws_ref_int8', 'ethos-u55-64'), 1);
      expect(op).toMatchObject({ boundaries: [0, 64], parts: [1328], prebuffered: true, fullTransfer: 1392 });
      expect(op.row).toMatchObject({ npuCycles: 13284, accessCycles: { sram: 2938, off_chip_flash: 1920 } });
    });

    test('E3: weights that are read once are not worth a buffer', () => {
      const op = decided(evaluate('kws_ref_int8', 'ethos-u55-64'), 10);
      expect(op).toMatchObject({ parts: undefined, fullTransfer: 1104, unbuffered: { weightCycles: 1104 } });
      expect(op.row).toMatchObject({ npuCycles: 242, cycles: 1040, accessCycles: { off_chip_flash: 1040 } });
    });

    test('E4: as much is fetched early as can be hidden', () => {
      const op = decided(evaluate('vww_96_int8', 'ethos-u55-256'), 10);
      expect(op).toMatchObject({
        boundaries: [0, 48, 64],
        parts: [3600, 1200],
        prebuffered: true,
        fullTransfer: 4960,
        hide: 896,
      });
      expect(op.row).toMatchObject({ npuCycles: 3712, cycles: 3934 });
    });

    test('E6: cascades below a limit', () => {
      const evaluation = evaluate('vww_96_int8', 'ethos-u55-128', 32768);
      const { machine, program } = evaluation;
      const areas = Uint8Array.from(program.tensors, (t) => (t.constant ? AREA.constants : AREA.featureMaps));
      const placement = { areas, spilling: false };
      const whole = program.ops.map(({ cost }) => plainEntry(planFor(machine, cost!)));
      const snapshot = takeSnapshot(program, whole, placement);
      const striped = minimalStripes(machine, program);
      expect(striped.slice(0, 4).map((s) => s?.stripeH)).toEqual([1, 1, 2, 1]);
      const { entries, cascades } = buildCascades({
        program,
        placement,
        striped,
        fallback: whole,
        snapshot,
        memory: (i) => opMemory(program, whole, placement, snapshot, i),
        guide: 32768,
        from: 0,
        to: program.ops.length - 1,
      });
      expect(entries.slice(0, 4).map(({ place }) => place?.rolling?.bytes)).toEqual([
        undefined,
        4608,
        3072,
        4608,
      ]);
      expect(cascades.map((c) => [c.first, c.last, c.memory])).toEqual([
        [0, 3, 49152],
        [4, 5, 32256],
        [6, 7, 27648],
        [10, 11, 16128],
      ]);

      const final = (i: number) => decided(evaluation, i);
      expect([0, 4, 7, 10].map((i) => final(i).place?.cascade)).toEqual([3, 5, 7, undefined]);
      expect([final(6).stripe, final(7).stripe]).toEqual([4, 2]);
      expect(final(7).place?.rolling).toEqual({ bytes: 7680, height: 10 });
      expect(final(0).row.detail?.runCycles).toBe(14584);
      expect(evaluation.scheduled.snapshot.peak).toBe(49152);
      expect(evaluation.memory.featureMaps).toBe(49152);
    });

    test('E7: as little memory as possible', () => {
      const evaluation = evaluate('person_detect', 'ethos-u55-128', undefined, 'Size');
      const { schedule } = evaluation.scheduled;
      expect(schedule.slice(0, 12).map(({ place }) => place?.cascade ?? 0)).toEqual([
        3, 3, 3, 3, 7, 7, 7, 7, 0, 0, 0, 0,
      ]);
      expect(schedule.slice(0, 4).map(({ place }) => place?.rolling?.bytes)).toEqual([
        undefined,
        4608,
        3072,
        4608,
      ]);
      expect(evaluation.memory.featureMaps).toBe(30720);
      expect(evaluate('person_detect', 'ethos-u55-128').memory.featureMaps).toBe(74480);
      const buffered = schedule.flatMap(({ buffer }, i) => (buffer ? [[i, ...buffer.parts]] : []));
      expect(buffered).toHaveLength(10);
      expect(buffered).toContainEqual([4, 976]);
    });
  },
);
