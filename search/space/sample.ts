import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { seededRandom } from './random.js';
import { RowSet } from './row-set.js';
import {
  allDesigns,
  countDesigns,
  designsOf,
  onSystem,
  varyingRadices,
  type Designs,
  type Space,
} from './space.js';

/** Which designs of a space are evaluated. */
export interface Sample {
  readonly designs: Designs;
  /** `all` designs, or a stratified sample of them. */
  readonly method: 'all' | 'sample';
  /** Designs that every sample contains: the baseline and each single-site change, on every system. */
  readonly mandatory: number;
  /** Networks drawn per number of changes (strata); empty for `all`. */
  readonly strata: readonly { readonly changes: number; readonly networks: number }[];
}

/** Suffix counts: `counts[i][k]` rows of the digits i, i + 1, … with exactly k non-zero ones. */
const suffixCounts = (radices: readonly number[]): bigint[][] => {
  const n = radices.length;
  const counts = Array.from({ length: n + 1 }, () => new Array<bigint>(n + 1).fill(0n));
  counts[n]![0] = 1n;
  for (let i = n - 1; i >= 0; i--) {
    const changes = BigInt(radices[i]! - 1);
    for (let k = 0; k <= n - i; k++) {
      counts[i]![k] = counts[i + 1]![k]! + (k === 0 ? 0n : changes * counts[i + 1]![k - 1]!);
    }
  }
  return counts;
};

/** a / b as a double, also where both exceed its range. */
const ratio = (a: bigint, b: bigint): number => {
  const scale = 1n << 53n;
  return b === 0n ? 0 : Number((a * scale) / b) / 2 ** 53;
};

/** Probability that digit i changes, when k of the digits i, i + 1, … do. */
const changeProbabilities = (radices: readonly number[], counts: readonly bigint[][]): number[][] =>
  radices.map((radix, i) =>
    counts[i]!.map((all, k) => (k === 0 ? 0 : ratio(BigInt(radix - 1) * counts[i + 1]![k - 1]!, all))),
  );

/** Shares out `amount` as evenly as the capacities allow; what cannot be shared evenly goes to the first. */
export const shareOut = (amount: number, capacities: readonly number[]): number[] => {
  const shares = capacities.map(() => 0);
  let rest = amount;
  let open = capacities.map((_, i) => i).filter((i) => capacities[i]! > 0);
  while (rest > 0 && open.length > 0) {
    const even = Math.floor(rest / open.length);
    for (const [nth, i] of open.entries()) {
      const wanted = even > 0 ? even : nth < rest ? 1 : 0;
      shares[i]! += Math.min(wanted, capacities[i]! - shares[i]!);
    }
    rest = amount - shares.reduce((sum, s) => sum + s, 0);
    open = open.filter((i) => shares[i]! < capacities[i]!);
  }
  return shares;
};

/** Numbers of rows with exactly k changes, visited in lexicographic order of their digits. */
const visitStratum = (radices: readonly number[], k: number, visit: (row: Uint16Array) => void): void => {
  const row = new Uint16Array(radices.length);
  const descend = (i: number, left: number): void => {
    if (left > radices.length - i) return;
    if (i === radices.length) {
      visit(row);
      return;
    }
    for (let digit = 0; digit < (left > 0 ? radices[i]! : 1); digit++) {
      row[i] = digit;
      descend(i + 1, left - (digit > 0 ? 1 : 0));
    }
    row[i] = 0;
  };
  descend(0, k);
};

interface Chances {
  readonly radices: readonly number[];
  /** Probability that digit i changes, when k of the digits i, i + 1, … do. */
  readonly change: readonly (readonly number[])[];
}

const drawRow = (rng: RandomGenerator, { radices, change }: Chances, k: number, row: Uint16Array): void => {
  let left = k;
  for (let i = 0; i < row.length; i++) {
    row[i] = 0;
    if (left === 0) continue;
    const p = change[i]![left]!;
    if (p === 0 || (p < 1 && uniformFloat64(rng) >= p)) continue;
    left--;
    row[i] = radices[i] === 2 ? 1 : uniformInt(rng, 1, radices[i]! - 1);
  }
};

interface Stratum {
  readonly changes: number;
  readonly size: bigint;
  readonly amount: number;
}

/** Adds `amount` different rows with exactly that many changes, each as likely as any other, none of them in `taken`. */
const drawStratum = (rng: RandomGenerator, chances: Chances, stratum: Stratum, taken: RowSet): void => {
  const { changes, size, amount } = stratum;
  if (amount === 0) return;
  if (size <= BigInt(2 * amount + taken.size)) {
    const rows: Uint16Array[] = [];
    visitStratum(chances.radices, changes, (row) => {
      if (!taken.has(row)) rows.push(row.slice());
    });
    for (let i = 0; i < amount; i++) {
      const j = uniformInt(rng, i, rows.length - 1);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
      taken.add(rows[i]!);
    }
    return;
  }
  const goal = taken.size + amount;
  const row = new Uint16Array(chances.radices.length);
  while (taken.size < goal) {
    drawRow(rng, chances, changes, row);
    taken.add(row);
  }
};

/** The baseline and every change of a single site, as rows without the system's digit. */
const mandatoryRows = (space: Space, width: number): Uint16Array[] => {
  const baseline = new Uint16Array(width);
  return [
    baseline,
    ...space.sites.flatMap(({ options }, i) => options.slice(1).map((_, o) => baseline.with(i, o + 1))),
  ];
};

/** How many designs a sample has. */
export interface SampleSize {
  readonly count: number;
  readonly all: boolean;
  /** Designs that every sample contains: the baseline and each single-site change, on every system. */
  readonly mandatory: number;
}

/** Size of the sample that `sampleDesigns` gives. */
export const sampleSize = (space: Space, limit: number): SampleSize => {
  const changes = space.sites.reduce((sum, { options }) => sum + options.length - 1, 0);
  const mandatory = (1 + changes) * space.systems.length;
  const designs = countDesigns(space);
  const all = designs <= BigInt(limit);
  return { count: all ? Number(designs) : Math.max(mandatory, limit), all, mandatory };
};

/**
 * The designs to evaluate: all of them if there are at most `limit`, else a sample of `limit` that depends on nothing
 * but the space and the seed. Every network of the sample is taken on every system (the last one only on the first
 * few, to make the number exact). Strata are the numbers of changed sites and groups; each gets the same number of
 * networks as far as it has them, and within one all networks are equally likely. If `limit` is smaller than the
 * designs that every sample contains, the sample is exactly those.
 */
export const sampleDesigns = (space: Space, limit: number, seed: number): Sample => {
  const radices = varyingRadices(space);
  const systems = space.systems.length;
  const fixed = mandatoryRows(space, radices.length);
  const { all, mandatory } = sampleSize(space, limit);
  if (all) {
    return { designs: allDesigns(space), method: 'all', mandatory, strata: [] };
  }
  const counts = suffixCounts(radices);
  const networks = Math.max(fixed.length, Math.ceil(limit / systems));
  const capacities = counts[0]!.map((size, k) => {
    const free = size - BigInt(k === 0 ? 1 : k === 1 ? fixed.length - 1 : 0);
    return free > BigInt(networks) ? networks : Number(free);
  });
  const amounts = shareOut(networks - fixed.length, capacities);
  const chances = { radices, change: changeProbabilities(radices, counts) };
  const rng = seededRandom(seed);
  const taken = new RowSet(radices.length);
  for (const row of fixed) taken.add(row);
  for (const [changes, amount] of amounts.entries()) {
    drawStratum(rng, chances, { changes, size: counts[0]![changes]!, amount }, taken);
  }
  // Systems of the network that was drawn last, which makes the number of designs exact.
  const remainder = networks > fixed.length ? limit - (networks - 1) * systems : systems;
  const designs = onSystems(taken, systems, remainder);
  const strata = counts[0]!.flatMap((_, changes) => {
    const inStratum = (amounts[changes] ?? 0) + (changes === 0 ? 1 : changes === 1 ? fixed.length - 1 : 0);
    return inStratum === 0 ? [] : [{ changes, networks: inStratum }];
  });
  return { designs, method: 'sample', mandatory, strata };
};

/** Every row on every system, in lexicographic order; the row that was added last only on the first `remainder`. */
const onSystems = (rows: RowSet, systems: number, remainder: number): Designs =>
  designsOf(
    [...rows.sorted()].flatMap((i) =>
      Array.from({ length: i === rows.size - 1 ? remainder : systems }, (_, system) =>
        onSystem(rows.row(i), system),
      ),
    ),
    rows.width + 1,
  );
