import { createEstimator, type Evaluation } from '../../src/estimate.js';
import { hardwareByName } from '../../src/cost/hardware.js';
import { totalsOf } from '../../src/schedule/totals.js';
import type { Digits, Space } from '../space.js';
import { createApplier } from '../substitute/apply.js';
import { FIGURES, type DesignFigures } from './figures.js';
import { createProgramSource, type ProgramSource } from './program-source.js';

/** Knows the figures of every design of one space. Results do not depend on the order of calls. */
export interface Evaluator {
  /** @throws when the design cannot be estimated */
  readonly evaluate: (digits: Digits) => DesignFigures;
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

/** An evaluator that works out once what designs have in common. */
export function createEvaluator(space: Space): Evaluator {
  const applier = createApplier(space);
  const estimator = createEstimator();
  const systemDigit = space.sites.length + space.groups.length;
  const { optimise } = space;
  const sources = new Map<string, ProgramSource>();

  const sourceFor = (systemIndex: number): ProgramSource => {
    const { system } = space.systems[systemIndex]!;
    const { family } = hardwareByName(system.accelerator);
    let source = sources.get(family);
    if (source === undefined) {
      source = createProgramSource(
        space,
        (digits) => estimator.compile(applier.network(digits), system.accelerator),
        (a, b) => {
          const [x, y] = [a, b].map((program) =>
            figuresOf(estimator.evaluate(program, system, { optimise })),
          );
          return FIGURES.every((name) => x![name] === y![name]);
        },
      );
      sources.set(family, source);
    }
    return source;
  };

  return {
    evaluate: (digits) => {
      const index = digits[systemDigit]!;
      const program = sourceFor(index)(digits);
      return figuresOf(estimator.evaluate(program, space.systems[index]!.system, { optimise }));
    },
  };
}
