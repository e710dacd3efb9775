import type { MetricName } from '../metrics.js';
import { radicesOf, type Space } from '../space/space.js';
import { formOf } from './forms.js';
import type { Segment } from './segments.js';
import { isSimple } from './transitions/transitions.js';

/** The total of a metric that is its own base, to be made small (or, with sign −1, large) or to be kept below a limit. */
export interface Cost {
  readonly metric: MetricName;
  readonly sign: 1 | -1;
  /** Most of `sign` times the total. */
  readonly most: number;
  /** Designs are compared by it. */
  readonly objective: boolean;
}

/** True if the cost of a design adds up over its segments. */
const addsUp = ({ metric }: Pick<Cost, 'metric'>): boolean => formOf(metric).combine === 'sum';

/** Designs of the space on a system have costs that add up from their segments, as far as it is known before they are compiled. */
export const addUpOn = (space: Space, system: number, costs: readonly Pick<Cost, 'metric'>[]): boolean =>
  space.optimise === 'Performance' && isSimple(space.systems[system]!.system) && costs.every(addsUp);

/** Part of a space on one system: all designs with the given digits at the first positions of the walk's order. */
export interface WalkTask {
  readonly system: number;
  readonly prefix: readonly number[];
  readonly costs: readonly Cost[];
}

/** Positions in the order in which a walk chooses their digits: by the first segment that depends on them. */
export const walkOrder = (space: Space, segments: readonly Segment[]): number[] => {
  const all = radicesOf(space).slice(0, -1).keys();
  const touched = new Set(segments.flatMap(({ positions }) => positions));
  return [...[...all].filter((position) => !touched.has(position)), ...touched];
};

/** Most designs of a task: where they add up, and where each has to be estimated. */
const TASK_DESIGNS = 1_000_000;
const TASK_ESTIMATES = 1000;
/** Smaller spaces are handed out in at least that many parts, for several workers to be done at about the same time. */
const PARTS = 64;

/** The parts of a space on one system, none much too large. */
export function* walkTasks(
  space: Space,
  segments: readonly Segment[],
  system: number,
  costs: readonly Cost[],
): Generator<WalkTask> {
  const radices = radicesOf(space);
  const order = walkOrder(space, segments);
  let rest = order.reduce((product, p) => product * radices[p]!, 1);
  let length = 0;
  const most = addUpOn(space, system, costs) ? TASK_DESIGNS : TASK_ESTIMATES;
  const share = Math.max(1, Math.min(most, rest / PARTS));
  while (rest > share) rest /= radices[order[length++]!]!;
  const prefix = new Array<number>(length).fill(0);
  for (;;) {
    yield { system, prefix: prefix.slice(), costs };
    let at = length - 1;
    while (at >= 0 && ++prefix[at]! === radices[order[at]!]) prefix[at--] = 0;
    if (at < 0) return;
  }
}
