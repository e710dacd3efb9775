import { createEstimator, type Evaluation } from '../../src/estimate.js';
import { hardwareByName } from '../../src/cost/hardware.js';
import { entryOf } from '../../src/schedule/program.js';
import { totalsOf } from '../../src/schedule/totals.js';
import type { Program } from '../../src/schedule/program.js';
import type { Digits, Space } from '../space/space.js';
import { createApplier, type Applier } from '../substitute/apply.js';
import type { Values } from '../substitute/substitution.js';
import type { DesignFigures } from './figures.js';
import { segmentFigures } from './segment-figures.js';
import { createProgramSource, type Compile, type ProgramSource } from './programs.js';
import type { Segment } from './segments.js';

/** Knows the figures of every design of one space. Results do not depend on the order of calls. */
export interface Evaluator {
  /** @throws when the design cannot be estimated */
  readonly evaluate: (digits: Digits) => DesignFigures;
  /** The segments of the network on a system; the same for all systems of a family. */
  readonly segments: (system: number) => readonly Segment[];
  /**
   * Figures of every segment of a design, `SEGMENT_FIGURE_COUNT` numbers each, segments in their order.
   *
   * @throws when the design cannot be estimated
   */
  readonly segmentFigures: (digits: Digits) => Float64Array;
}

/** The figures of an evaluated program that rankings use. */
export function figuresOf(evaluation: Evaluation): DesignFigures {
  const totals = totalsOf(evaluation);
  const { sram, dram, on_chip_flash, off_chip_flash } = totals.traffic;
  return {
    cyclesTotal: totals.cycles,
    cyclesNpu: totals.npuCycles,
    sramTotalBytes: sram.total,
    externalTotalBytes: dram.total + on_chip_flash.total + off_chip_flash.total,
    sramMemoryUsedBytes: totals.memoryUsed.sram,
    macs: totals.macs,
    encodedWeightBytes: totals.encodedWeightBytes,
    cpuOps: totals.cpuOperators,
    predicted: totals.predictedWeights,
  };
}

/**
 * An evaluator that works out once what designs have in common.
 *
 * @param values whether weights that a design changes are worked out, or their encoded sizes predicted
 */
export function createEvaluator(space: Space, values: Values = 'known'): Evaluator {
  const applier = createApplier(space, values);
  const trialApplier = values === 'known' ? createApplier(space, 'unknown') : applier;
  const estimator = createEstimator();
  const systemDigit = space.sites.length + space.groups.length;
  const { optimise } = space;
  const sources = new Map<string, ProgramSource>();

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

  return {
    evaluate: (digits) => figuresOf(evaluate(digits, programOf(digits))),
    segments: (system) => sourceFor(system).segmentation.segments,
    segmentFigures: (digits) => {
      const source = sourceFor(digits[systemDigit]!);
      const evaluation = evaluate(digits, source.program(digits));
      const { segments, segmentsOf } = source.segmentation;
      const { sramMemoryUsedBytes } = figuresOf(evaluation);
      return segmentFigures(
        evaluation,
        segmentsOf(entryOf(evaluation.program)),
        segments.length,
        sramMemoryUsedBytes,
      );
    },
  };
}
