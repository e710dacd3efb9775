import { traitsOf } from '../../src/graph/traits.js';
import type { Program } from '../../src/schedule/program.js';
import type { Digits, Space } from '../space/space.js';
import { radicesOf } from '../space/space.js';
import { compose, fragmentsOf, frameOf, type Fragment, type Frame } from './compose.js';
import { sameProgram } from './same-program.js';
import { findSegments, type Segmentation } from './segments.js';
import { trialDesigns } from './trial-designs.js';

/** Gives the program of a design. */
export type Compile = (digits: Digits) => Program;

/** Programs of the designs of one space on one family of accelerators. */
export interface ProgramSource {
  readonly program: Compile;
  readonly segmentation: Segmentation;
  /** How programs are put together from pieces; undefined if every design is compiled as a whole. */
  readonly pieces?: Pieces;
}

/** The pieces that the designs of a space are put together from. */
export interface Pieces {
  readonly frame: Frame;
  /** One fragment per segment; undefined if the program of the design is not composed of known ones. */
  readonly of: (digits: Digits) => readonly Fragment[] | undefined;
  /** That of one segment, if it is known. */
  readonly fragment: (segment: number, digits: Digits) => Fragment | undefined;
}

/** Gives the digits at some positions as one key: a number where their combinations have exact ones. */
export function keyMaker(
  radices: readonly number[],
  positions: readonly number[],
): (digits: Digits) => number | string {
  const combinations = positions.reduce((product, position) => product * radices[position]!, 1);
  if (combinations > Number.MAX_SAFE_INTEGER) {
    return (digits) => positions.map((position) => digits[position]!).join();
  }
  const factors = positions.map((position) => radices[position]!);
  return (digits) => {
    let key = 0;
    for (let i = 0; i < positions.length; i++) key = key * factors[i]! + digits[positions[i]!]!;
    return key;
  };
}

/** Fragments that have been seen, by segment and the digits that they depend on. */
class Fragments {
  private readonly keys: readonly ((digits: Digits) => number | string)[];
  private readonly known: readonly Map<number | string, Fragment>[];

  constructor(
    radices: readonly number[],
    readonly frame: Frame,
  ) {
    const { segments } = frame.segmentation;
    this.keys = segments.map(({ positions }) => keyMaker(radices, positions));
    this.known = segments.map(() => new Map<number | string, Fragment>());
  }

  /** Keeps what is new of a program; false if it does not follow the frame. */
  add(digits: Digits, program: Program): boolean {
    const fresh = fragmentsOf(program, this.frame);
    fresh?.forEach((fragment, s) => {
      const known = this.known[s]!;
      const key = this.keys[s]!(digits);
      if (!known.has(key)) known.set(key, { ...fragment, index: known.size });
    });
    return fresh !== undefined;
  }

  /** That of one segment; undefined if it has not been seen. */
  at(segment: number, digits: Digits): Fragment | undefined {
    return this.known[segment]!.get(this.keys[segment]!(digits));
  }

  /** One fragment per segment; undefined if one of them has not been seen. */
  of(digits: Digits): Fragment[] | undefined {
    const { keys } = this;
    const fragments = new Array<Fragment>(keys.length);
    for (let s = 0; s < keys.length; s++) {
      const fragment = this.at(s, digits);
      if (fragment === undefined) return undefined;
      fragments[s] = fragment;
    }
    return fragments;
  }
}

/**
 * Operations of all trial programs together beyond which these are not kept: networks that are cut into so many pieces
 * would fill the memory.
 */
const MOST_OPERATIONS = 50_000;

/** A design with its program. */
interface Trial {
  readonly digits: Digits;
  readonly program: Program;
}

/**
 * Trial designs that compile, one after the other.
 * @throws if none does
 */
function* trialsOf(space: Space, compile: Compile): Generator<Trial> {
  const failures: unknown[] = [];
  let compiled = false;
  for (const digits of trialDesigns(space)) {
    let program: Program;
    try {
      program = compile(digits);
    } catch (error) {
      failures.push(error);
      continue;
    }
    compiled = true;
    yield { digits, program };
  }
  if (!compiled) throw failures[0];
}

/** All trials; undefined if they are too large to be kept. */
function keptTrials(space: Space, compile: Compile): Trial[] | undefined {
  const trials: Trial[] = [];
  let operations = 0;
  for (const trial of trialsOf(space, compile)) {
    operations += trial.program.ops.length;
    if (operations > MOST_OPERATIONS) return undefined;
    trials.push(trial);
  }
  return trials;
}

function* programsOf(trials: Iterable<Trial>): Generator<Program> {
  for (const { program } of trials) yield program;
}

/** Compiles whole networks, and the same one only once in a row: systems of a family share it. */
function wholeSource(compile: Compile, segmentation: () => Segmentation): ProgramSource {
  let last: { readonly key: string; readonly program: Program } | undefined;
  let found: Segmentation | undefined;
  return {
    get segmentation() {
      return (found ??= segmentation());
    },
    program: (digits) => {
      const key = Array.from(digits).slice(0, -1).join();
      if (last?.key !== key) {
        // The old one goes before the new one is made.
        last = undefined;
        last = { key, program: compile(digits) };
      }
      return last.program;
    },
  };
}

/**
 * A source that compiles whole networks only until it has seen every choice of every segment, and puts the rest
 * together from their pieces. Where the pieces do not add up to the network (it is tried on designs that show every
 * choice, and on mixed ones), or there would be too many of them, every design is compiled as a whole.
 *
 * @param compile the program of a design's network
 * @param compileTrial the same with any weights
 */
export function createProgramSource(
  space: Space,
  compile: Compile,
  compileTrial: Compile = compile,
): ProgramSource {
  const trials = keptTrials(space, compileTrial);
  if (trials === undefined)
    return wholeSource(compile, () => findSegments(space, programsOf(trialsOf(space, compileTrial))));
  const programs = trials.map(({ program }) => program);
  const segmentation = findSegments(space, programs);
  const whole = wholeSource(compile, () => segmentation);
  if (space.network.graphs.length > 1) return whole;
  const frame = frameOf(segmentation, programs);
  if (frame === undefined) return whole;
  const radices = radicesOf(space);
  const network = { name: space.network.name, traits: traitsOf(space.network) };

  const tried = new Fragments(radices, frame);
  for (const { digits, program } of trials) {
    if (!tried.add(digits, program)) return whole;
    if (!sameProgram(compose(network, frame, tried.of(digits)!), program)) return whole;
  }
  const fragments = compile === compileTrial ? tried : new Fragments(radices, frame);
  return {
    segmentation,
    pieces: {
      frame,
      of: (digits) => fragments.of(digits),
      fragment: (segment, digits) => fragments.at(segment, digits),
    },
    program: (digits) => {
      const known = fragments.of(digits);
      if (known !== undefined) return compose(network, frame, known);
      const program = compile(digits);
      return fragments.add(digits, program) ? compose(network, frame, fragments.of(digits)!) : program;
    },
  };
}
