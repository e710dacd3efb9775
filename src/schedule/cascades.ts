import { roundUp } from '../cost/integers.js';
import type { OpKind } from '../lowering/operations.js';
import { bufferBytes, type Entry, type Schedule } from './entry.js';
import { isIn, type Placement, type Snapshot } from './liveness.js';
import { isPoolingFamily } from './link.js';
import { AREA } from './machine.js';
import type { Program, ProgramOp, ProgramTensor } from './program.js';
import { primaryInput, stripeInputHeight, type Striped } from './stripes.js';

const LIMIT_CAP = 2 ** 30;
const CONVOLUTIONS: ReadonlySet<OpKind> = new Set<OpKind>(['Conv2D', 'DepthwiseConv2D']);

/** Operations first … last run stripe by stripe in turn. */
export interface Cascade {
  readonly first: number;
  readonly last: number;
  /** Bytes of staging memory while it runs, and the part that belongs to the cascade itself. */
  readonly memory: number;
  readonly local: number;
}

/** Memory of one operation: its own tensors and buffers, and what else is alive. May be negative. */
export interface OpMemory {
  readonly own: number;
  readonly outside: number;
}

/** Inputs of `buildCascades`; operations and entries are indexed as in the program. */
export interface CascadeInputs {
  readonly program: Program;
  readonly placement: Placement;
  /** The stripes in which operations are to be joined; none for CPU operations. */
  readonly striped: readonly (Striped | undefined)[];
  /** Entries for operations that stay alone. */
  readonly fallback: Schedule;
  readonly snapshot: Snapshot;
  readonly memory: (index: number) => OpMemory;
  /** Bytes that cascades try to keep below. */
  readonly guide: number;
  readonly from: number;
  readonly to: number;
}

export interface CascadeResult {
  /** Entries of from … to. */
  readonly entries: readonly Entry[];
  readonly cascades: readonly Cascade[];
}

/** Buffer of a few rows between two cascaded operations. */
interface Rolling {
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  readonly bytes: number;
}

/** True where a connection needs the whole tensor, so that no rolling buffer can stand for it. */
function needsWholeTensor(tensor: ProgramTensor, writer: ProgramOp): boolean {
  return (
    tensor.producers.length > 1 ||
    tensor.consumers.length > 1 ||
    tensor.graphInput ||
    tensor.graphOutput ||
    tensor.usedByCpu ||
    tensor.persistent ||
    writer.writesSlice
  );
}

/** Own and outside memory of every operation under a schedule (docs/model/scheduling.md#cascades). */
export function opMemory(
  program: Program,
  schedule: Schedule,
  placement: Placement,
  snapshot: Snapshot,
  index: number,
): OpMemory {
  const op = program.ops[index]!;
  const entry = schedule[index]!;
  const { rangeOf, times } = snapshot.liveness;
  const ifm = op.ifms[op.primaryIfm];
  const [ofm] = op.ofms;
  let own = bufferBytes(entry.buffer);
  const held = (tensor: number | undefined): tensor is number =>
    tensor !== undefined && isIn(placement, tensor, AREA.staging);
  if (held(ifm)) own += program.tensors[ifm]!.bytes;
  if (held(ofm)) {
    const shared = entry.place === undefined && held(ifm) && rangeOf[ifm] === rangeOf[ofm];
    if (!shared) own += program.tensors[ofm]!.bytes;
  }
  return { own, outside: snapshot.used[times[index]!]! - own };
}

function isCandidate(op: ProgramOp, striped: Striped | undefined, program: Program): boolean {
  const { cost } = op;
  if (striped === undefined || cost === undefined) return false;
  const ifm = program.tensors[op.ifms[op.primaryIfm]!]!;
  if (ifm.constant || cost.ofmTransposed || cost.ofmReversed || striped.stripeH >= op.ofmShape[1])
    return false;
  if (CONVOLUTIONS.has(cost.kind)) return cost.upscale === 'none';
  return cost.opClass === 'elementwise' || (isPoolingFamily(cost.kind) && cost.kind !== 'ReduceSum');
}

/** Non-local memory of a proposal: the most that is alive besides the cascade's own buffers. */
class OutsideMaximum {
  private inside = 0;
  private beyond = 0;
  private readonly atStart: number;
  value: number;

  constructor(
    private readonly start: number,
    private readonly end: number,
    private readonly size: number,
    outsideOfStart: number,
  ) {
    this.atStart = Math.max(0, outsideOfStart);
    this.value = this.atStart;
  }

  add(time: number, outside: number, isStart: boolean, already: boolean): void {
    const bytes = Math.max(0, outside);
    if (this.size > 0 && this.start <= time && time <= this.end) {
      if (!isStart) this.inside = Math.max(this.inside, already ? bytes : Math.max(0, bytes - this.size));
    } else {
      this.beyond = Math.max(this.beyond, bytes);
    }
    this.value = Math.max(this.beyond, this.atStart, this.inside);
  }
}

/** True if a result may take the memory of an input, whatever their formats (docs/model/scheduling.md#cascades). */
function tensorsMayShare(ifm: ProgramTensor, ofm: ProgramTensor): boolean {
  return (
    ifm.type === ofm.type &&
    !ifm.graphOutput &&
    !ifm.persistent &&
    !ofm.persistent &&
    ifm.consumers.length === 1 &&
    ofm.producers.length === 1
  );
}

/** Joins operations into cascades where that saves memory; docs/model/scheduling.md#cascades. */
export function buildCascades(inputs: CascadeInputs): CascadeResult {
  const { program, placement, striped, fallback, snapshot, memory, from, to } = inputs;
  const { spilling } = placement;
  const { times, rangeOf, starts, ends, sizes } = snapshot.liveness;
  const entries: Entry[] = [];
  const cascades: Cascade[] = [];
  let peak = Math.min(LIMIT_CAP, inputs.guide);

  const primaryTensor = (op: ProgramOp): ProgramTensor => program.tensors[op.ifms[op.primaryIfm]!]!;
  const ofmTensor = (op: ProgramOp): ProgramTensor => program.tensors[op.ofms[0]!]!;
  const alone = (i: number): number => {
    const { own, outside } = memory(i);
    return own + outside;
  };
  const rollingBetween = (p: number, c: number): Rolling => {
    const producer = striped[p]!;
    const consumer = program.ops[c]!;
    const rows = stripeInputHeight(consumer, striped[c]!.stripeH);
    const height = roundUp(producer.stripeH + rows, rows);
    const width = primaryInput(consumer)[2];
    const depth = roundUp(program.ops[p]!.cost!.ofm.shape[3], 16);
    const bits = ofmTensor(program.ops[p]!).bits;
    return { height, width, depth, bytes: Math.ceil((height * width * depth * bits) / 8) };
  };
  const canFollow = (p: number, c: number): boolean => {
    const producer = program.ops[p]!;
    const consumer = program.ops[c]!;
    const tensor = ofmTensor(producer);
    if (tensor.consumers.length !== 1 || tensor.consumers[0] !== c || c > to) return false;
    if (producer.lowered.subs.some((sub) => sub.chained === true)) return false;
    if (!isCandidate(consumer, striped[c], program)) return false;
    if (consumer.ifms[consumer.primaryIfm] !== producer.ofms[0]) return false;
    if (needsWholeTensor(tensor, producer) || tensor.format === 'NHWC') return false;
    const read = consumer.ifmShapes[consumer.primaryIfm]!;
    return producer.ofmShape.every((axis, k) => axis === read[k]);
  };
  const mayOverwrite = (i: number): boolean => {
    const op = program.ops[i]!;
    const { stripeH } = striped[i]!;
    return (
      op.mapsOneToOne &&
      stripeInputHeight(op, stripeH) === stripeH &&
      tensorsMayShare(primaryTensor(op), ofmTensor(op))
    );
  };
  const reuses = (p: number, incoming: Rolling | undefined, outgoing: Rolling): boolean => {
    return (
      incoming !== undefined &&
      mayOverwrite(p) &&
      incoming.height === outgoing.height &&
      incoming.width === outgoing.width &&
      incoming.depth === outgoing.depth &&
      incoming.bytes === outgoing.bytes
    );
  };
  const stayAlone = (i: number): void => {
    entries.push(fallback[i]!);
    if (!spilling && program.ops[i]!.cost !== undefined) peak = Math.max(alone(i), peak);
  };

  let s = from;
  while (s <= to) {
    const start = program.ops[s]!;
    if (!isCandidate(start, striped[s], program)) {
      stayAlone(s);
      s++;
      continue;
    }
    const startRange = rangeOf[start.ifms[start.primaryIfm]!]!;
    const hasRange = startRange !== -1;
    const outside = new OutsideMaximum(
      hasRange ? starts[startRange]! : 0,
      hasRange ? ends[startRange]! : 0,
      hasRange ? sizes[startRange]! : 0,
      memory(s).outside,
    );
    outside.add(times[s]!, memory(s).outside, true, false);
    const first = spilling ? 0 : primaryTensor(start).bytes;
    let sum = striped[s]!.bufferBytes;
    let best = alone(s);
    let bestLocal = 0;
    let bestEnd = s;
    const rolling: (Rolling | undefined)[] = [undefined];
    const reuse: boolean[] = [];
    for (let p = s; ; p++) {
      const c = p + 1;
      if (c > to || !canFollow(p, c)) break;
      const between = rollingBetween(p, c);
      const reused = reuses(p, rolling[p - s], between);
      rolling[c - s] = between;
      reuse[p - s] = reused;
      const op = program.ops[c]!;
      sum += striped[c]!.bufferBytes + (reused ? 0 : between.bytes);
      const already =
        hasRange && (rangeOf[op.ifms[op.primaryIfm]!] === startRange || rangeOf[op.ofms[0]!] === startRange);
      outside.add(times[c]!, memory(c).outside, false, already);
      if (!spilling) {
        const unjoined = alone(c);
        const local = first + sum + ofmTensor(op).bytes;
        const size = local + outside.value;
        if (size < best || size < unjoined) {
          best = size;
          bestLocal = local;
          bestEnd = c;
        }
        if ((unjoined < peak && best < peak) || first + outside.value + sum > best) break;
      } else {
        const ifm = primaryTensor(op);
        const ofm = ofmTensor(op);
        const read = op.ifmShapes[op.primaryIfm]!;
        const inPlace =
          mayOverwrite(c) && ifm.bytes === ofm.bytes && op.ofmShape.every((axis, k) => axis === read[k]);
        const unjoined = ifm.bytes + (inPlace ? 0 : ofm.bytes) + memory(c).outside;
        if (unjoined < peak || sum > peak) break;
        best = sum;
        bestLocal = sum;
        bestEnd = c;
      }
    }
    if (bestEnd === s) {
      stayAlone(s);
      s++;
      continue;
    }
    for (let i = s; i <= bestEnd; i++) {
      const buffer = rolling[i - s];
      entries.push({
        ...striped[i]!.entry(),
        place: {
          cascade: bestEnd,
          first: i === s,
          rolling: buffer && { bytes: buffer.bytes, height: buffer.height },
          reusesInput: i < bestEnd && reuse[i - s] === true,
        },
      });
    }
    cascades.push({ first: s, last: bestEnd, memory: best, local: bestLocal });
    if (!spilling) peak = Math.max(best, peak);
    s = bestEnd + 1;
  }
  return { entries, cascades };
}
