import type { BlockConfig, CostCall, Elements } from '../cost/model.js';
import { requiredIfm, type CostOp, type CostView } from '../cost/operation.js';
import { EDGE } from '../cost/u55/cycles.js';
import type { Memory } from '../npu/system.js';
import type { Encoding } from '../weights/encoding.js';
import { inputError } from '../errors.js';
import type { Machine } from './machine.js';

/** What one operation costs in the eyes of the scheduler; reference 04 §6.1. Cycles and bytes. */
export interface Figures {
  /** Cycles of all slices and stripes. */
  readonly run: number;
  /** `run` plus the transfers that cannot be hidden. */
  readonly all: number;
  readonly shown: number;
  readonly lastSlice: number;
  readonly weightCycles: number;
  readonly ifmCycles: number;
  /** Bytes of IFM read in all slices. */
  readonly ifmRead: number;
  /** Bytes of the IFM that one stripe needs. */
  readonly ifmBytes: number;
}

/**
 * An operation with its stripe height: block config, whole encoding and unbuffered figures. Depends on nothing but
 * the operation, the stripe and the machine, so it is made once for all networks that contain the operation.
 */
export interface Plan {
  readonly op: CostOp;
  readonly stripeH: number;
  readonly config: BlockConfig;
  /** Encoding of the full depth in one slice; undefined without weights. */
  readonly whole: Encoding | undefined;
  /** Cycles of copying `whole` to staging memory. */
  readonly fullTransfer: number;
  /** Cycles of the operation as a whole, feature maps in the arena. */
  readonly opCycles: number;
  /** The same with the weights read from staging memory. */
  readonly stagedOpCycles: number;
  readonly elements: Elements;
  readonly unbuffered: Figures;
  /** Slice boundaries and their encodings, by first and following depth. */
  readonly sliced: Map<number, SlicedEncoding>;
  /** Run cycles of depth slices, by depth and edge and place of the weights. */
  readonly sliceCycles: Map<number, number>;
}

export interface SlicedEncoding {
  readonly boundaries: readonly number[];
  readonly encoding: Encoding;
}

const fullStripe = (op: CostOp): number => op.ofm.shape[1];

/** Memory that a feature map is taken to lie in while decisions are made. */
const provisional = (machine: Machine, view: CostView | undefined): Memory =>
  view?.constant === true ? machine.system.constants : machine.system.featureMaps;

/** Height and width of IFM 0 that a stripe of that height reads. */
export function stripeInput(op: CostOp, stripeH: number): readonly [height: number, width: number] {
  const k = op.kernel;
  const [, h, w] = op.ifms[0]?.shape ?? op.ofm.shape;
  return [
    Math.min(requiredIfm(stripeH, k.strideH, k.height, k.dilationH, op.upscale), h),
    Math.min(requiredIfm(op.ofm.shape[2], k.strideW, k.width, k.dilationW, op.upscale), w),
  ];
}

function wholeCall(machine: Machine, op: CostOp, weightReadLatency: number): CostCall {
  const [, ofmH, ofmW, ofmC] = op.ofm.shape;
  const [, ifmH, ifmW] = op.ifms[0]!.shape;
  const { system } = machine;
  return {
    ofmH,
    ofmW,
    ofmC,
    ifmH,
    ifmW,
    edge: EDGE.whole,
    ifmMemory: provisional(machine, op.ifms[0]),
    ifm2Memory: provisional(machine, op.ifms[1]),
    ofmMemory: system.featureMaps,
    scratchMemory: system.featureMaps,
    weightReadLatency,
  };
}

/** The call for a first part of `depth` channels, its weights in staging memory. */
export function prebufferCall(machine: Machine, op: CostOp, depth: number): CostCall {
  return {
    ...wholeCall(machine, op, machine.system.staging.readLatency),
    ofmC: depth,
    edge: EDGE.first,
  };
}

function sliceCycles(
  machine: Machine,
  plan: Pick<Plan, 'op' | 'stripeH' | 'config' | 'sliceCycles'>,
  depth: number,
  edge: number,
  staged: boolean,
  ifmStaged: boolean,
): number {
  const key = ((depth * 4 + edge) * 2 + (staged ? 1 : 0)) * 2 + (ifmStaged ? 1 : 0);
  let cycles = plan.sliceCycles.get(key);
  if (cycles === undefined) {
    const { staging, constants } = machine.system;
    const [ifmH, ifmW] = stripeInput(plan.op, plan.stripeH);
    const call: CostCall = {
      ...wholeCall(machine, plan.op, staged ? staging.readLatency : constants.readLatency),
      ofmH: plan.stripeH,
      ofmC: depth,
      ifmH,
      ifmW,
      edge,
    };
    if (ifmStaged) call.ifmMemory = staging;
    cycles = machine.model.cycles(plan.op, plan.config, call);
    plan.sliceCycles.set(key, cycles);
  }
  return cycles;
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

/** Figures of an operation whose weights are encoded in those slices; reference 04 §6.1. */
export function estimateFigures(
  machine: Machine,
  plan: Pick<Plan, 'op' | 'stripeH' | 'config' | 'sliceCycles'>,
  boundaries: readonly number[],
  encoding: Encoding | undefined,
  how: Staging,
): Figures {
  const { op, stripeH, config } = plan;
  const { model, system } = machine;
  const ifm = op.ifms[0]!;
  const multiple = Math.max(1, fullStripe(op) / stripeH);
  const weightMemory = how.staged ? system.staging : system.constants;
  const copied = how.staged && system.staging.name !== system.constants.name;
  const [ifmH, ifmW] = stripeInput(op, stripeH);
  const extent = { ofmH: stripeH, ofmW: op.ofm.shape[2], ofmC: 0, ifmH, ifmW };
  const last = boundaries.length - 2;
  let ifmRead = 0;
  let weightRead = 0;
  let passes = 0;
  let run = 0;
  let shown = 0;
  let slack = how.slack;
  let lastSlice = 0;
  for (let k = 0; k <= last; k++) {
    const depth = boundaries[k + 1]! - boundaries[k]!;
    extent.ofmC = depth;
    const elements = model.elements(op, config, extent);
    ifmRead += (elements.ifmRead * ifm.bits) / 8;
    const edge = (k === 0 ? EDGE.first : 0) | (k === last ? EDGE.last : 0);
    lastSlice = sliceCycles(machine, plan, depth, edge, how.staged, how.ifmStaged);
    if (encoding !== undefined) {
      const range = encoding.rangeBytes[k]!;
      weightRead += range * elements.passes;
      passes += elements.passes;
      if (copied) {
        const transfer = model.copyCycles(weightMemory, system.constants, range);
        if (transfer > slack) shown += transfer - slack;
      }
    }
    run += lastSlice;
    slack = how.double ? lastSlice : 0;
  }
  run = Math.trunc(multiple * run);
  const ifmMemory = how.ifmStaged ? system.staging : provisional(machine, ifm);
  return {
    run,
    all: run + shown,
    shown,
    lastSlice,
    weightCycles:
      encoding === undefined
        ? 0
        : Math.trunc(
            multiple * (model.readCycles(weightMemory, Math.trunc(weightRead / passes)) * passes),
          ),
    ifmCycles: Math.trunc(multiple * model.readCycles(ifmMemory, ifmRead)),
    ifmRead,
    ifmBytes: Math.trunc((ifm.shape[0] * ifmH * ifmW * ifm.shape[3] * ifm.bits) / 8),
  };
}

function makePlan(machine: Machine, op: CostOp, stripeH: number): Plan {
  const { model, system } = machine;
  const config = model.findConfig(op, stripeH);
  if (config === undefined) {
    throw inputError(
      `the network will not compile for ${machine.accelerator.name}: no block of ${op.kind} ${op.ofm.shape.join('x')} fits its internal memory`,
    );
  }
  const depth = op.ofm.shape[3];
  const boundaries = [0, depth];
  const whole = op.weights === undefined ? undefined : model.encode(op, config, boundaries);
  const call = wholeCall(machine, op, system.constants.readLatency);
  const base = { op, stripeH, config, sliceCycles: new Map<number, number>() };
  return {
    ...base,
    whole,
    fullTransfer:
      whole === undefined
        ? 0
        : model.copyCycles(system.staging, system.constants, whole.allocatedBytes),
    opCycles: model.cycles(op, config, call),
    stagedOpCycles: model.cycles(op, config, wholeCall(machine, op, system.staging.readLatency)),
    elements: model.elements(op, config, call),
    unbuffered: estimateFigures(machine, base, boundaries, whole, UNSTAGED),
    sliced: new Map(),
  };
}

/** The plan of `op` for stripes of that height (the full height or less). */
export function planFor(machine: Machine, op: CostOp, stripeH: number = fullStripe(op)): Plan {
  let byStripe = machine.plans.get(op);
  if (byStripe === undefined) {
    byStripe = new Map();
    machine.plans.set(op, byStripe);
  }
  let plan = byStripe.get(stripeH);
  if (plan === undefined) {
    plan = makePlan(machine, op, stripeH);
    byStripe.set(stripeH, plan);
  }
  return plan;
}

/** Slices [0,first), then steps of `step`, up to the full depth. */
export function slicedEncoding(machine: Machine, plan: Plan, first: number, step: number): SlicedEncoding {
  const depth = plan.op.ofm.shape[3];
  const key = first * 2 ** 20 + step;
  let result = plan.sliced.get(key);
  if (result === undefined) {
    const boundaries = [0];
    for (let at = first; at < depth; at += step) boundaries.push(at);
    boundaries.push(depth);
    result = { boundaries, encoding: machine.model.encode(plan.op, plan.config, boundaries) };
    plan.sliced.set(key, result);
  }
  return result;
}

