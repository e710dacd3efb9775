import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { canBeRelative, columnNamed, unchangedAt, type Dataset } from '../dataset.js';
import type { Now } from './store.js';

/** Pixels of the chart: its height, and what is around the plane. */
export const HEIGHT = 420;
export const EDGE = { left: 64, right: 12, top: 10, bottom: 46 };

/** From values to pixels. */
export interface Scales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

const scaleFor = (
  data: Dataset,
  values: ArrayLike<number>,
  unchanged: readonly number[],
  range: [number, number],
): ScaleLinear<number, number> => {
  let [least, most] = [Infinity, -Infinity];
  const include = (value: number): void => {
    if (value < least) least = value;
    if (value > most) most = value;
  };
  for (let row = 0; row < data.count; row++) include(values[row]!);
  unchanged.forEach(include);
  if (least > most) [least, most] = [0, 1];
  const room = (most - least || Math.abs(most) || 1) * 0.04;
  return scaleLinear([least - room, most + room], range);
};

/** The unchanged network's value along an axis, per system. */
export const unchangedValues = (data: Dataset, name: string, relative: boolean): number[] =>
  data.model.systems.map((_, system) =>
    relative && canBeRelative(data, columnNamed(data, name)) ? 1 : unchangedAt(data, name, system),
  );

/** Scales of a chart so many pixels wide, on which all designs have room. */
export const scalesFor = (data: Dataset, { axes, x, y, relative }: Now, width: number): Scales => ({
  x: scaleFor(data, axes.x, unchangedValues(data, x, relative), [EDGE.left, width - EDGE.right]),
  y: scaleFor(data, axes.y, unchangedValues(data, y, relative), [HEIGHT - EDGE.bottom, EDGE.top]),
});

/** Where a row is, in pixels. */
export const placeOf = (scales: Scales, { axes }: Now, row: number): [x: number, y: number] => [
  scales.x(axes.x[row]!),
  scales.y(axes.y[row]!),
];
