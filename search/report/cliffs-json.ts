import { METRICS } from '../metrics.js';
import { cliffsOf, type Curve, type Point, type Ratio, type Step } from '../explore/cliffs/curve.js';
import type { NetworkCurves } from '../explore/cliffs/group-curves.js';
import { systemRecord, type Fields } from './records.js';

/** Version of the shape of {@link cliffsRecord}. */
const CLIFFS_SCHEMA = 'paretou/cliffs@1';

const POINT_COLUMNS: Readonly<Record<string, keyof Point>> = {
  channels: 'channels',
  cycles_total: 'cycles',
  sram_memory_used_bytes: 'sramUsed',
  sram_total_bytes: 'sramMoved',
  external_total_bytes: 'externalMoved',
} satisfies Partial<Record<keyof typeof METRICS | 'channels', keyof Point>>;

const ratioRecord = (ratio: Ratio | undefined): Fields | null =>
  ratio === undefined
    ? null
    : { channels: ratio.channels, cycles_ratio: ratio.cycles, sram_ratio: ratio.sram };

const stepRecord = (step: Step): Fields => ({ from: step.from, ...ratioRecord(step) });

const curveRecord = (curve: Curve): Fields => {
  const { steps, free, faster, idle, saves } = cliffsOf(curve);
  return {
    kind: curve.kind,
    operators: curve.operators,
    channels: curve.channels,
    own_cycles: curve.ownCycles,
    steps: steps.map(stepRecord),
    free_up_to: ratioRecord(free),
    faster: ratioRecord(faster),
    no_gain_from: idle ?? null,
    saves: ratioRecord(saves),
    points: Object.fromEntries(
      Object.entries(POINT_COLUMNS).map(([name, key]) => [name, curve.points.map((point) => point[key])]),
    ),
  };
};

/** Curves as data. */
export const cliffsRecord = (model: string, { systems, frozen, interrupted }: NetworkCurves): Fields => ({
  schema: CLIFFS_SCHEMA,
  model,
  interrupted,
  systems: systems.map(({ system, curves, today }) => ({
    ...systemRecord(system),
    cycles_total: today.cycles_total,
    sram_memory_used_bytes: today.sram_memory_used_bytes,
    curves: curves.map(curveRecord),
  })),
  frozen: frozen.map(({ operator, operators, channels, frozen: reason }) => ({
    operator,
    operators,
    channels,
    reason,
  })),
});
