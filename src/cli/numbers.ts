import { usageError } from '../errors.js';

/** Parses a number within bounds. */
export const number =
  (option: string, what: string, least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw usageError(`${option} is "${text}", expected ${what}`);
  };

/** Parses a whole number within bounds. */
export const whole =
  (option: string, what: string, least: number, most: number) =>
  (text: string): number => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw usageError(`${option} is "${text}", expected a whole number ${what}`);
  };

/** Parses the seed of random numbers. */
export const seed = (option: string): ((text: string) => number) =>
  whole(option, 'of at most 32 bits, such as 1', -(2 ** 31), 2 ** 32 - 1);
