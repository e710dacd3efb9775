/** What tells two layers apart when networks are laid side by side. */
export interface Shape {
  readonly operator: string;
  /** H, W, stride H, stride W, dilation H, dilation W. */
  readonly kernel: readonly number[];
  /** N, H, W, C. */
  readonly ofm: readonly number[];
  readonly ifmDepth: number;
  readonly name: string;
  /** Operator of the model. */
  readonly origin: number;
}

/** A pair of layers that do the same, or a layer that has no counterpart. */
export interface Column {
  readonly a?: number;
  readonly b?: number;
}

const sameAxes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/** Whether layers do the same but for their sizes. */
export const alike = (a: Shape, b: Shape): boolean =>
  a.operator === b.operator && sameAxes(a.kernel, b.kernel);

/** How well two layers go together; 0 for those that do not. */
function likeness(a: Shape, b: Shape): number {
  if (a.operator !== b.operator) return 0;
  return (
    1 +
    (sameAxes(a.kernel, b.kernel) ? 4 : 0) +
    (sameAxes(a.ofm.slice(0, 3), b.ofm.slice(0, 3)) ? 2 : 0) +
    (a.ofm[3] === b.ofm[3] ? 1 : 0) +
    (a.ifmDepth === b.ifmDepth ? 1 : 0) +
    (a.name === b.name ? 1 : 0)
  );
}

/** Most pairs of layers that are weighed against each other. */
const MOST_PAIRS = 2 ** 24;

/** Consecutive layers of one operator: first and the one after the last. */
function runsOf(layers: readonly Shape[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  layers.forEach(({ origin }, i) => {
    const last = runs.at(-1);
    if (last !== undefined && layers[last[0]]!.origin === origin) last[1] = i + 1;
    else runs.push([i, i + 1]);
  });
  return runs;
}

/** One layer after another, as far as they do the same. */
function pairInOrder(
  a: readonly Shape[],
  b: readonly Shape[],
  [fromA, toA]: readonly [number, number],
  [fromB, toB]: readonly [number, number],
): readonly Column[] {
  const columns: Column[] = [];
  let [i, j] = [fromA, fromB];
  while (i < toA && j < toB && likeness(a[i]!, b[j]!) > 0) columns.push({ a: i++, b: j++ });
  while (i < toA) columns.push({ a: i++ });
  while (j < toB) columns.push({ b: j++ });
  return columns;
}

/** Networks of very many layers: their operators are laid side by side by their first layers, then what is in them. */
function alignRuns(a: readonly Shape[], b: readonly Shape[]): readonly Column[] {
  const [runsA, runsB] = [runsOf(a), runsOf(b)];
  const firsts = (layers: readonly Shape[], runs: typeof runsA): readonly Shape[] =>
    runs.map(([from]) => layers[from]!);
  if (runsA.length * runsB.length > MOST_PAIRS) return pairInOrder(a, b, [0, a.length], [0, b.length]);
  const none = (at: number): readonly [number, number] => [at, at];
  return alignAll(firsts(a, runsA), firsts(b, runsB)).flatMap((column) =>
    pairInOrder(
      a,
      b,
      column.a === undefined ? none(0) : runsA[column.a]!,
      column.b === undefined ? none(0) : runsB[column.b]!,
    ),
  );
}

/**
 * Lays two sequences side by side so that the layers that are paired, in order, are as much alike as possible; where
 * that are too many to weigh, operator by operator.
 * @returns columns in order
 */
export const align = (a: readonly Shape[], b: readonly Shape[]): readonly Column[] =>
  a.length * b.length <= MOST_PAIRS ? alignAll(a, b) : alignRuns(a, b);

/** Time and memory grow with the product of the lengths. */
function alignAll(a: readonly Shape[], b: readonly Shape[]): readonly Column[] {
  const width = b.length + 1;
  const best = new Int32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const score = likeness(a[i]!, b[j]!);
      const paired = score === 0 ? 0 : score + best[(i + 1) * width + j + 1]!;
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  const columns: Column[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const here = best[i * width + j]!;
    const score = likeness(a[i]!, b[j]!);
    if (score > 0 && here === score + best[(i + 1) * width + j + 1]!) columns.push({ a: i++, b: j++ });
    else if (here === best[(i + 1) * width + j]!) columns.push({ a: i++ });
    else columns.push({ b: j++ });
  }
  while (i < a.length) columns.push({ a: i++ });
  while (j < b.length) columns.push({ b: j++ });
  return columns;
}

/** Layers of A and what stands in their place in B; either may be empty. */
export interface Segment {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * Joins layers without counterpart to the pair of unlike layers that they belong to: the one after them, else the one
 * before. So a 3×3 convolution of A stands beside the depthwise and the 1×1 convolution that replace it in B.
 */
export function segments(
  columns: readonly Column[],
  pairAlike: (a: number, b: number) => boolean,
): readonly Segment[] {
  const result: { a: number[]; b: number[]; unlike: boolean }[] = [];
  let loose: { a: number[]; b: number[] } = { a: [], b: [] };
  const settle = (): void => {
    if (loose.a.length + loose.b.length === 0) return;
    const before = result.at(-1);
    if (before?.unlike === true) {
      before.a.push(...loose.a);
      before.b.push(...loose.b);
    } else {
      result.push({ ...loose, unlike: false });
    }
    loose = { a: [], b: [] };
  };
  for (const { a, b } of columns) {
    if (a === undefined || b === undefined) {
      if (a !== undefined) loose.a.push(a);
      if (b !== undefined) loose.b.push(b);
    } else if (pairAlike(a, b)) {
      settle();
      result.push({ a: [a], b: [b], unlike: false });
    } else {
      result.push({ a: [...loose.a, a], b: [...loose.b, b], unlike: true });
      loose = { a: [], b: [] };
    }
  }
  settle();
  return result;
}
