import { EDGE, wholeCall, type CostCall } from '../cost/model.js';
import { requiredIfm, type CostOp, type CostView } from '../cost/operation.js';
import { inputError } from '../errors.js';
import type { Memory } from '../npu/system.js';
import type { Encoding } from '../weights/encoding.js';
import type { Machine } from './machine.js';
import type { Figures, Plan, SliceFigures, Slices } from './plan.js';

type Striped = Pick<Plan, 'op' | 'stripeH' | 'config'>;

/** Memory that a feature map is taken to lie in while decisions are made. */
const provisional = (machine: Machine, view: CostView | undefined): Memory =>
  view?.constant === true ? machine.system.constants : machine.system.featureMaps;

/** Height and width of IFM 0 that a stripe of that height reads. */
function stripeInput(op: CostOp, stripeH: number): readonly [height: number, width: number] {
  const k = op.kernel;
  const [, h, w] = op.ifms[0]!.shape;
  return [
    Math.min(requiredIfm(stripeH, k.strideH, k.height, k.dilationH, op.upscale), h),
    Math.min(requiredIfm(op.ofm.shape[2], k.strideW, k.width, k.dilationW, op.upscale), w),
  ];
}

/** The whole operation with its feature maps where they are before any moves. */
function provisionalCall(machine: Machine, op: CostOp, weightReadLatency: number): CostCall {
  const { featureMaps } = machine.system;
  const places = {
    ifm: provisional(machine, op.ifms[0]),
    ifm2: provisional(machine, op.ifms[1]),
    ofm: featureMaps,
    scratch: featureMaps,
  };
  return wholeCall(op, places, weightReadLatency);
}

/** Cycles of a first part of `depth` channels, its weights in staging memory. */
export function prebufferCycles(machine: Machine, plan: Plan, depth: number): number {
  let cycles = plan.prebufferCycles.get(depth);
  if (cycles === undefined) {
    const call = provisionalCall(machine, plan.op, machine.system.staging.readLatency);
    cycles = machine.model.cycles(plan.op, plan.config, { ...call, ofmC: depth, edge: EDGE.first });
    plan.prebufferCycles.set(depth, cycles);
  }
  return cycles;
}

function sliceFigures(
  machine: Machine,
  plan: Striped,
  slices: Slices,
  staged: boolean,
  ifmStaged: boolean,
): SliceFigures {
  const index = (staged ? 1 : 0) + (ifmStaged ? 2 : 0);
  const known = slices.figures[index];
  if (known !== undefined) return known;

  const { op, stripeH, config } = plan;
  const { model, system } = machine;
  const { boundaries, encoding } = slices;
  const ifm = op.ifms[0]!;
  const multiple = Math.max(1, op.ofm.shape[1] / stripeH);
  const weightMemory = staged ? system.staging : system.constants;
  const [ifmH, ifmW] = stripeInput(op, stripeH);
  const call: CostCall = {
    ...provisionalCall(machine, op, weightMemory.readLatency),
    ofmH: stripeH,
    ifmH,
    ifmW,
  };
  if (ifmStaged) call.ifmMemory = system.staging;
  const last = boundaries.length - 2;
  const cycles: number[] = [];
  const transfers: number[] = [];
  let ifmRead = 0;
  let weightRead = 0;
  let passes = 0;
  let run = 0;
  for (let k = 0; k <= last; k++) {
    call.ofmC = boundaries[k + 1]! - boundaries[k]!;
    call.edge = (k === 0 ? EDGE.first : 0) | (k === last ? EDGE.last : 0);
    const elements = model.elements(op, config, call);
    ifmRead += (elements.ifmRead * ifm.bits) / 8;
    cycles[k] = model.cycles(op, config, call);
    run += cycles[k]!;
    if (encoding !== undefined) {
      const range = encoding.rangeBytes[k]!;
      weightRead += range * elements.passes;
      passes += elements.passes;
      transfers[k] =
        weightMemory.name === system.constants.name
          ? 0
          : model.copyCycles(weightMemory, system.constants, range);
    }
  }
  const weightCycles =
    encoding === undefined
      ? 0
      : Math.trunc(
          multiple * (model.weightReadCycles(config, weightMemory, Math.trunc(weightRead / passes)) * passes),
        );
  const result: SliceFigures = {
    run: Math.trunc(multiple * run),
    lastSlice: cycles[last]!,
    weightCycles,
    ifmCycles: Math.trunc(multiple * model.ifmReadCycles(op, call.ifmMemory, ifmRead)),
    ifmRead,
    cycles,
    transfers,
  };
  slices.figures[index] = result;
  return result;
}

/** How the weights are read in an estimate. */
export interface Staging {
  /** Weights are copied to staging memory first. */
  readonly staged: boolean;
  /** In two buffers, so that one slice is fetched while the other is used. */
  readonly double: boolean;
  /** Cycles in which the first transfer hides. */
  readonly slack: number;
  /** The IFM comes from a rolling buffer. */
  readonly ifmStaged: boolean;
}

const UNSTAGED: Staging = { staged: false, double: false, slack: 0, ifmStaged: false };

/** Figures of an operation whose weights are encoded in those slices; docs/model/scheduling.md#estimates. */
export function estimateFigures(machine: Machine, plan: Striped, slices: Slices, how: Staging): Figures {
  const parts = sliceFigures(machine, plan, slices, how.staged, how.ifmStaged);
  let shown = 0;
  let { slack } = how;
  for (let k = 0; k < parts.transfers.length; k++) {
    const transfer = parts.transfers[k]!;
    if (transfer > slack) shown += transfer - slack;
    slack = how.double ? parts.cycles[k]! : 0;
  }
  const { run, lastSlice, weightCycles, ifmCycles, ifmRead } = parts;
  return { run, all: run + shown, shown, lastSlice, weightCycles, ifmCycles, ifmRead };
}

const makeSlices = (boundaries: readonly number[], encoding: Encoding | undefined): Slices => ({
  boundaries,
  encoding,
  figures: [],
  rows: new Map(),
});

function makePlan(machine: Machine, op: CostOp, stripeH: number): Plan | undefined {
  const { model, system } = machine;
  const prepared = model.prepare(op, stripeH);
  if (prepared === undefined) return undefined;
  const boundaries = [0, op.ofm.shape[3]];
  const { config, encoding } = prepared;
  const whole = makeSlices(boundaries, encoding);
  const call = { ...provisionalCall(machine, op, system.constants.readLatency), asDense: true };
  const staged = { ...call, weightReadLatency: system.staging.readLatency };
  const base = { op, stripeH, config };
  const ifm = op.ifms[0]!;
  const [ifmH, ifmW] = stripeInput(op, stripeH);
  return {
    ...base,
    whole,
    fullTransfer:
      encoding === undefined
        ? 0
        : model.copyCycles(system.staging, system.constants, encoding.allocatedBytes),
    opCycles: model.cycles(op, config, call),
    stagedOpCycles: model.cycles(op, config, staged),
    elements: model.elements(op, config, call),
    ifmBytes: Math.trunc((ifm.shape[0] * ifmH * ifmW * ifm.shape[3] * ifm.bits) / 8),
    unbuffered: estimateFigures(machine, base, whole, UNSTAGED),
    sliced: new Map(),
    prebufferCycles: new Map(),
  };
}

/** The plan of `op` in one stripe; undefined if no block of it fits the accelerator's memory. */
export function wholePlan(machine: Machine, op: CostOp): Plan | undefined {
  const known = machine.plans.get(op);
  if (known !== undefined) return known.full;
  const full = makePlan(machine, op, op.ofm.shape[1]);
  if (full !== undefined) machine.plans.set(op, { full, striped: new Map() });
  return full;
}

/**
 * The plan of `op` for stripes of that height (the full height or less).
 *
 * @throws ParetouError of kind `input` if no block of it fits the accelerator's memory
 */
export function planFor(machine: Machine, op: CostOp, stripeH: number = op.ofm.shape[1]): Plan {
  const full = wholePlan(machine, op);
  if (full !== undefined && stripeH === op.ofm.shape[1]) return full;
  const striped = machine.plans.get(op)?.striped;
  const plan = striped?.get(stripeH) ?? makePlan(machine, op, stripeH);
  if (plan === undefined) {
    throw inputError(
      `${machine.hardware.name} has no block for ${op.kind} ${op.ofm.shape.join('x')} in stripes of ${stripeH} rows`,
    );
  }
  striped?.set(stripeH, plan);
  return plan;
}

/** Slices [0,first), then steps of `step`, up to the full depth. */
export function slicesOf(machine: Machine, plan: Plan, first: number, step: number): Slices {
  const depth = plan.op.ofm.shape[3];
  const key = first * 2 ** 20 + step;
  let result = plan.sliced.get(key);
  if (result === undefined) {
    const boundaries = [0];
    for (let at = first; at < depth; at += step) boundaries.push(at);
    boundaries.push(depth);
    result = makeSlices(boundaries, machine.model.encode(plan.op, plan.config, boundaries));
    plan.sliced.set(key, result);
  }
  return result;
}
