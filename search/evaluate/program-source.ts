import type { Program } from '../../src/schedule/program.js';
import type { Digits, Space } from '../space.js';
import { radicesOf } from '../space.js';
import { compose, fragmentsOf, frameOf, type Fragment, type Frame } from './composer.js';

/** Gives the program of a design. */
export type ProgramSource = (digits: Digits) => Program;

/** Designs of mixed choices on which composed programs are tried, besides single changes. */
const MIXED_TRIALS = 8;

/** The choices that the operations of each run depend on, as positions in a row of digits. */
function dependencies(space: Space, frame: Frame): number[][] {
  const { operators } = space.network.graphs[0];
  return frame.runs.map(({ origin }) => {
    const positions: number[] = [];
    space.sites.forEach(({ site }, s) => {
      if (site.operator === origin) positions.push(s);
    });
    const operator = operators[origin];
    const touched = new Set([...(operator?.inputs ?? []), ...(operator?.outputs ?? [])]);
    space.groups.forEach(({ group }, g) => {
      if (group.tensors.some((t) => touched.has(t))) positions.push(space.sites.length + g);
    });
    return positions;
  });
}

/**
 * Designs that show every option of every site and a change of every width, alone, and some mixed ones; the same
 * in every process. Widths of one group only differ in numbers, so one stands for all.
 */
function trialDesigns(space: Space): Uint16Array[] {
  const radices = radicesOf(space);
  const varying = radices.slice(0, -1);
  const designs = [new Uint16Array(radices.length)];
  varying.forEach((radix, position) => {
    const firstDigit = position < space.sites.length ? 1 : Math.max(1, radix - 1);
    for (let digit = firstDigit; digit < radix; digit++) {
      const design = new Uint16Array(radices.length);
      design[position] = digit;
      designs.push(design);
    }
  });
  let state = 1;
  for (let i = 0; i < MIXED_TRIALS; i++) {
    const design = new Uint16Array(radices.length);
    varying.forEach((radix, position) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      design[position] = (state >>> 8) % radix;
    });
    designs.push(design);
  }
  return designs;
}

/**
 * A source that compiles whole networks only until it has seen every choice of every operator, and puts the rest
 * together from their pieces. Where the pieces do not add up to the network (it is tried on single changes and
 * on mixed designs), every design is compiled as a whole.
 *
 * @param compile the program of a design's network
 * @param same whether two programs have the same figures
 */
export function createProgramSource(
  space: Space,
  compile: ProgramSource,
  same: (a: Program, b: Program) => boolean,
): ProgramSource {
  if (space.network.graphs.length > 1) return compile;
  const first = compile(new Uint16Array(radicesOf(space).length));
  const frame = frameOf(first);
  if (frame === undefined) return compile;
  const positions = dependencies(space, frame);
  const radices = radicesOf(space);
  const known = frame.runs.map(() => new Map<number, Fragment>());
  const keyOf = (digits: Digits, run: number): number => {
    let key = 0;
    for (const position of positions[run]!) key = key * radices[position]! + digits[position]!;
    return key;
  };

  /** The composed program; undefined if the design's own program does not follow the frame. */
  const composed = (digits: Digits): Program | undefined => {
    const fragments: Fragment[] = [];
    for (let run = 0; run < known.length; run++) {
      const fragment = known[run]!.get(keyOf(digits, run));
      if (fragment === undefined) {
        const fresh = fragmentsOf(compile(digits), frame);
        if (fresh === undefined) return undefined;
        fresh.forEach((piece, r) => {
          const key = keyOf(digits, r);
          if (!known[r]!.has(key)) known[r]!.set(key, piece);
        });
        run--;
        continue;
      }
      fragments.push(fragment);
    }
    return compose(first.name, frame, fragments);
  };

  for (const design of trialDesigns(space)) {
    const program = composed(design);
    if (program === undefined || !same(program, compile(design))) return compile;
  }
  return (digits) => composed(digits) ?? compile(digits);
}
