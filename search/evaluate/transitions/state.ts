import type { ReadConstants } from './constants.js';
import { bytesOf, type LivePieces } from './live-pieces.js';
import type { SegmentProgram } from './schedule-segment.js';

/** What a segment becomes for given choices, as far as no other segment has a say in it. */
export interface State {
  readonly operations: number;
  /** Some of its operations are the CPU's; some are the NPU's. */
  readonly usesCpu: boolean;
  readonly usesNpu: boolean;
  readonly segment: SegmentProgram;
  /** Shared tensors that it writes and does not read. */
  readonly written: readonly number[];
  /** Live ranges in the memory that holds weight buffers, and in that of feature maps where it is another one. */
  readonly staging: LivePieces;
  readonly featureMaps: LivePieces | undefined;
  /** What it reads besides feature maps and weights. */
  readonly constants: ReadConstants;
  /** For each shared tensor the number of its first reader's face here; 0 for none. */
  readonly faces: Int32Array;
  /** Numbers of transitions by the faces of the readers of its results, then by context; `UNCERTAIN` for none. */
  readonly transitions: (number[] | undefined)[];
  /** Some weights are those of these states of other segments, too. */
  readonly rivals: State[];
  /** Designs with it take the full path. */
  readonly excluded: boolean;
}

/** In place of the number of a transition: the figures of the segment are not its own alone. */
export const UNCERTAIN = -1;

/** A segment in a context. Its sums and the live ranges of its weight buffers lie with those of the others. */
export interface Transition {
  readonly number: number;
  /** Bytes of its weight buffers, added up. */
  readonly bufferBytes: number;
  /** Figures that add up over segments, in the order of `FIGURES`; 0 for others. */
  readonly figures: Float64Array;
  /** Context of the segment after it. */
  readonly next: number;
  /** Some encoded tensors are those of these transitions of other segments, too. */
  readonly rivals: Transition[];
  step?: Step;
}

/** A transition as those see it who add designs up segment by segment. */
export interface Step extends Pick<Transition, 'figures' | 'next'> {
  /** Bytes of all live ranges of the segment: more than it ever takes. */
  readonly bytes: number;
  readonly rivals: readonly unknown[];
}

/** The step of a transition of a state. */
export const stepOf = (state: State, { figures, next, bufferBytes, rivals }: Transition): Step => {
  const bytes = bytesOf(state.staging) + bufferBytes;
  // States and transitions may still get rivals.
  return {
    figures,
    next,
    bytes,
    get rivals() {
      return state.rivals.length > 0 ? state.rivals : rivals;
    },
  };
};
