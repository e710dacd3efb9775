import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { GlyphShape, Stroke } from './shapes.js';

/** Height and width of an image. */
export const GLYPH_SIZE = 24;

/** How much images of a class differ: the least and the most of each amount, all spread evenly between these. */
const RANGES = {
  /** Half the height of a glyph, in pixels. */
  size: [6, 9],
  /** Width of a glyph relative to its height. */
  aspect: [0.75, 1.1],
  /** Sideways, per pixel upwards. */
  slant: [-0.3, 0.3],
  /** Tangent of half the angle of rotation. */
  turn: [-0.17, 0.17],
  /** Of the centre, in pixels. */
  shift: [-3, 3],
  /** Of every point of a stroke, in units of the shape. */
  wobble: [-0.14, 0.14],
  /** Half the thickness of a stroke, in pixels. */
  radius: [0.55, 1.5],
  /** Grey of the ground, from 0 to 1. */
  ground: [0.05, 0.35],
  /** Change of the ground from one edge to the other. */
  gradient: [-0.15, 0.15],
  /** Grey of a stroke, above the ground. */
  contrast: [0.24, 0.55],
  /** Standard deviation of a pixel's noise. */
  noise: [0.03, 0.22],
} as const;

type Amount = keyof typeof RANGES;

/** Pieces that a curve is cut into. */
const PIECES = 6;

/** A random integer as the sum of its four bytes: about normal, with this mean and standard deviation. */
const BYTE_SUM_MEAN = 510;
const BYTE_SUM_DEVIATION = 147.8;

const byteSum = (bits: number): number =>
  (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** Points of a stroke, where the curves are cut. */
const flatten = (stroke: Stroke): number[] => {
  const points = stroke.slice(0, 2);
  for (let i = 0; i + 5 < stroke.length; i += 4) {
    const [x0, y0, x1, y1, x2, y2] = stroke.slice(i, i + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let piece = 1; piece <= PIECES; piece += 1) {
      const t = piece / PIECES;
      const s = 1 - t;
      points.push(s * s * x0 + 2 * s * t * x1 + t * t * x2, s * s * y0 + 2 * s * t * y1 + t * t * y2);
    }
  }
  return points;
};

/** Lowers `distances` (squared, one per pixel) to those from the line between two points, where it is near. */
const approach = (
  distances: Float64Array,
  reach: number,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
): void => {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const first = (a: number, b: number): number => Math.max(0, Math.ceil(Math.min(a, b) - reach));
  const last = (a: number, b: number): number => Math.min(GLYPH_SIZE - 1, Math.floor(Math.max(a, b) + reach));
  for (let y = first(y0, y1); y <= last(y0, y1); y += 1) {
    for (let x = first(x0, x1); x <= last(x0, x1); x += 1) {
      const along = length === 0 ? 0 : clamp(((x - x0) * dx + (y - y0) * dy) / length, 0, 1);
      const [ex, ey] = [x - x0 - along * dx, y - y0 - along * dy];
      const pixel = y * GLYPH_SIZE + x;
      distances[pixel] = Math.min(distances[pixel]!, ex * ex + ey * ey);
    }
  }
};

/**
 * Draws a glyph with random size, slant, rotation, place, thickness, contrast and noise, as int8 pixels, which stand for
 * greys from 0 to 1. Sums, products, quotients and square roots make it, which every machine computes alike.
 */
export const drawGlyph = (shape: GlyphShape, stream: RandomGenerator, pixels: Int8Array): void => {
  const amount = (name: Amount): number => {
    const [least, most] = RANGES[name];
    return least + (most - least) * uniformFloat64(stream);
  };
  const middle = (GLYPH_SIZE - 1) / 2;
  const height = amount('size');
  const width = height * amount('aspect');
  const slant = amount('slant');
  const turn = amount('turn');
  const [cos, sin] = [(1 - turn * turn) / (1 + turn * turn), (2 * turn) / (1 + turn * turn)];
  const [left, top] = [middle + amount('shift'), middle + amount('shift')];
  const radius = amount('radius');

  const place = (stroke: Stroke): Stroke => {
    const placed: number[] = [];
    for (let i = 0; i < stroke.length; i += 2) {
      const y = height * (stroke[i + 1]! + amount('wobble'));
      const x = width * (stroke[i]! + amount('wobble')) - slant * y;
      placed.push(left + cos * x - sin * y, top + sin * x + cos * y);
    }
    return placed;
  };

  const distances = new Float64Array(GLYPH_SIZE * GLYPH_SIZE).fill(Infinity);
  for (const stroke of shape.strokes) {
    const points = flatten(place(stroke));
    for (let i = 0; i + 3 < points.length; i += 2)
      approach(distances, radius + 1, points.slice(i, i + 4) as [number, number, number, number]);
  }

  const [ground, contrast, noise] = [amount('ground'), amount('contrast'), amount('noise')];
  const [across, down] = [amount('gradient'), amount('gradient')];
  for (let pixel = 0; pixel < pixels.length; pixel += 1) {
    const [x, y] = [(pixel % GLYPH_SIZE) - middle, Math.floor(pixel / GLYPH_SIZE) - middle];
    const covered = clamp(radius + 0.5 - Math.sqrt(distances[pixel]!), 0, 1);
    const grey = ground + (across * x + down * y) / GLYPH_SIZE + contrast * covered;
    const error = (noise * (byteSum(stream.next()) - BYTE_SUM_MEAN)) / BYTE_SUM_DEVIATION;
    pixels[pixel] = clamp(Math.floor(255 * (grey + error) + 0.5), 0, 255) - 128;
  }
};
