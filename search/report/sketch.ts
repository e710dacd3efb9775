import { lineWidth } from '../../src/text.js';

/** Widths of what is to the left of a sketch. */
const LABEL = 8;
const NUMBER = 11;
/** Characters beside a sketch: indent, label, the least number, the largest, and spaces between. */
const BESIDE = 2 + LABEL + 1 + NUMBER + 1 + 1 + NUMBER + 1;

/** Columns that a sketch in the terminal has. */
export const sketchColumns = (): number => lineWidth() - BESIDE;

/** A line of a sketch between two numbers. */
export const sketchRow = (label: string, left: string, line: string, right = ''): string =>
  `  ${label.padEnd(LABEL)} ${left.padStart(NUMBER)} ${line} ${right}`.trimEnd();

/** The step of a value between the least and the most, of so many steps counted from 0; 0 where all are equal. */
export const stepOf = (value: number, least: number, most: number, steps: number): number =>
  most === least ? 0 : Math.round(((value - least) / (most - least)) * (steps - 1));
