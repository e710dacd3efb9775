/**
 * docs/model/weights.md, from coding to slice bits, written down step by step with nothing in mind but clarity: what
 * the fast coder of src/weights is compared with.
 */

export interface PlainSegment {
  readonly set: number;
  readonly end: number;
}

export interface PlainChunk {
  readonly zeros: number;
  readonly zerosInRuns: number;
  readonly maxNonZero: number;
  readonly zeroRuns: boolean;
  readonly shift: number;
  readonly paletteSize: number;
  readonly paletteBits: number;
  readonly uncompressedBits: number;
  readonly segments: readonly PlainSegment[];
  readonly runDivisor: number;
  readonly zeroCount: number;
  readonly bits: number;
}

const CHUNK = 131072;
const SLICE = 32767;

const magnitudeSign = (value: number): number => 2 * Math.abs(value) + (value < 0 ? 1 : 0);

interface ParameterSet {
  readonly codable: (x: number) => boolean;
  readonly bits: (x: number) => number;
}

const weightSets = (uncompressedBits: number): ParameterSet[] => [
  ...[0, 1, 2, 3, 4, 5].map((d) => ({
    codable: (x: number) => x >> d <= 31,
    bits: (x: number) => (x >> d) + 1 + d,
  })),
  ...[0, 1, 2, 3, 4, 5].map((d) => ({
    codable: (x: number) => x >> d <= 2,
    bits: (x: number) => Math.min((x >> d) + 1, 2) + d,
  })),
  { codable: () => true, bits: () => (uncompressedBits > 0 ? uncompressedBits : 100) },
];

const runSets = (): ParameterSet[] =>
  [0, 1, 2, 3].map((d) => ({ codable: () => true, bits: (x: number) => Math.floor(x / 2 ** d) + 1 + d }));

/** The one-pass search of docs/model/weights.md#parameter-search. */
export const plainSearch = (
  sequence: readonly number[],
  sets: readonly ParameterSet[],
): { segments: PlainSegment[]; last: number } => {
  const c = sets.map(() => 0);
  const gap = sets.map(() => 0);
  const live = sets.map(() => false);
  const segments: PlainSegment[] = [];
  let current = -1;
  let currentCost = 0;
  sequence.forEach((x, i) => {
    let best = -1;
    sets.forEach((set, j) => {
      if (set.codable(x)) {
        if (!live[j]) c[j] = currentCost;
        c[j]! += set.bits(x);
        if (best < 0 || c[j]! < c[best]!) best = j;
        live[j] = true;
      } else {
        gap[j] = i + 1;
        c[j]! += 40;
        live[j] = false;
      }
    });
    if (current < 0 || !live[current] || (best !== current && c[best]! + 40 < currentCost)) {
      if (current >= 0 && !(c[best]! < c[current]! && gap[best]! <= gap[current]!)) {
        segments.push({ set: current, end: i });
      }
      current = best;
    }
    currentCost = c[current]!;
  });
  if (segments.length === 0 || segments.at(-1)!.set !== current)
    segments.push({ set: current, end: sequence.length });
  segments[segments.length - 1] = { set: segments.at(-1)!.set, end: sequence.length };
  return { segments, last: current };
};

const sum = (values: readonly number[], term: (value: number) => number): number =>
  values.reduce((total, value) => total + term(value), 0);

const weightBits = (x: readonly number[], set: number, uncompressedBits: number): number => {
  if (set === 12) return x.length * uncompressedBits;
  const d = set % 6;
  if (set >= 6) return 12 * Math.ceil(x.length / 12) + x.filter((v) => v >> d > 0).length + x.length * d;
  const first = sum(x, (v) => Math.floor((v >> d) / 2) + 1);
  return 12 * Math.ceil(first / 12) + sum(x, (v) => Math.ceil((v >> d) / 2)) + x.length * d;
};

const runBits = (runs: readonly number[], d: number): number => {
  const unit = d < 3 ? 12 : 8;
  return unit * Math.ceil(sum(runs, (r) => Math.floor(r / 2 ** d) + 1) / unit) + runs.length * d;
};

export const plainChunk = (w: readonly number[]): PlainChunk => {
  const frequency = new Map<number, number>();
  for (const v of w) frequency.set(v, (frequency.get(v) ?? 0) + 1);
  const zeros = frequency.get(0) ?? 0;
  const maxNonZero = Math.max(0, ...[...frequency].filter(([v]) => v !== 0).map(([, f]) => f));
  let zerosInRuns = 0;
  w.forEach((v, i) => {
    if (v === 0 && (w[i - 1] === 0 || w[i + 1] === 0)) zerosInRuns++;
  });
  const zeroRuns = zerosInRuns >= Math.floor(zeros / 2) && zeros > 5 * maxNonZero;

  const coded = [...frequency].filter(([v]) => !(zeroRuns && v === 0));
  const total = sum(
    coded.map(([, f]) => f),
    (f) => f,
  );
  const largest = Math.max(0, ...coded.map(([v]) => magnitudeSign(v)));
  const allZero = total === 0;
  const below31 = coded.map(([v]) => magnitudeSign(v)).filter((m) => m <= 30);
  const shift = allZero ? 0 : below31.length > 0 ? Math.min(...below31) : 31;
  coded.sort((a, b) => b[1] - a[1] || magnitudeSign(b[0]) - magnitudeSign(a[0]));
  const fits = coded.length >= 1 && coded.length <= 32;
  let limit = fits ? 32 : Math.min(32, 511 - largest);
  if (!fits && limit === 1) limit = 0;
  const palette = coded.slice(0, limit);
  let paletteSize = palette.length === 1 ? 2 : palette.length;
  let widest = Math.max(0, ...palette.map(([v]) => magnitudeSign(v)));
  if (
    sum(
      palette.map(([, f]) => f),
      (f) => f,
    ) < Math.floor(total / 2)
  ) {
    paletteSize = 0;
    widest = largest;
  }
  let paletteBits = 2;
  while (2 ** paletteBits <= widest) paletteBits++;
  let uncompressedBits = 0;
  if (fits) while (2 ** uncompressedBits < paletteSize) uncompressedBits++;
  else if (paletteSize === 0) uncompressedBits = paletteBits;

  const positions = new Map(paletteSize === 0 ? [] : palette.map(([v], i) => [v, i] as const));
  const index = (v: number): number =>
    positions.get(v) ?? paletteSize - shift + (v === 0 ? 1 : magnitudeSign(v));

  const x: number[] = zeroRuns ? [] : w.map(index);
  const runs: number[] = [];
  if (allZero) {
    x.push(index(0));
    runs.push(0, w.length - 1);
  } else if (zeroRuns) {
    let run = 0;
    for (const v of w) {
      if (v === 0) run++;
      else {
        runs.push(run);
        run = 0;
        x.push(index(v));
      }
    }
    runs.push(run);
  }

  const { segments } = plainSearch(x, weightSets(uncompressedBits));
  const runDivisor = zeroRuns ? plainSearch(runs, runSets()).last : -1;

  let bits = 13 + paletteSize * paletteBits;
  let start = 0;
  for (const { set, end } of segments) {
    for (let at = start; at < end; at += SLICE) {
      const stop = Math.min(end, at + SLICE);
      bits += 23 + weightBits(x.slice(at, stop), set, uncompressedBits);
      if (zeroRuns) bits += runBits(runs.slice(at === 0 ? 0 : at + 1, stop + 1), runDivisor);
    }
    start = end;
  }
  return {
    zeros,
    zerosInRuns,
    maxNonZero,
    zeroRuns,
    shift,
    paletteSize,
    paletteBits,
    uncompressedBits,
    segments,
    runDivisor,
    zeroCount: sum(runs, (r) => r),
    bits,
  };
};

/** Size of one stream (docs/model/weights.md#coding), with what docs/model/weights.md#encoded-sizes counts. */
export const plainStream = (
  w: readonly number[],
): { bits: number; bytes: number; zeroCount: number; distinct: number; chunks: PlainChunk[] } => {
  const chunks: PlainChunk[] = [];
  for (let at = 0; at < w.length; at += CHUNK) chunks.push(plainChunk(w.slice(at, at + CHUNK)));
  const bits =
    sum(
      chunks.map((chunk) => chunk.bits),
      (b) => b,
    ) + 3;
  return {
    bits,
    bytes: 16 * Math.ceil(bits / 128),
    zeroCount: sum(
      chunks.map((chunk) => chunk.zeroCount),
      (z) => z,
    ),
    distinct: new Set(w).size,
    chunks,
  };
};
