import { roundUp } from '../cost/integers.js';
import type { Schedule } from './entry.js';
import { liveRanges, usage, type Liveness, type Placement } from './liveness.js';
import { AREA } from './machine.js';
import type { Program, ProgramOp } from './program.js';

const LIMIT_CAP = 2 ** 30;
/** Competing ranges that are decided together. */
const COMPONENT_SPAN = 20;
const MUST_STAY = 2 ** 31 - 1;

/** Results that may be kept in staging memory: read by the NPU only and not part of a cascade. */
function candidates(program: Program, schedule: Schedule): number[] {
  const found: number[] = [];
  program.ops.forEach((op, i) => {
    if (op.cost === undefined || schedule[i]!.place !== undefined) return;
    for (const id of op.ofms) {
      const tensor = program.tensors[id]!;
      if (
        tensor.consumers.length > 0 &&
        !tensor.usedByCpu &&
        !tensor.graphOutput &&
        !tensor.persistent &&
        !tensor.constant
      ) {
        found.push(id);
      }
    }
  });
  return [...new Set(found)];
}

/** Elements that move between a tensor and its users: what is gained by keeping it close. */
function score(program: Program, schedule: Schedule, tensors: readonly number[]): number {
  let total = 0;
  for (const id of tensors) {
    const { consumers, producers } = program.tensors[id]!;
    for (const reader of consumers) {
      const place = schedule[reader]!.place;
      if (place !== undefined && !place.first) return MUST_STAY;
    }
    for (const reader of new Set(consumers)) {
      const elements = schedule[reader]!.plan?.elements;
      const times = consumers.filter((c) => c === reader).length;
      const index = program.ops[reader]!.ifms.indexOf(id);
      if (elements === undefined || index === -1) continue;
      total += times * (index === 1 ? elements.ifm2Read : elements.ifmRead);
    }
    for (const writer of producers) total += schedule[writer]!.plan?.elements.ofmWrite ?? 0;
  }
  return total;
}

const maxOver = (values: Float64Array, start: number, end: number): number => {
  let max = 0;
  for (let t = start; t <= Math.min(end, values.length - 1); t++) max = Math.max(max, values[t]!);
  return max;
};

const addOver = (values: Float64Array, start: number, end: number, bytes: number): void => {
  for (let t = start; t <= Math.min(end, values.length - 1); t++) values[t]! += bytes;
};

/** State of the decision which ranges stay in staging memory. */
class Contest {
  /** Use if everything undecided stays, and use by what is sure to stay. */
  readonly max: Float64Array;
  readonly base: Float64Array;

  constructor(
    private readonly live: Liveness,
    ranges: ReadonlySet<number>,
    readonly limit: number,
  ) {
    this.max = usage(live);
    this.base = this.max.slice();
    for (const range of ranges) this.change(this.base, range, -1);
  }

  bytes(range: number): number {
    return roundUp(this.live.sizes[range]!, 16);
  }

  change(values: Float64Array, range: number, sign: 1 | -1): void {
    addOver(values, this.live.starts[range]!, this.live.ends[range]!, sign * this.bytes(range));
  }

  over(values: Float64Array, range: number): number {
    return maxOver(values, this.live.starts[range]!, this.live.ends[range]!);
  }

  canStay(range: number): boolean {
    return this.over(this.base, range) + this.bytes(range) <= this.limit;
  }

  fitsAnyway(range: number): boolean {
    return this.over(this.max, range) <= this.limit;
  }
}

/** The best choice among one component, tried exhaustively with keeping first. */
function bestSubset(contest: Contest, component: readonly number[], scores: readonly number[]): boolean[] {
  const current = new Array<boolean>(component.length).fill(false);
  let best = current.slice();
  let bestScore = 0;
  const visit = (k: number, total: number): void => {
    if (k === component.length) {
      const wrapped = total | 0;
      if (wrapped > bestScore || bestScore === 0) {
        bestScore = wrapped;
        best = current.slice();
      }
      return;
    }
    const range = component[k]!;
    if (contest.canStay(range)) {
      const sure = contest.fitsAnyway(range);
      contest.change(contest.base, range, 1);
      current[k] = true;
      visit(k + 1, total + scores[k]!);
      contest.change(contest.base, range, -1);
      if (sure) return;
    }
    contest.change(contest.max, range, -1);
    current[k] = false;
    visit(k + 1, total);
    contest.change(contest.max, range, 1);
  };
  visit(0, 0);
  return best;
}

/** Ranges that hold candidates, in order of creation, with their candidate tensors. */
function rangesOf(live: Liveness, tensors: readonly number[]): Map<number, number[]> {
  const byRange = new Map<number, number[]>();
  for (const id of tensors) {
    const range = live.rangeOf[id]!;
    if (range === -1) continue;
    const list = byRange.get(range);
    if (list === undefined) byRange.set(range, [id]);
    else list.push(id);
  }
  return new Map([...byRange].sort(([a], [b]) => a - b));
}

/** Splits competing ranges, in order of creation, where they no longer overlap. */
function components(live: Liveness, competing: readonly number[]): number[][] {
  const result: number[][] = [];
  let start = 0;
  let end = -1;
  competing.forEach((range, i) => {
    if (i > 0 && live.starts[range]! <= end && i - start <= COMPONENT_SPAN) {
      result[result.length - 1]!.push(range);
      end = Math.max(end, live.ends[range]!);
    } else {
      start = i;
      end = live.ends[range]!;
      result.push([range]);
    }
  });
  return result;
}

/** Evicts what does not fit below the limit; docs/model/scheduling.md#staging-memory, steps 1 to 4. */
function evictExcess(
  program: Program,
  schedule: Schedule,
  live: Liveness,
  byRange: ReadonlyMap<number, readonly number[]>,
  evict: (range: number) => void,
  limit: number,
): void {
  const contest = new Contest(live, new Set(byRange.keys()), limit);
  const peak = contest.max.reduce((a, b) => Math.max(a, b), 0);
  const open = new Set(byRange.keys());
  const drop = (range: number): void => {
    contest.change(contest.max, range, -1);
    open.delete(range);
    evict(range);
  };
  program.ops.forEach((op, i) => {
    if (op.cost !== undefined) return;
    const t = live.times[i]!;
    for (const range of [...open]) {
      if (live.starts[range]! <= t && t <= live.ends[range]!) drop(range);
    }
  });
  if (peak <= limit) return;
  for (const range of [...open]) if (!contest.canStay(range)) drop(range);
  const competing: number[] = [];
  for (const range of open) {
    if (contest.fitsAnyway(range)) contest.change(contest.base, range, 1);
    else competing.push(range);
  }
  for (const component of components(live, competing)) {
    const scores = component.map((range) => score(program, schedule, byRange.get(range)!));
    const stays = bestSubset(contest, component, scores);
    component.forEach((range, k) => {
      if (stays[k] === true) contest.change(contest.base, range, 1);
      else drop(range);
    });
  }
}

/** All readers of a tensor are elementwise, the operation that actually reads it counting. */
function onlyElementwiseReaders(program: Program, id: number): boolean {
  return program.tensors[id]!.consumers.every((reader) => {
    const op: ProgramOp = program.ops[reader]!;
    return op.cost?.opClass === 'elementwise' || op.chainedIfms.includes(id);
  });
}

/**
 * Moves feature maps to staging memory as far as they fit; docs/model/scheduling.md#staging-memory.
 *
 * @param limit bytes of staging memory
 */
export function placeInStaging(
  program: Program,
  schedule: Schedule,
  placement: Placement,
  limit: number,
  bufferOwner: Int32Array,
): Placement {
  const areas = placement.areas.slice();
  const moved = candidates(program, schedule);
  for (const id of moved) areas[id] = AREA.staging;
  const live = liveRanges(program, schedule, { ...placement, areas }, AREA.staging, true, bufferOwner);
  const byRange = rangesOf(live, moved);
  const evict = (range: number): void => {
    for (const id of byRange.get(range) ?? []) areas[id] = AREA.featureMaps;
  };
  evictExcess(program, schedule, live, byRange, evict, Math.min(limit, LIMIT_CAP));

  program.ops.forEach((op, i) => {
    const { place } = schedule[i]!;
    if (op.cost === undefined || (place !== undefined && !place.first)) return;
    const inputs = [...op.ifms, ...op.chainedIfms].filter((id) => !program.tensors[id]!.constant);
    if (inputs.every((id) => areas[id] === AREA.staging)) return;
    for (const id of inputs) {
      if (areas[id] === AREA.staging && moved.includes(id) && onlyElementwiseReaders(program, id)) {
        areas[id] = AREA.featureMaps;
      }
    }
  });
  return { ...placement, areas };
}
