/** A ratio as a percentage with up to four digits that count: 75%, 9.375%, 33.33%. */
export const percentText = (ratio: number): string => `${Number((ratio * 100).toPrecision(4))}%`;

/** A share as a percentage with one decimal: 33.3%. */
export const shareText = (ratio: number): string => `${(ratio * 100).toFixed(1)}%`;

/** A number of cycles, MACs or bytes, rounded, with its digits in groups of three. */
export const countText = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');

/** A count with its noun: 1 pass, 2 passes. */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${countText(n)} ${n === 1 ? one : many}`;
