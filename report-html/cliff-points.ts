import type { CliffCurve } from './contract.js';
import { changeText, countText, plural } from './words.js';

/** Bytes in KiB, with one digit after the point. */
export const inKib = (bytes: number): number => Number((bytes / 1024).toFixed(1));

/** Place of today's number of channels among the points of a curve. */
export const placeOfToday = ({ channels, today }: CliffCurve): number => channels.indexOf(today);

/** The same as text. */
export const kibText = (bytes: number): string => countText(inKib(bytes));

/** What a point costs: cycles and SRAM with their changes from today's number of channels. */
export const costsAt = (
  { cycles, sram, ownCycles, ...curve }: CliffCurve,
  at: number,
): { readonly cycles: string; readonly sram: string } => {
  const now = placeOfToday({ cycles, sram, ownCycles, ...curve });
  return {
    cycles: changeText(ownCycles, ownCycles + cycles[at]! - cycles[now]!),
    sram: changeText(sram[now]!, sram[at]!),
  };
};

/** A point in a sentence. */
export const pointText = (curve: CliffCurve, at: number): string => {
  const costs = costsAt(curve, at);
  const isToday = at === placeOfToday(curve);
  const change = (text: string, of: string): string => (isToday || text === '=' ? '' : ` (${text}${of})`);
  return (
    `${plural(curve.channels[at]!, 'channel')}${isToday ? ', as today' : ''}: ` +
    `${countText(curve.cycles[at]!)} cycles${change(costs.cycles, ' in these layers')}, ` +
    `${kibText(curve.sram[at]!)} KiB of SRAM${change(costs.sram, '')}`
  );
};

/** The point on the far side of the next step in a direction, else the last point on that side. */
export const beyondStep = ({ channels, steps }: CliffCurve, at: number, direction: 1 | -1): number => {
  const places = steps.map((from) => channels.indexOf(from));
  return direction > 0
    ? (places.find((place) => place >= at) ?? channels.length - 2) + 1
    : (places.findLast((place) => place < at) ?? 0);
};
