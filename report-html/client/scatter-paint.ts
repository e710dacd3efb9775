import { columnNamed, errorRange, isUnchanged, systemOf, type Dataset } from '../dataset.js';
import { colour, sized } from './dom.js';
import { EDGE, HEIGHT, placeOf, unchangedValues, type Scales } from './scatter-plane.js';
import type { Now } from './store.js';

/** The plane that is drawn on, and what of. */
export interface Plane {
  readonly data: Dataset;
  readonly scales: Scales;
  /** Of the chart, in pixels. */
  readonly width: number;
}

/** Most designs whose errors are drawn. */
const MOST_BARS = 200;

/** Of some rows those that no other beats along both axes, from left to right. */
const staircase = (data: Dataset, { axes, x, y }: Now, rows: readonly number[]): number[] => {
  const [sx, sy] = [x, y].map((name) => (columnNamed(data, name).direction === 'min' ? 1 : -1));
  let best = Infinity;
  return rows
    .filter((row) => !Number.isNaN(axes.x[row]!) && !Number.isNaN(axes.y[row]!))
    .sort((a, b) => sx! * (axes.x[a]! - axes.x[b]!) || sy! * (axes.y[a]! - axes.y[b]!))
    .filter((row) => {
      const value = sy! * axes.y[row]!;
      if (value >= best) return false;
      best = value;
      return true;
    });
};

/** Around a place, in pixels. */
const DIAMOND = [
  [0, -8],
  [8, 0],
  [0, 8],
  [-8, 0],
] as const;
const TRIANGLE = [
  [0, -8],
  [7, 6],
  [-7, 6],
] as const;
const STAR = Array.from({ length: 10 }, (_, i): [number, number] => {
  const [radius, angle] = [i % 2 === 0 ? 10 : 4, (i * Math.PI) / 5 - Math.PI / 2];
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});

/** A closed line through some places around one. */
const shape = (
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  places: readonly (readonly [number, number])[],
): void => {
  context.beginPath();
  places.forEach(([dx, dy], i) =>
    i === 0 ? context.moveTo(x + dx, y + dy) : context.lineTo(x + dx, y + dy),
  );
  context.closePath();
  context.fill();
  context.stroke();
};

const drawBand = (context: CanvasRenderingContext2D, { data, scales, width }: Plane, now: Now): void => {
  const row = now.focus ?? now.pinned.at(-1);
  if (row === undefined) return;
  context.fillStyle = colour('band');
  const across = errorRange(data, now.x, row, now.relative);
  const along = errorRange(data, now.y, row, now.relative);
  const [top, bottom] = [EDGE.top, HEIGHT - EDGE.bottom];
  if (across)
    context.fillRect(scales.x(across[0]), top, scales.x(across[1]) - scales.x(across[0]), bottom - top);
  if (along)
    context.fillRect(
      EDGE.left,
      scales.y(along[1]),
      width - EDGE.left - EDGE.right,
      scales.y(along[0]) - scales.y(along[1]),
    );
};

const drawBars = (
  context: CanvasRenderingContext2D,
  { data, scales }: Plane,
  now: Now,
  rows: readonly number[],
): void => {
  context.strokeStyle = colour('muted');
  context.lineWidth = 1;
  context.beginPath();
  for (const row of rows.slice(0, MOST_BARS)) {
    const [x, y] = placeOf(scales, now, row);
    const across = errorRange(data, now.x, row, now.relative);
    const along = errorRange(data, now.y, row, now.relative);
    if (across) {
      context.moveTo(scales.x(across[0]), y);
      context.lineTo(scales.x(across[1]), y);
    }
    if (along) {
      context.moveTo(x, scales.y(along[0]));
      context.lineTo(x, scales.y(along[1]));
    }
  }
  context.stroke();
};

/** Draws the designs and their marks. */
export const paintScatter = (canvas: HTMLCanvasElement, plane: Plane, now: Now): void => {
  const { data, scales, width } = plane;
  const at = (row: number): [x: number, y: number] => placeOf(scales, now, row);
  const context = sized(canvas, width, HEIGHT);
  const colours = data.model.systems.map((_, system) => colour(`system-${system % 8}`));
  const [paper, ink, faint, dim] = ['paper', 'ink', 'faint', 'dim'].map(colour);
  drawBand(context, plane, now);
  const isFront = (row: number): boolean => data.systemRank[row] === 1;
  const all = now.rows.length === data.count;
  context.fillStyle = faint!;
  if (!all)
    for (let row = 0; row < data.count; row++) {
      if (now.mask[row] === 1) continue;
      const [x, y] = at(row);
      context.fillRect(x - 1, y - 1, 2, 2);
    }
  context.fillStyle = dim!;
  for (const row of now.rows) {
    if (isFront(row)) continue;
    const [x, y] = at(row);
    context.fillRect(x - 1, y - 1, 2, 2);
  }
  const fronts = Array.from(now.rows.filter(isFront)).filter((row) => !isUnchanged(data, row));
  drawBars(context, plane, now, [...now.pinned, ...fronts]);
  data.model.systems.forEach((_, system) => {
    const steps = staircase(
      data,
      now,
      fronts.filter((row) => systemOf(data, row) === system),
    );
    context.strokeStyle = colours[system]!;
    context.lineWidth = 1;
    context.beginPath();
    steps.forEach((row, i) => {
      const [x, y] = at(row);
      if (i === 0) context.moveTo(x, y);
      else {
        context.lineTo(x, at(steps[i - 1]!)[1]);
        context.lineTo(x, y);
      }
    });
    context.stroke();
  });
  context.lineWidth = 1;
  context.strokeStyle = paper!;
  for (const row of fronts) {
    const [x, y] = at(row);
    context.fillStyle = colours[systemOf(data, row)]!;
    context.beginPath();
    context.arc(x, y, 4.5, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  context.strokeStyle = ink!;
  const systems = now.filter.system < 0 ? data.model.systems.map((_, i) => i) : [now.filter.system];
  const ux = unchangedValues(data, now.x, now.relative);
  const uy = unchangedValues(data, now.y, now.relative);
  context.lineWidth = 1.5;
  for (const system of systems) {
    context.fillStyle = now.relative ? paper! : colours[system]!;
    shape(context, scales.x(ux[system]!), scales.y(uy[system]!), DIAMOND);
  }
  for (const row of data.model.marks.knees) {
    context.fillStyle = colours[systemOf(data, row)]!;
    if (now.mask[row] === 1) shape(context, ...at(row), TRIANGLE);
  }
  const { pick } = data.model.marks;
  context.fillStyle = colour('pin-0');
  if (pick !== null) shape(context, ...at(pick), STAR);
  const ring = (row: number, stroke: string, radius: number): void => {
    context.strokeStyle = stroke;
    context.lineWidth = 3;
    context.beginPath();
    context.arc(...at(row), radius, 0, 2 * Math.PI);
    context.stroke();
  };
  now.pinned.forEach((row, i) => ring(row, colour(`pin-${i}`), 10));
  if (now.focus !== undefined) ring(now.focus, ink!, 13);
};
