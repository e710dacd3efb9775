/** The time line of docs/model/scheduling.md#live-ranges as it reads. */
import type { Placement } from '../../src/schedule/liveness.js';
import { AREA } from '../../src/schedule/machine.js';
import type { Program, ProgramTensor } from '../../src/schedule/program.js';
import type { Schedule } from '../../src/schedule/entry.js';

export interface Range {
  start: number;
  end: number;
  size: number;
}

export interface TimeLine {
  /** In order of creation. */
  readonly ranges: readonly Range[];
  /** Of tensors, by index. */
  readonly rangeOf: ReadonlyMap<number, Range>;
  readonly times: readonly number[];
  /** The last time index is this, less one. */
  readonly length: number;
}

/** @param rolling true for snapshots, false for allocation */
export function plainTimeLine(
  program: Program,
  schedule: Schedule,
  placement: Placement,
  target: number,
  rolling: boolean,
): TimeLine {
  const ranges: Range[] = [];
  const rangeOf = new Map<number, Range>();
  const times: number[] = [];
  const inTarget = (id: number): boolean =>
    !program.tensors[id]!.constant && (!placement.spilling || placement.areas[id] === target);
  const create = (size: number): Range => {
    const range = { start: Infinity, end: -1, size };
    ranges.push(range);
    return range;
  };
  const ofTensor = (id: number): Range => {
    const range = rangeOf.get(id) ?? create(program.tensors[id]!.bytes);
    rangeOf.set(id, range);
    return range;
  };
  const useAt = (range: Range, x: number, duration = 1): void => {
    range.start = Math.min(range.start, Math.max(x, 0));
    range.end = Math.max(range.end, x + duration);
  };
  const mayReplace = (ifm: ProgramTensor, ofm: ProgramTensor): boolean =>
    ifm.shape.join() === ofm.shape.join() &&
    ifm.format === ofm.format &&
    ifm.type === ofm.type &&
    !ifm.graphOutput &&
    !ifm.persistent &&
    !ofm.persistent &&
    ifm.consumers.length === 1 &&
    ofm.producers.length === 1;

  let T = 0;
  const cascadeTimes = new Map<number, number>();
  program.ops.forEach((op, i) => {
    const { place, buffer, slices } = schedule[i]!;
    let t = T;
    if (place) {
      t = cascadeTimes.get(place.cascade) ?? T;
      cascadeTimes.set(place.cascade, t);
    }
    times.push(t);
    const primary = op.ifms[op.primaryIfm];
    const [ofm] = op.ofms;
    let joined: number | undefined;
    if (place?.reusesInput === true && (rolling || inTarget(ofm!))) joined = primary;
    else if (!place && op.mapsOneToOne && inTarget(ofm!)) {
      joined = op.ifms.find((id) => inTarget(id) && mayReplace(program.tensors[id]!, program.tensors[ofm!]!));
    }
    if (joined !== undefined) {
      const range = ofTensor(joined);
      const own = rangeOf.get(ofm!);
      if (own && own !== range) own.size = 0;
      rangeOf.set(ofm!, range);
    }
    if (buffer && (!placement.spilling || target === AREA.staging)) {
      const lastPart = (slices!.boundaries.length - 2) % buffer.parts.length;
      buffer.parts.forEach((bytes, p) => {
        let [start, duration] = [t, 1];
        if (p === 0 && buffer.prebuffered) [start, duration] = [t - 1, 2];
        if (p !== lastPart) duration--;
        useAt(create(bytes), start, duration);
      });
    }
    const touch = (id: number): void => {
      const buffered = rolling && id === primary && place?.rolling !== undefined;
      if (!inTarget(id) && !buffered) return;
      const range = ofTensor(id);
      if (id === primary && place?.rolling) range.size = place.rolling.bytes;
      useAt(range, t);
      if (program.tensors[id]!.graphInput) useAt(range, 0);
    };
    op.ifms.forEach(touch);
    op.ofms.forEach(touch);
    if (op.scratch !== -1) touch(op.scratch);
    op.chainedIfms.forEach(touch);
    if (t === T) T += 2;
  });
  program.tensors.forEach((tensor, id) => {
    const range = rangeOf.get(id);
    if (range && tensor.graphOutput) useAt(range, T);
    if (range && tensor.persistent) Object.assign(range, { start: 0, end: T + 1 });
  });
  return { ranges, rangeOf, times, length: T + 2 };
}

/** Bytes alive at each time index. */
export const plainUse = ({ ranges, length }: TimeLine): number[] =>
  Array.from({ length }, (_, x) =>
    ranges
      .filter(({ start, end }) => start <= x && x <= end)
      .reduce((sum, { size }) => sum + Math.ceil(size / 16) * 16, 0),
  );
