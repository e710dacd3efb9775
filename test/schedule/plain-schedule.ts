/**
 * The choice of a schedule as docs/model/scheduling.md#choosing-a-schedule words it. Buffering and building cascades
 * have tests of their own, so the functions under test there are used here.
 */
import { bufferSchedule } from '../../src/schedule/buffering.js';
import { buildCascades, opMemory, type Cascade } from '../../src/schedule/cascades.js';
import { plainEntry, type Entry, type Schedule } from '../../src/schedule/entry.js';
import { treatmentOrder } from '../../src/schedule/improve.js';
import { takeSnapshot } from '../../src/schedule/liveness.js';
import { planFor } from '../../src/schedule/planning.js';
import type { Optimise } from '../../src/schedule/schedule.js';
import type { Striped } from '../../src/schedule/stripes.js';
import type { Workshop } from './random-schedules.js';

const up = (a: number, m: number): number => Math.ceil(a / m) * m;

const bufferBytes = (entry: Entry): number => (entry.buffer?.parts ?? []).reduce((a, b) => a + b, 0);

/** Entry of an operation for stripes of about that height. */
function striped(w: Workshop, i: number, rows: number): Entry {
  const op = w.program.ops[i]!;
  const full = op.cost!.ofm.shape[1];
  const step = op.cost!.upscale === 'none' ? 1 : 2;
  const height = !op.divisible || rows >= full ? full : Math.min(up(rows, step), full);
  return plainEntry(planFor(w.machine, op.cost!, height));
}

const proposal = (entries: readonly (Entry | undefined)[]): (Striped | undefined)[] =>
  entries.map(
    (entry) => entry && { stripeH: entry.plan!.stripeH, bufferBytes: bufferBytes(entry), entry: () => entry },
  );

interface Cascaded {
  readonly schedule: Schedule;
  readonly cascades: readonly Cascade[];
}

/** docs/model/scheduling.md#improving-cascades for one cascade of `R`. */
function improve(w: Workshop, R: Cascaded, cascade: Cascade, Lo: number): Cascaded {
  const { machine, program, placement } = w;
  const { first: a, last: b } = cascade;
  const snapshot = takeSnapshot(program, R.schedule, placement);
  const t = (i: number): number => snapshot.liveness.times[i]!;
  const par = Math.max(0, snapshot.used[t(a)]! - cascade.local);
  const ifm = program.tensors[program.ops[a]!.ifms[program.ops[a]!.primaryIfm]!]!;
  const pin = !placement.spilling && ifm.consumers.length > 1 ? ifm.bytes : 0;
  const nonLocal = (i: number): number => (i === a ? par : par + pin);
  const before = R.schedule[a - 1];
  const prev = before?.plan && {
    ...before,
    hideCycles: before.plan.opCycles,
    freeMemory: Lo - snapshot.used[t(a - 1)]!,
  };
  const buffered = bufferSchedule(machine, program, R.schedule, snapshot, Lo, a, b, prev ?? before);

  const end = program.ops[b]!.cost!;
  const step = end.upscale === 'none' ? 1 : 2;
  let best: { entries: readonly Entry[]; cascades: readonly Cascade[] } | undefined;
  let most: number | undefined;
  for (
    let h = up(R.schedule[b]!.plan!.stripeH + 1, step);
    h <= Math.trunc((end.ofm.shape[1] + 1) / 2);
    h += step
  ) {
    const entries: (Entry | undefined)[] = [];
    let wanted = h;
    for (let i = b; i >= a; i--) {
      const entry = striped(w, i, wanted);
      const single = buffered[i - a]!.buffer?.parts.length === 1;
      const bytes = entry.slices?.encoding?.allocatedBytes ?? 0;
      entries[i] = { ...entry, buffer: single ? { parts: [bytes], prebuffered: false } : undefined };
      const { kernel, upscale } = program.ops[i]!.cost!;
      wanted = Math.trunc(entry.plan!.stripeH / (upscale === 'none' ? 1 : 2)) * kernel.strideH;
    }
    const built = buildCascades({
      program,
      placement,
      striped: proposal(entries),
      fallback: w.whole,
      snapshot,
      memory: (i) => ({
        own: opMemory(program, R.schedule, placement, snapshot, i).own,
        outside: nonLocal(i),
      }),
      guide: Lo,
      from: a,
      to: b,
    });
    most ??= built.cascades.length;
    const estimate = Math.max(
      ...built.entries.map((entry, k) => {
        const i = a + k;
        const own = built.cascades.find((c) => c.first <= i && i <= c.last);
        if (own !== undefined) return own.memory;
        const op = program.ops[i]!;
        const map = (
          id: number,
          [n, height, width, c]: readonly [number, number, number, number],
        ): number => {
          const { format, bits, constant } = program.tensors[id]!;
          const depth = format === 'NHCWB16' ? up(c, 16) : c;
          return constant ? 0 : Math.ceil((n * height * width * depth * bits) / 8);
        };
        const maps = op.ifms.reduce(
          (sum, id, at) => sum + map(id, op.ifmShapes[at]!),
          map(op.ofms[0]!, op.ofmShape),
        );
        return bufferBytes(entry) + maps + nonLocal(i);
      }),
    );
    if (estimate > Lo || built.cascades.length > most) break;
    best = built;
    if (built.cascades.length === 0) break;
  }
  if (best === undefined) return R;
  const { entries, cascades } = best;
  return {
    schedule: R.schedule.map((entry, i) => (a <= i && i <= b ? entries[i - a]! : entry)),
    cascades: [...R.cascades.filter((c) => c !== cascade), ...cascades],
  };
}

/** docs/model/scheduling.md#choosing-a-schedule up to step 4. */
export function plainSchedule(w: Workshop, optimise: Optimise): Schedule {
  const { machine, program, placement, whole, snapshot } = w;
  const { spilling, arenaCacheSize: L } = machine.system;
  const unlimited = bufferSchedule(machine, program, whole, snapshot, 2 ** 31 - 1);
  const Pmax = takeSnapshot(program, unlimited, placement).peak;
  const min: (Entry | undefined)[] = [];
  let rows = 1;
  for (let i = program.ops.length - 1; i >= 0; i--) {
    const op = program.ops[i]!;
    if (op.cost) min[i] = striped(w, i, rows);
    rows = op.cost?.kernel.strideH ?? op.lowered.kernel.strideH;
  }
  const G = optimise === 'Size' ? Math.min(...snapshot.used) : L;
  const { entries, cascades } = buildCascades({
    program,
    placement,
    striped: proposal(program.ops.map((_, i) => min[i])),
    fallback: whole,
    snapshot,
    memory: (i) => opMemory(program, whole, placement, snapshot, i),
    guide: G,
    from: 0,
    to: program.ops.length - 1,
  });
  const Pmin = takeSnapshot(program, entries, placement).peak;
  const Lo = optimise === 'Size' && Pmin > 0 ? Pmin : L;
  if (!spilling && Pmax < Lo) return unlimited;
  let R: Cascaded = { schedule: entries, cascades };
  for (const last of treatmentOrder(cascades.map((c) => c.last))) {
    R = improve(
      w,
      R,
      cascades.find((c) => c.last === last)!,
      Lo,
    );
  }
  return bufferSchedule(machine, program, R.schedule, takeSnapshot(program, R.schedule, placement), Lo);
}
