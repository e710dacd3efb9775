import { hardwareByName, type Hardware } from '../cost/hardware.js';
import type { Estimate } from './types.js';
import type { Network } from '../graph/network.js';
import { lower } from '../lowering/lower.js';
import type { LoweredNetwork, LoweredOp } from '../lowering/operations.js';
import type { LoweringTarget } from '../lowering/target.js';
import type { System } from '../npu/system.js';
import { describe } from './describe.js';
import type { Evaluation } from './evaluation.js';
import { scheduleFigures } from '../schedule/figures.js';
import { createInterner, type OpInterner } from '../schedule/intern.js';
import { costOpOf, link } from '../schedule/link.js';
import { createMachine, type Machine } from '../schedule/machine.js';
import { memoryOfAll, memoryUse } from '../schedule/memory.js';
import type { Program } from '../schedule/program.js';
import { scheduleProgram, type Optimise } from '../schedule/schedule.js';
import { createEncoders } from '../weights/encoder.js';

/** What an estimate is for, beside network and system. */
export interface EstimateOptions {
  readonly optimise: Optimise;
  /** How messages name the network; by default by its name. */
  readonly file?: string;
}

/** Estimates networks and keeps what they have in common: block configs, encodings, costs. */
export interface Estimator {
  /**
   * Lowers and links a network for an accelerator's family.
   *
   * @param file how messages name the network; by default by its name
   * @throws ParetouError of kind `input` for a network that does not compile
   */
  compile(network: Network, accelerator: string, file?: string): Program;
  /** Schedules a compiled program on a system: every decision and every figure, before they become an estimate. */
  evaluate(program: Program, system: System, options: EstimateOptions): Evaluation;
  /**
   * The figures of a network on a system: compiled, scheduled and summed up.
   *
   * @throws ParetouError of kind `input` for a network that does not compile
   */
  estimate(network: Network, system: System, options: EstimateOptions): Estimate;
}

/** OFM block of an operation that has to be cut into blocks because it is too large (docs/model/lowering.md#blocks). */
function blockOf(op: LoweredOp, hardware: Hardware): readonly [number, number, number] {
  const kernel = { ...op.kernel, height: 1, width: 1, strideH: 1, strideW: 1 };
  const config = hardware.findConfig(costOpOf({ ...op, kernel }), op.ofms[0]!.shape[1]);
  const [, h, w, c] = op.ofms[0]!.slice?.shape ?? op.ofms[0]!.shape;
  return [Math.min(config?.ofmH ?? h, h), Math.min(config?.ofmW ?? w, w), Math.min(config?.ofmC ?? c, c)];
}

/** An estimator, which remembers what it has computed; results never depend on what it has seen before. */
export function createEstimator(): Estimator {
  const encoders = createEncoders();
  const intern: OpInterner = createInterner();
  const machines = new WeakMap<System, Partial<Record<Optimise, Machine>>>();

  const machineFor = (system: System, optimise: Optimise): Machine => {
    const known = machines.get(system) ?? {};
    machines.set(system, known);
    const hardware = hardwareByName(system.accelerator);
    return (known[optimise] ??= createMachine(
      hardware,
      system,
      hardware.createModel(system, encoders, optimise === 'Size'),
    ));
  };

  const compile = (network: Network, accelerator: string, file?: string): Program => {
    const hardware = hardwareByName(accelerator);
    const target: LoweringTarget = { family: hardware.family, blockOf: (op) => blockOf(op, hardware) };
    const lowered: LoweredNetwork = lower(network, target, file);
    return link(lowered, hardware, intern);
  };

  const evaluate = (program: Program, system: System, options: EstimateOptions): Evaluation => {
    const machine = machineFor(system, options.optimise);
    const before = program.before.map((graph) => evaluate(graph, system, options));
    const scheduled = scheduleProgram(machine, program, options.optimise, options.file);
    const figures = scheduleFigures(machine, program, scheduled.schedule, scheduled.placement.areas);
    const alone = memoryUse(system, program, scheduled);
    const memory =
      before.length === 0 ? alone : memoryOfAll(machine, [...before, { program, scheduled, memory: alone }]);
    return { machine, program, optimise: options.optimise, scheduled, figures, memory, before };
  };

  return {
    compile,
    evaluate,
    estimate: (network, system, options) =>
      describe(evaluate(compile(network, system.accelerator, options.file), system, options)),
  };
}

/** Estimates one network on one system. */
export const estimate = (network: Network, system: System, options: EstimateOptions): Estimate =>
  createEstimator().estimate(network, system, options);
