import { createEstimator } from '../../src/estimate/estimate.js';
import type { Evaluation } from '../../src/estimate/evaluation.js';
import { hardwareByName } from '../../src/cost/hardware.js';
import { entryOf } from '../../src/schedule/program.js';
import type { Program } from '../../src/schedule/program.js';
import type { Digits, Space } from '../space/space.js';
import { createApplier, type Applier } from '../emit/apply.js';
import type { Values } from '../substitute/substitution.js';
import type { Frame } from './compose.js';
import {
  estimatedOf,
  FIGURE_COUNT,
  figuresOf,
  loadFigures,
  storeEstimated,
  type DesignFigures,
} from './figures.js';
import { fvpFiguresOf } from './fvp-figures.js';
import { segmentFigures } from './segment-figures.js';
import { createProgramSource, type Compile, type ProgramSource } from './programs.js';
import type { Segment } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import { createWalk, type WalkResult } from './walk.js';
import { Transitions } from './transitions/transitions.js';

/** Knows the figures of every design of one space. Results do not depend on the order of calls. */
export interface Evaluator {
  /** @throws when the design cannot be estimated */
  readonly evaluate: (digits: Digits) => DesignFigures;
  /**
   * Writes a design's figures as row `row` of a table. True if they were added up from transitions of its segments, false
   * if the whole network was scheduled; the figures are the same.
   *
   * @throws when the design cannot be estimated
   */
  readonly store: (digits: Digits, table: Float64Array, row: number) => boolean;
  /** Looks at all designs of a part of the space. */
  readonly walk: (task: WalkTask) => WalkResult;
  /** The segments of the network on a system; the same for all systems of a family. */
  readonly segments: (system: number) => readonly Segment[];
  /**
   * Figures of every segment of a design, `SEGMENT_FIGURE_COUNT` numbers each, segments in their order.
   *
   * @throws when the design cannot be estimated
   */
  readonly segmentFigures: (digits: Digits) => Float64Array;
}

/**
 * An evaluator that computes once what designs have in common.
 *
 * @param values whether weights that a design changes are computed, or their encoded sizes predicted
 */
export function createEvaluator(space: Space, values: Values = 'known'): Evaluator {
  const applier = createApplier(space, values);
  const trialApplier = values === 'known' ? createApplier(space, 'unknown') : applier;
  const estimator = createEstimator();
  const systemDigit = space.sites.length + space.groups.length;
  const { optimise } = space;
  const sources = new Map<string, ProgramSource>();
  const fvpOf = fvpFiguresOf(space);

  const sourceFor = (systemIndex: number): ProgramSource => {
    const { accelerator } = space.systems[systemIndex]!.system;
    const { family } = hardwareByName(accelerator);
    let source = sources.get(family);
    if (source === undefined) {
      const compiling =
        (from: Applier): Compile =>
        (digits) =>
          estimator.compile(from.network(digits), accelerator);
      const compile = compiling(applier);
      source = createProgramSource(
        space,
        compile,
        trialApplier === applier ? compile : compiling(trialApplier),
      );
      sources.set(family, source);
    }
    return source;
  };
  const evaluate = (digits: Digits, program: Program): Evaluation =>
    estimator.evaluate(program, space.systems[digits[systemDigit]!]!.system, { optimise });
  const isFirst = (digits: Digits): boolean =>
    Array.from(digits).every((d, i) => d === 0 || i === systemDigit);
  let first: { readonly family: string; readonly program: Program } | undefined;

  /** The first design needs no source: unchanged networks are known soon, however long trying the pieces takes. */
  const programOf = (digits: Digits): Program => {
    const system = digits[systemDigit]!;
    const { accelerator } = space.systems[system]!.system;
    const { family } = hardwareByName(accelerator);
    if (sources.has(family) || !isFirst(digits)) {
      first = undefined;
      return sourceFor(system).program(digits);
    }
    if (first?.family !== family) {
      first = undefined;
      first = { family, program: estimator.compile(applier.network(digits), accelerator) };
    }
    return first.program;
  };

  const transitions = new Map<number, Transitions>();
  const transitionsOf = (system: number, frame: Frame): Transitions => {
    let known = transitions.get(system);
    if (known === undefined) {
      known = new Transitions(frame, space.systems[system]!.system, fvpOf(system));
      transitions.set(system, known);
    }
    return known;
  };

  const store = (digits: Digits, table: Float64Array, row: number): boolean => {
    const system = digits[systemDigit]!;
    const { family } = hardwareByName(space.systems[system]!.system.accelerator);
    const pieces = sources.get(family)?.pieces;
    const known = pieces && transitionsOf(system, pieces.frame);
    let fragments = pieces?.of(digits);
    if (fragments !== undefined && known!.store(fragments, table, row)) return true;
    const evaluation = evaluate(digits, programOf(digits));
    storeEstimated(estimatedOf(evaluation, fvpOf(system)), table, row);
    fragments ??= pieces?.of(digits);
    if (fragments !== undefined) known!.learn(fragments, evaluation);
    return false;
  };

  return {
    evaluate: (digits) => {
      const row = new Float64Array(FIGURE_COUNT);
      store(digits, row, 0);
      return loadFigures(row, 0);
    },
    store,
    walk: createWalk((system) => {
      const { pieces, segmentation } = sourceFor(system);
      const known = pieces && transitionsOf(system, pieces.frame);
      return { space, segments: segmentation.segments, applier, pieces, transitions: known, store };
    }),
    segments: (system) => sourceFor(system).segmentation.segments,
    segmentFigures: (digits) => {
      const system = digits[systemDigit]!;
      const source = sourceFor(system);
      const evaluation = evaluate(digits, source.program(digits));
      const { segments, segmentsOf } = source.segmentation;
      return segmentFigures(
        evaluation,
        segmentsOf(entryOf(evaluation.program)),
        segments.length,
        figuresOf(evaluation, fvpOf(system)),
        fvpOf(system),
      );
    },
  };
}
