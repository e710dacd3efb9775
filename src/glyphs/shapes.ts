/** A chain of quadratic Bézier curves: a point on it, a control point, the next point on it, and so on; x before y. */
export type Stroke = readonly number[];

/** A class of glyphs: strokes in a square from −1 to 1, y downwards. */
export interface GlyphShape {
  readonly name: string;
  readonly strokes: readonly Stroke[];
}

/** Straight lines from point to point. */
const lines = (...points: readonly number[]): Stroke => {
  const chain = points.slice(0, 2);
  for (let i = 2; i < points.length; i += 2) {
    const [x0, y0, x1, y1] = points.slice(i - 2, i + 2) as [number, number, number, number];
    chain.push((x0 + x1) / 2, (y0 + y1) / 2, x1, y1);
  }
  return chain;
};

const curves = (...points: readonly number[]): Stroke => points;

const RING = curves(0, -1, -0.8, -1, -0.8, 0, -0.8, 1, 0, 1, 0.8, 1, 0.8, 0, 0.8, -1, 0, -1);
const OPEN_RING = curves(0.7, -0.6, 0.5, -1, 0, -1, -0.8, -1, -0.8, 0, -0.8, 1, 0, 1, 0.5, 1, 0.7, 0.6);
const STEM = lines(-0.65, -1, -0.65, 1);
const UPPER_BOWL = curves(-0.65, -1, 0.75, -1, 0.75, -0.45, 0.75, 0.1, -0.65, 0.1);

/** The twelve classes, by label: capital letters, several of them one stroke away from another. */
export const GLYPH_SHAPES: readonly GlyphShape[] = [
  { name: 'B', strokes: [STEM, UPPER_BOWL, curves(-0.65, 0, 0.8, 0, 0.8, 0.5, 0.8, 1, -0.65, 1)] },
  { name: 'C', strokes: [OPEN_RING] },
  { name: 'D', strokes: [STEM, curves(-0.65, -1, 0.75, -1, 0.75, 0, 0.75, 1, -0.65, 1)] },
  {
    name: 'E',
    strokes: [STEM, lines(0.65, -1, -0.65, -1), lines(-0.65, 0, 0.4, 0), lines(-0.65, 1, 0.65, 1)],
  },
  { name: 'F', strokes: [STEM, lines(0.65, -1, -0.65, -1), lines(-0.65, 0, 0.4, 0)] },
  { name: 'G', strokes: [OPEN_RING, lines(0.7, 0.6, 0.75, 0.1, 0.15, 0.1)] },
  { name: 'O', strokes: [RING] },
  { name: 'P', strokes: [STEM, UPPER_BOWL] },
  { name: 'Q', strokes: [RING, lines(0.15, 0.4, 0.85, 1.05)] },
  { name: 'R', strokes: [STEM, UPPER_BOWL, lines(0, 0.1, 0.75, 1)] },
  {
    name: 'S',
    strokes: [
      curves(
        0.65,
        -0.7,
        0.4,
        -1,
        0,
        -1,
        -0.65,
        -1,
        -0.65,
        -0.5,
        -0.65,
        -0.05,
        0,
        0,
        0.7,
        0.1,
        0.7,
        0.5,
        0.7,
        1,
        0,
        1,
      ),
      curves(0, 1, -0.45, 1, -0.7, 0.7),
    ],
  },
  { name: 'Z', strokes: [lines(-0.7, -1, 0.7, -1, -0.7, 1, 0.7, 1)] },
];
