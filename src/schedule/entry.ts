import type { Plan, Slices } from './plan.js';

/** Weights' copy in staging memory. */
export interface WeightBuffer {
  /** Bytes of the one or two parts; slices go to them in turn. */
  readonly parts: readonly number[];
  /** The first slice is fetched while the operation before runs. */
  readonly prebuffered: boolean;
}

/** A cascaded operation's place in its cascade. */
export interface CascadePlace {
  /** Number of the cascade: index of its last operation. */
  readonly cascade: number;
  readonly first: boolean;
  /** Rolling buffer that the primary IFM is read from: bytes and rows; none for the first operation. */
  readonly rolling: { readonly bytes: number; readonly height: number } | undefined;
  /** The OFM's rolling buffer takes the memory of the IFM's. */
  readonly reusesInput: boolean;
}

/** What a schedule says of one operation; undefined plan for CPU operations. */
export interface Entry {
  readonly plan: Plan | undefined;
  readonly slices: Slices | undefined;
  readonly buffer: WeightBuffer | undefined;
  /** Cycles in which the next operation's first transfer can hide. */
  readonly hideCycles: number;
  /** Bytes of staging memory that are free while the operation runs. */
  readonly freeMemory: number;
  readonly place: CascadePlace | undefined;
}

/** One entry per operation of the program. */
export type Schedule = readonly Entry[];

/** What a schedule says of an operation that the CPU executes. */
export const CPU_ENTRY: Entry = {
  plan: undefined,
  slices: undefined,
  buffer: undefined,
  hideCycles: 0,
  freeMemory: 0,
  place: undefined,
};

/** The entry of a plan as it stands: whole encoding, no buffer. */
export function plainEntry(plan: Plan): Entry {
  return {
    plan,
    slices: plan.whole,
    buffer: undefined,
    hideCycles: 0,
    freeMemory: 0,
    place: undefined,
  };
}

export const bufferBytes = (buffer: WeightBuffer | undefined): number =>
  buffer === undefined ? 0 : buffer.parts.reduce((sum, part) => sum + part, 0);
