import type { SolveOptions } from './eliminate.js';

/** Numbers that an exact search was tuned with; `npm run tables -- ablation` shows what each is worth. */
export const TUNING = {
  /** Every state is shown this often at first, to see whether it always costs the same. */
  firstShows: 2,
  /** A segment whose figures vary by less than this share of a design's, in one state, is taken to stand alone. */
  leastSpread: 0.002,
  /** A distant position decides about a segment if it explains this share of what its own choices leave open. */
  leastShare: 0.2,
  /** Most work of the elimination that follows, as a multiple of that without contexts. */
  mostWork: 3.2,
  /** Share of a limit by which a design may miss it before the model's error is known. */
  limitSlack: 0.01,
  /** A system's design is looked at unless another design is better by more than this share. */
  clearly: 0.05,
  /** Designs of every system's front that are judged in any case, to know the model's error there. */
  probes: 16,
  /** Random designs of every system that are judged for the same reason, where the table encodes all weights. */
  randomProbes: 100,
  /** Errors of designs that are not judged may exceed those seen by this factor. */
  band: 1.5,
  /** The band is gone through where the errors of the sums seen so far are below this share. */
  narrow: 0.005,
  /** Designs judged before what is near to the front is computed again. */
  round: 1000,
  /** Designs judged besides the front where the error band cannot be gone through as a whole. */
  refined: 6000,
  /** Designs of a system that are thought of around the best. */
  mostNeighbours: 500_000,
  /** Designs like the best that are evaluated in the end, where memory is plentiful, and where it is scarce. */
  mostLikeBest: 1_000_000,
  mostLikeBestInLittle: 30_000,
  /** Memory is scarce where the unchanged network takes more than this share of it. */
  plentiful: 0.9,
};

/** Labels that a state may keep, and designs that a system's front may have, by the number of costs. */
export const LABELS: readonly Pick<SolveOptions, 'labels' | 'effort' | 'fewest' | 'front'>[] = [
  { labels: Infinity, front: Infinity },
  { labels: Infinity, front: Infinity },
  { labels: 4000, effort: 1e6, fewest: 500, front: 2500 },
  { labels: 500, effort: 2e6, fewest: 150, front: 1000 },
];

/** The same where designs within the error band are wanted as well. */
export const BAND_LABELS: Pick<SolveOptions, 'free' | 'labels' | 'effort' | 'fewest' | 'front'> = {
  ...{ free: 0, labels: 20_000, effort: 3e7, fewest: 200 },
  front: 100_000,
};

/**
 * Designs that retain less of their weights than this are not looked for, where it is known of all: most of a front
 * would be such designs, and they are of no use. Without them no label has to be thinned before so many candidates.
 */
export const LEAST_RETAINED = 0.001;
export const FREE = 2e8;
/** Candidates before labels are thinned, where such designs are wanted. */
export const FREE_WITHOUT_FLOOR = 2e7;

/** Retained weights below which designs are of less and less use: labels are thinned there first. */
export const RETAINED_BANDS = [0.05, 0.001];

/** Shares of a time budget after which the tables, and the front of the sums, have to be there. */
export const TABLES_SHARE = 0.5;
export const SUMS_SHARE = 0.75;
