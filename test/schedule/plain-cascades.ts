/** Building cascades as docs/model/scheduling.md#cascades words it. */
import { requiredIfm } from '../../src/cost/operation.js';
import { AREA } from '../../src/schedule/machine.js';
import type { CascadeInputs } from '../../src/schedule/cascades.js';
import type { ProgramOp, ProgramTensor } from '../../src/schedule/program.js';
import type { TimeLine } from './plain-ranges.js';

/** Cascades, and where each operation stands; undefined outside of one. */
export interface PlainCascades {
  readonly cascades: readonly { first: number; last: number; memory: number; local: number }[];
  readonly places: readonly (
    { cascade: number; first: boolean; rolling: number | undefined; reusesInput: boolean } | undefined
  )[];
}

interface Buffer {
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly reused: boolean;
}

const up = (a: number, m: number): number => Math.ceil(a / m) * m;

/** @param timeLine of the schedule without cascades, and `used` the bytes alive in it */
export function plainCascades(
  inputs: CascadeInputs,
  timeLine: TimeLine,
  used: readonly number[],
): PlainCascades {
  const { program, placement, striped, fallback, guide } = inputs;
  const { spilling } = placement;
  const opOf = (i: number): ProgramOp => program.ops[i]!;
  const ifmOf = (i: number): ProgramTensor => program.tensors[opOf(i).ifms[opOf(i).primaryIfm]!]!;
  const ofmOf = (i: number): ProgramTensor => program.tensors[opOf(i).ofms[0]!]!;
  const rangeOf = (tensor: ProgramTensor) => timeLine.rangeOf.get(program.tensors.indexOf(tensor));
  const inStaging = (tensor: ProgramTensor): boolean =>
    !tensor.constant && (!spilling || placement.areas[program.tensors.indexOf(tensor)] === AREA.staging);
  const own = (i: number): number => {
    let bytes = (fallback[i]!.buffer?.parts ?? []).reduce((a, b) => a + b, 0);
    const [ifm, ofm] = [ifmOf(i), ofmOf(i)];
    if (inStaging(ifm)) bytes += ifm.bytes;
    if (inStaging(ofm) && !(inStaging(ifm) && rangeOf(ifm) === rangeOf(ofm))) bytes += ofm.bytes;
    return bytes;
  };
  const outside = (i: number): number => used[timeLine.times[i]!]! - own(i);
  const alone = (i: number): number => own(i) + outside(i);

  const stripeH = (i: number): number => striped[i]!.stripeH;
  const stripeIfmH = (i: number): number => {
    const { cost, primaryIfm } = opOf(i);
    const k = cost!.kernel;
    const needed = requiredIfm(stripeH(i), k.strideH, k.height, k.dilationH, cost!.upscale);
    return Math.min(needed, cost!.ifms[primaryIfm]!.shape[1]);
  };
  const candidate = (i: number): boolean => {
    const { cost, ofmShape } = opOf(i);
    if (!cost || ifmOf(i).constant || cost.ofmTransposed || cost.ofmReversed) return false;
    if (stripeH(i) >= ofmShape[1]) return false;
    if (cost.kind === 'Conv2D' || cost.kind === 'DepthwiseConv2D') return cost.upscale === 'none';
    return (
      cost.opClass === 'elementwise' || ['MaxPool', 'AvgPool', 'SumPool', 'ReduceMax'].includes(cost.kind)
    );
  };
  const alike = (ifm: ProgramTensor, ofm: ProgramTensor): boolean =>
    ifm.type === ofm.type &&
    !ifm.graphOutput &&
    !ifm.persistent &&
    !ofm.persistent &&
    ifm.consumers.length === 1 &&
    ofm.producers.length === 1;
  const needsFull = (tensor: ProgramTensor): boolean =>
    tensor.producers.length > 1 ||
    tensor.consumers.length > 1 ||
    tensor.graphInput ||
    tensor.graphOutput ||
    tensor.usedByCpu ||
    tensor.persistent;

  const handled = new Set<number>();
  const places: PlainCascades['places'][number][] = program.ops.map(() => undefined);
  const cascades: { first: number; last: number; memory: number; local: number }[] = [];
  let peak = Math.min(2 ** 30, guide);

  for (let s = 0; s < program.ops.length; s++) {
    if (handled.has(s) || opOf(s).cost === undefined) continue;
    if (!candidate(s)) {
      if (!spilling) peak = Math.max(alone(s), peak);
      continue;
    }
    let sum = 0;
    const first = spilling ? 0 : ifmOf(s).bytes;
    let best = alone(s);
    let bestOwn = 0;
    let bestLast = s;
    const range = rangeOf(ifmOf(s));
    const rz = range ? up(range.size, 16) : 0;
    let [A, I, outMax] = [0, 0, 0];
    const S0 = Math.max(0, outside(s));
    const add = (i: number, isStart: boolean, already: boolean): void => {
      const x = Math.max(0, outside(i));
      const t = timeLine.times[i]!;
      if (rz > 0 && range!.start <= t && t <= range!.end) {
        if (!isStart) A = Math.max(A, already ? x : Math.max(0, x - rz));
      } else I = Math.max(I, x);
      outMax = Math.max(I, S0, A);
    };
    add(s, true, false);

    const buffers: (Buffer | undefined)[] = [undefined];
    for (let p = s; ; p++) {
      const tensor = ofmOf(p);
      if (tensor.consumers.length !== 1) break;
      const c = tensor.consumers[0]!;
      if (c !== p + 1 || opOf(c).cost === undefined || handled.has(c) || !candidate(c)) break;
      if (ifmOf(c) !== tensor || needsFull(tensor) || opOf(p).writesSlice || tensor.format === 'NHWC') break;
      if (opOf(p).ofmShape.join() !== opOf(c).ifmShapes[opOf(c).primaryIfm]!.join()) break;
      const shape = [
        up(stripeH(p) + stripeIfmH(c), stripeIfmH(c)),
        opOf(c).cost!.ifms[opOf(c).primaryIfm]!.shape[2],
        up(opOf(p).cost!.ofm.shape[3], 16),
      ];
      const bytes = Math.ceil((shape.reduce((a, b) => a * b) * tensor.bits) / 8);
      const before = buffers[p - s];
      const reused =
        before !== undefined &&
        opOf(p).mapsOneToOne &&
        stripeIfmH(p) === stripeH(p) &&
        alike(ifmOf(p), tensor) &&
        before.shape.join() === shape.join() &&
        before.bytes === bytes;
      buffers.push({ shape, bytes, reused });
      if (!reused) sum += bytes;
      add(c, false, range !== undefined && (rangeOf(ifmOf(c)) === range || rangeOf(ofmOf(c)) === range));
      if (!spilling) {
        const u = alone(c);
        const loc = first + sum + ofmOf(c).bytes;
        const size = loc + outMax;
        if (size < best || size < u) [best, bestOwn, bestLast] = [size, loc, c];
        if ((u < peak && best < peak) || first + outMax + sum > best) break;
      } else {
        const inPlace =
          opOf(c).mapsOneToOne &&
          stripeIfmH(c) === stripeH(c) &&
          alike(ifmOf(c), ofmOf(c)) &&
          ifmOf(c).bytes === ofmOf(c).bytes &&
          opOf(c).ifmShapes[opOf(c).primaryIfm]!.join() === opOf(c).ofmShape.join();
        const u = ifmOf(c).bytes + (inPlace ? 0 : ofmOf(c).bytes) + outside(c);
        if (u < peak || sum > peak) break;
        [best, bestOwn, bestLast] = [sum, sum, c];
      }
    }
    if (bestLast === s) {
      if (!spilling) peak = Math.max(alone(s), peak);
      continue;
    }
    for (let i = s; i <= bestLast; i++) {
      handled.add(i);
      const next = buffers[i - s + 1];
      places[i] = {
        cascade: bestLast,
        first: i === s,
        rolling: buffers[i - s]?.bytes,
        reusesInput: i < bestLast && next?.reused === true,
      };
    }
    cascades.push({ first: s, last: bestLast, memory: best, local: bestOwn });
    if (!spilling) peak = Math.max(best, peak);
  }
  return { cascades, places };
}
