import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { allDesigns, countDesigns, type DesignTable, radicesOf, type Space } from './space.js';

/** Which designs of a space are evaluated. */
export interface Sample {
  readonly designs: DesignTable;
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

/** All rows with exactly k changes, in lexicographic order of their digits. */
const enumerateStratum = (radices: readonly number[], k: number): number[][] => {
  const rows: number[][] = [];
  const row: number[] = [];
  const descend = (i: number, left: number): void => {
    if (left > radices.length - i) return;
    if (i === radices.length) {
      rows.push(row.slice());
      return;
    }
    for (let digit = 0; digit < (left > 0 ? radices[i]! : 1); digit++) {
      row.push(digit);
      descend(i + 1, left - (digit > 0 ? 1 : 0));
      row.pop();
    }
  };
  descend(0, k);
  return rows;
};

const drawRow = (
  rng: RandomGenerator,
  radices: readonly number[],
  probabilities: readonly number[][],
  k: number,
): number[] => {
  let left = k;
  return radices.map((radix, i) => {
    const p = probabilities[i]![left]!;
    if (left === 0 || radix < 2 || (p < 1 && uniformFloat64(rng) >= p)) return 0;
    left--;
    return radix === 2 ? 1 : uniformInt(rng, 1, radix - 1);
  });
};

/** `amount` different rows with exactly k changes, each as likely as any other, none of them in `taken`. */
const drawStratum = (
  rng: RandomGenerator,
  radices: readonly number[],
  probabilities: readonly number[][],
  stratum: { readonly k: number; readonly size: bigint; readonly amount: number },
  taken: Map<string, number[]>,
): void => {
  const { k, size, amount } = stratum;
  if (amount === 0) return;
  if (size <= BigInt(2 * amount + taken.size)) {
    const rows = enumerateStratum(radices, k).filter((row) => !taken.has(row.join()));
    for (let i = 0; i < amount; i++) {
      const j = uniformInt(rng, i, rows.length - 1);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
      taken.set(rows[i]!.join(), rows[i]!);
    }
    return;
  }
  const goal = taken.size + amount;
  while (taken.size < goal) {
    const row = drawRow(rng, radices, probabilities, k);
    taken.set(row.join(), row);
  }
};

/** The baseline and every change of a single site, as rows without the system's digit. */
const mandatoryRows = (space: Space, radices: readonly number[]): number[][] => {
  const baseline = radices.map(() => 0);
  const single = space.sites.flatMap(({ options }, i) =>
    options.slice(1).map((_, o) => baseline.with(i, o + 1)),
  );
  return [baseline, ...single];
};

/** Spreads neighbouring seeds over all seeds (the finishing steps of MurmurHash3). */
const scrambled = (seed: number): number => {
  let h = seed | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

const byDigits = (a: readonly number[], b: readonly number[]): number => {
  const i = a.findIndex((digit, at) => digit !== b[at]);
  return i < 0 ? 0 : a[i]! - b[i]!;
};

/**
 * The designs to evaluate: all of them if there are at most `limit`, else a sample of `limit` that depends on nothing
 * but the space and the seed. Every network of the sample is taken on every system (the last one only on the first
 * few, to make the number exact). Strata are the numbers of changed sites and groups; each gets the same number of
 * networks as far as it has them, and within one all networks are equally likely. If `limit` is smaller than the
 * designs that every sample contains, the sample is exactly those.
 */
export const sampleDesigns = (space: Space, limit: number, seed: number): Sample => {
  const radices = radicesOf(space).slice(0, -1);
  const systems = space.systems.length;
  const fixed = mandatoryRows(space, radices);
  const mandatory = fixed.length * systems;
  if (countDesigns(space) <= BigInt(limit)) {
    return { designs: allDesigns(space), method: 'all', mandatory, strata: [] };
  }
  const counts = suffixCounts(radices);
  const probabilities = changeProbabilities(radices, counts);
  const taken = new Map(fixed.map((row) => [row.join(), row] as const));
  const networks = Math.max(fixed.length, Math.ceil(limit / systems));
  const capacities = counts[0]!.map((size, k) => {
    const free = size - BigInt(k === 0 ? 1 : k === 1 ? fixed.length - 1 : 0);
    return free > BigInt(networks) ? networks : Number(free);
  });
  const amounts = shareOut(networks - fixed.length, capacities);
  const rng = xoroshiro128plus(scrambled(seed));
  for (const [k, amount] of amounts.entries()) {
    const stratum = { k, size: counts[0]![k]!, amount };
    drawStratum(rng, radices, probabilities, stratum, taken);
  }
  const drawn = [...taken.values()];
  const partial = limit - (networks - 1) * systems;
  const incomplete = networks > fixed.length && partial < systems ? drawn.at(-1) : undefined;
  const rows = drawn.sort(byDigits);
  const count = networks * systems - (incomplete === undefined ? 0 : systems - partial);
  const width = radices.length + 1;
  const digits = new Uint16Array(count * width);
  let at = 0;
  for (const row of rows) {
    const used = row === incomplete ? partial : systems;
    for (let system = 0; system < used; system++, at += width) {
      digits.set(row, at);
      digits[at + width - 1] = system;
    }
  }
  const strata = counts[0]!.flatMap((_, changes) => {
    const inStratum = rows.filter((row) => row.filter((digit) => digit > 0).length === changes).length;
    return inStratum === 0 ? [] : [{ changes, networks: inStratum }];
  });
  return { designs: { count, width, digits }, method: 'sample', mandatory, strata };
};
