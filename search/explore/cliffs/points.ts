import type { DesignFigures } from '../../evaluate/figures.js';
import type { Point } from './curve.js';

/** Channels fewer and more than today's that are tried by default. */
export const AROUND = 24;

/** Numbers of channels around one, which comes first. */
export const widthsAround = (channels: number, around: number): number[] => {
  const from = Math.max(1, channels - around);
  const all = Array.from({ length: channels + around - from + 1 }, (_, i) => from + i);
  return [channels, ...all.filter((width) => width !== channels)];
};

/** The point of a network with so many channels. */
export const pointOf = (channels: number, figures: DesignFigures): Point => ({
  channels,
  cycles: figures.cycles_total,
  sramUsed: figures.sram_memory_used_bytes,
  sramMoved: figures.sram_total_bytes,
  externalMoved: figures.external_total_bytes,
});

/** Points in the order of a curve. */
export const ascending = (points: Point[]): Point[] => points.sort((a, b) => a.channels - b.channels);
