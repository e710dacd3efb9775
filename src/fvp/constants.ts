import type { Family } from '../npu/family.js';

/** Constants of the formula that belong to one accelerator (docs/model/fvp.md#constants). */
export interface AcceleratorConstants {
  /** Cycles per brick that SRAM delivers or takes. */
  readonly cyclesPerBrick: number;
  /** Bytes in flight when the second memory is read. */
  readonly bytesInFlight: number;
  readonly writesInFlight: number;
}

/** Fitted to measured totals, as are the two latencies per layer below. */
const U85_CYCLES_PER_BRICK = 0.64095180991551;

const u85 = (bytesInFlight: number, writesInFlight: number, speed = 1): AcceleratorConstants => ({
  cyclesPerBrick: U85_CYCLES_PER_BRICK / speed,
  bytesInFlight,
  writesInFlight,
});

const U55: AcceleratorConstants = { cyclesPerBrick: 0.5, bytesInFlight: 3072, writesInFlight: 7.5 };
const U65: AcceleratorConstants = { ...U55, cyclesPerBrick: 1.084453125 };

/** Bytes in flight on Ethos-U85: three quarters of its weight read buffer, in transfers of 16 bytes. */
const U85: ReadonlyMap<string, AcceleratorConstants> = new Map([
  ['ethos-u85-128', u85(1536, 7.5)],
  ['ethos-u85-256', u85(1536, 7.5)],
  ['ethos-u85-512', u85(3072, 15)],
  ['ethos-u85-1024', u85(4992, 15)],
  ['ethos-u85-2048', u85(6144, 15, 2)],
]);

/** The constants of an accelerator. */
export function constantsOf(accelerator: string, family: Family): AcceleratorConstants {
  if (family === 'u55') return U55;
  return family === 'u65' ? U65 : U85.get(accelerator)!;
}

/** Latencies that no layer hides: of SRAM, and of the second memory where a layer uses it. */
export const SRAM_LATENCIES_PER_LAYER = 5.057285592983142;
export const EXTERNAL_LATENCIES_PER_LAYER = 0.9171519576828802;

/** Read transactions in flight at most, however many the memory allows. */
export const MOST_READS_IN_FLIGHT = 70;

/** Longest burst, bytes. */
export const LONGEST_BURST = 128;

/** A brick: so many channels of one pixel, and so many bytes. */
export const BRICK = 16;

/** Ethos-U85: cycles per pixel that is read of an NHWC map with fewer channels than a brick. */
export const CYCLES_PER_NARROW_PIXEL = 0.9;

/** Scale records come in bursts of so many bytes, each of which costs a latency. */
export const SCALE_BURST = 256;
