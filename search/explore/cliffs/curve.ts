/** What a network costs with one number of channels. */
export interface Point {
  readonly channels: number;
  readonly cycles: number;
  /** Bytes of SRAM that it occupies. */
  readonly sramUsed: number;
  /** Bytes moved to and from SRAM, and to and from DRAM and flash. */
  readonly sramMoved: number;
  readonly externalMoved: number;
}

/** What varies along a curve. */
export type CurveKind =
  /** All width groups that have the same number of channels today, together. */
  | 'width'
  /** One width group. */
  | 'group'
  /** The outputs of one convolution or fully connected operator, as a network of its own. */
  | 'layer';

/** Costs by the number of channels around today's. */
export interface Curve {
  readonly kind: CurveKind;
  /** The convolutions and fully connected operators whose outputs vary, ascending. */
  readonly operators: readonly number[];
  /** Channels of the unchanged network. */
  readonly channels: number;
  /** Ascending by channels, without those that could not be estimated; today's is among them. */
  readonly points: readonly Point[];
  /** Cycles that the operators which write or read these channels take today. */
  readonly ownCycles: number;
}

/** A point beside another, as ratios: of the cycles of the layers that the channels touch, and of the SRAM used. */
export interface Ratio {
  readonly channels: number;
  readonly cycles: number;
  readonly sram: number;
}

/** A rise from one number of channels to the next. */
export interface Step extends Ratio {
  readonly from: number;
}

/** What a curve says about today's number of channels. */
export interface Cliffs {
  readonly steps: readonly Step[];
  /** The largest wider number that costs no more. */
  readonly free?: Ratio;
  /** The wider number that takes fewest cycles, if it takes fewer than today and no more SRAM. */
  readonly faster?: Ratio;
  /** Narrower numbers next to today's that gain nothing: the smallest of them. */
  readonly idle?: number;
  /** The largest narrower number that saves something. */
  readonly saves?: Ratio;
}

/** Changes below this share count as nothing. */
export const NOTHING = 0.02;
/** A rise is a step where it is so many times the usual rise per channel, and at least such a share of today's. */
const STEP_TIMES = 4;
const LEAST_STEP = 0.03;

/** The point of today's number of channels. */
export const today = ({ points, channels }: Curve): Point =>
  points.find((point) => point.channels === channels)!;

/** A point of a curve beside another of the same. */
const ratioOf = ({ ownCycles }: Curve, to: Point, from: Point, base: Point): Ratio => {
  const own = (point: Point): number => ownCycles + point.cycles - base.cycles;
  return {
    channels: to.channels,
    cycles: own(from) <= 0 ? 1 : own(to) / own(from),
    sram: from.sramUsed === 0 ? 1 : to.sramUsed / from.sramUsed,
  };
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Where the values of neighbouring points rise by much more than usual: positions of the points after the rise. */
const stepsIn = (points: readonly Point[], value: (point: Point) => number, whole: number): number[] => {
  const rises = points.slice(1).map((point, i) => value(point) - value(points[i]!));
  const least = Math.max(LEAST_STEP * whole, STEP_TIMES * median(rises.map(Math.abs)));
  return rises.flatMap((rise, i) => (rise > 0 && rise >= least ? [i + 1] : []));
};

/** Reads a curve: where the steps are, and what lies on either side of today's number of channels. */
export const cliffsOf = (curve: Curve): Cliffs => {
  const { points, channels, ownCycles } = curve;
  const base = today(curve);
  const at = new Set([
    ...stepsIn(points, ({ cycles }) => cycles, ownCycles),
    ...stepsIn(points, ({ sramUsed }) => sramUsed, base.sramUsed),
  ]);
  const steps = [...at]
    .sort((a, b) => a - b)
    .map((i): Step => ({
      ...ratioOf(curve, points[i]!, points[i - 1]!, base),
      from: points[i - 1]!.channels,
    }));
  const beside = points.map((point) => ratioOf(curve, point, base, base));
  const wider = beside.filter((ratio) => ratio.channels > channels && ratio.sram <= 1 + NOTHING);
  const free = wider.findLast(({ cycles }) => cycles <= 1 + NOTHING);
  const faster = wider
    .filter(({ cycles }) => cycles < 1 - NOTHING)
    .reduce<Ratio | undefined>((best, next) => (best && best.cycles <= next.cycles ? best : next), undefined);
  const narrower = beside.filter((ratio) => ratio.channels < channels);
  const saves = narrower.findLast(
    ({ cycles, sram }) => Math.min(cycles, sram) < 1 - NOTHING && Math.max(cycles, sram) <= 1 + NOTHING,
  );
  const idle = narrower.find((ratio) => ratio.channels > (saves?.channels ?? 0))?.channels;
  return {
    steps,
    ...(free && { free }),
    ...(faster && { faster }),
    ...(idle !== undefined && { idle }),
    ...(saves && { saves }),
  };
};
