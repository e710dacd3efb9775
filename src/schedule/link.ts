import type { Group } from '../cost/groups.js';
import type { Hardware } from '../cost/hardware.js';
import { activationClassOf, opClassOf, type CostOp, type CostView, type Format } from '../cost/operation.js';
import { ELEMENT_BITS } from '../graph/network.js';
import type {
  FeatureMap,
  LoweredNetwork,
  LoweredOp,
  LookUpTable,
  OpKind,
  View,
} from '../lowering/operations.js';
import { FAMILIES } from '../lowering/families/families.js';
import { contentHash } from '../lowering/weights.js';
import { storedBytes, tensorFormat, type Connection, type TensorUse } from './formats.js';
import type { OpInterner } from './intern.js';
import type { Program, ProgramOp, ProgramTensor } from './program.js';
import { sharingOf, weightUseOf } from './weight-use.js';

/** Reductions and poolings that may run in stripes (docs/model/scheduling.md#stripes). */
const POOLING_FAMILY: ReadonlySet<OpKind> = new Set<OpKind>([
  'MaxPool',
  'AvgPool',
  'SumPool',
  'ReduceSum',
  'ReduceMin',
  'ReduceMax',
  'ReduceAny',
  'ReduceAll',
  'ArgMax',
]);

/** Operations with weights that may run in parts. */
const SUBDIVIDABLE: ReadonlySet<OpKind> = new Set<OpKind>(['Conv2D', 'DepthwiseConv2D', 'FullyConnected']);

/**
 * Operations whose result may take the place of their input, besides elementwise ones
 * (docs/model/scheduling.md#live-ranges).
 */
const COPYING: ReadonlySet<OpKind> = new Set<OpKind>([
  'Relu',
  'Relu6',
  'Relu0To1',
  'ReluN1To1',
  'ReluN',
  'Prelu',
  'Clamp',
  'Sigmoid',
  'Tanh',
  'LUT',
  'Rescale',
  'Quantize',
  'MemoryCopy',
  'Transpose',
]);

const NO_INPUTS: readonly number[] = [];

export const isPoolingFamily = (kind: OpKind): boolean => POOLING_FAMILY.has(kind);

/** The operation whose OFM is the group's result: the last one that is not merely fused onto another. */
const lastMember = (op: LoweredOp): LoweredOp => op.subs.findLast((sub) => sub.chained === true) ?? op;

/** The operation writes its elements in another order than it computes them. */
const isRearranged = ({ transposed, reversed }: View): boolean =>
  reversed !== undefined || transposed?.some((axis, i) => axis !== i) === true;

/** Collects the tensors of a network and who uses them, in order of first use. */
class Uses {
  readonly list: TensorUse[] = [];
  readonly producers: number[][] = [];
  readonly consumers: number[][] = [];
  private readonly slots = new Map<FeatureMap, number>();

  private slot(tensor: FeatureMap): number {
    let slot = this.slots.get(tensor);
    if (slot === undefined) {
      slot = this.list.length;
      this.slots.set(tensor, slot);
      this.list.push({ tensor, producers: [], consumers: [] });
      this.producers.push([]);
      this.consumers.push([]);
    }
    return slot;
  }

  read(connection: Connection, opIndex: number): number {
    const slot = this.slot(connection.view.tensor);
    this.list[slot]!.consumers.push(connection);
    this.consumers[slot]!.push(opIndex);
    return slot;
  }

  write(connection: Connection, opIndex: number): number {
    const slot = this.slot(connection.view.tensor);
    this.list[slot]!.producers.push(connection);
    this.producers[slot]!.push(opIndex);
    return slot;
  }

  scratch(tensor: FeatureMap): number {
    return this.slot(tensor);
  }

  find(tensor: FeatureMap): number | undefined {
    return this.slots.get(tensor);
  }
}

/** Inputs that chained sub-operations read from outside the group. */
function externalInputs(op: LoweredOp): { sub: LoweredOp; view: View }[] {
  const result: { sub: LoweredOp; view: View }[] = [];
  let internal: FeatureMap | undefined = op.ofms[0]?.tensor;
  for (const sub of op.subs) {
    if (sub.chained !== true) continue;
    for (const view of sub.ifms) if (view.tensor !== internal) result.push({ sub, view });
    internal = sub.ofms[0]?.tensor;
  }
  return result;
}

/** Index of the input that stripes follow (docs/model/scheduling.md#primary-input). */
function primaryIfmIndex(op: LoweredOp, elementwise: boolean): number {
  const [a, b] = op.ifms;
  if (!elementwise || a === undefined || b === undefined) return 0;
  if (a.tensor.constant !== undefined && b.tensor.constant === undefined) return 1;
  const ofm = op.ofms[0]!.shape;
  const like = (view: View): boolean => view.shape.every((axis, i) => axis === ofm[i]);
  return !like(a) && like(b) ? 1 : 0;
}

/** How an operation sees a feature map, given its view and, where that is known, the tensor's place in memory. */
type SeeView = (view: View) => CostView;

function makeCostOp(op: LoweredOp, see: SeeView, group: Group | undefined): CostOp {
  const last = lastMember(op);
  const fused = op.subs.find((sub) => sub.chained !== true);
  const written = last.ofms[0]!;
  const own = op.ofms[0]!;
  const ofm = group?.internalOfm === true ? { ...see(own), format: 'NHCWB16' as const } : see(written);
  return {
    kind: op.kind,
    opClass: opClassOf(op.kind),
    kernel: op.kernel,
    upscale: op.upscale,
    scaled: op.scaled,
    ifms: op.ifms.map(see),
    ofm,
    ofmTransposed: op.kind !== 'Transpose' && written.transposed !== undefined,
    ofmReversed: written.reversed !== undefined,
    activation: activationClassOf(fused?.kind),
    usesLut: op.lut !== undefined || op.subs.some((sub) => sub.lut !== undefined),
    lutBytes: op.lut?.bytes ?? 0,
    weights: op.weights,
    ...(group !== undefined && {
      members: group.members,
      externals: group.externals.map((external) => ({ ...external, view: see(external.view) })),
    }),
    ...(own.transposed !== undefined && { ofmOrder: own.transposed }),
    ...(own.reversed !== undefined && { ofmReversedAxis: own.reversed }),
    ...(op.resizeScale !== undefined && { resizeScale: op.resizeScale }),
  };
}

const sameAxes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/** The same axes in memory: a tensor of five axes is never like one of four (docs/model/scheduling.md#live-ranges). */
const sameStorage = (a: FeatureMap, b: FeatureMap): boolean =>
  sameAxes(a.shape, b.shape) && sameAxes(a.leading ?? [], b.leading ?? []);

/** Inputs that an operation which maps them one to one may overwrite (docs/model/scheduling.md#live-ranges). */
function inPlaceInputs(
  tensors: readonly ProgramTensor[],
  isSameStorage: (a: number, b: number) => boolean,
  mapsOneToOne: boolean,
  ifms: readonly number[],
  ofmId: number,
): readonly number[] {
  const ofm = tensors[ofmId];
  if (!mapsOneToOne || ofm === undefined || ofm.producers.length !== 1 || ofm.persistent) return NO_INPUTS;
  return ifms.filter((id) => {
    const ifm = tensors[id]!;
    return (
      ifm.format === ofm.format &&
      ifm.type === ofm.type &&
      !ifm.constant &&
      !ifm.graphOutput &&
      !ifm.persistent &&
      ifm.consumers.length === 1 &&
      isSameStorage(id, ofmId)
    );
  });
}

const costView = (view: View, format: Format): CostView => ({
  shape: view.slice?.shape ?? view.shape,
  bits: ELEMENT_BITS[view.type ?? view.tensor.type],
  format,
  constant: view.tensor.constant !== undefined,
});

/** The cost of an operation on its own, all its feature maps taken to be NHWC. */
export const costOpOf = (op: LoweredOp): CostOp =>
  makeCostOp(op, (view) => costView(view, 'NHWC'), undefined);

/** What linking asks of the hardware, the same for all of a family. */
type LinkHardware = Pick<Hardware, 'family' | 'groupOf'>;

/**
 * Turns a lowered network into the program that the scheduler works on: decides every feature map's format, size
 * and users, and reduces each operation to what its cost depends on.
 */
export function link(network: LoweredNetwork, hardware: LinkHardware, intern: OpInterner): Program {
  const before = network.before.map((graph) => linkGraph(network, graph, [], hardware, intern));
  return linkGraph(network, network.ops, before, hardware, intern);
}

function linkGraph(
  { name, traits }: LoweredNetwork,
  lowered: readonly LoweredOp[],
  before: readonly Program[],
  { family, groupOf }: LinkHardware,
  intern: OpInterner,
): Program {
  const uses = new Uses();
  const connections = lowered.map((op, opIndex) => {
    const ifms = op.ifms.map((view) => uses.read({ op, view }, opIndex));
    const parameters = op.parameters?.map((view) => uses.read({ op, view }, opIndex)) ?? NO_INPUTS;
    const chainedIfms = externalInputs(op).map(({ sub, view }) => uses.read({ op: sub, view }, opIndex));
    const last = lastMember(op);
    const written = op.target === 'CPU' ? op.ofms : last.ofms;
    const ofms = written.map((view) => uses.write({ op: last, view }, opIndex));
    const scratch = op.scratch === undefined ? -1 : uses.scratch(op.scratch);
    return { ifms, parameters, chainedIfms, ofms, scratch };
  });

  const tensors = uses.list.map((use, slot): ProgramTensor => {
    const { tensor } = use;
    const format = tensorFormat(use, family);
    return {
      name: tensor.name,
      type: tensor.type,
      bits: ELEMENT_BITS[tensor.type],
      shape: tensor.shape,
      format,
      bytes: tensor.unknownShape === true ? 0 : storedBytes(tensor, format),
      constant: tensor.constant !== undefined,
      contentKey: tensor.constant === undefined ? '' : contentHash(tensor.constant),
      graphInput: tensor.graphInput,
      graphOutput: tensor.graphOutput,
      persistent: tensor.persistent,
      state: tensor.state,
      usedByCpu: [...use.producers, ...use.consumers].some(({ op }) => op.target === 'CPU'),
      producers: uses.producers[slot]!,
      consumers: uses.consumers[slot]!,
    };
  });

  const isSameStorage = (a: number, b: number): boolean =>
    sameStorage(uses.list[a]!.tensor, uses.list[b]!.tensor);
  const rules = FAMILIES[family];
  /** Tensors inside a group have no place in memory; they count as bricks. */
  const see: SeeView = (view) => {
    const slot = uses.find(view.tensor);
    return costView(view, slot === undefined ? 'NHCWB16' : tensors[slot]!.format);
  };

  const ops = lowered.map((op, i): ProgramOp => {
    const { ifms, parameters, chainedIfms, ofms, scratch } = connections[i]!;
    const last = lastMember(op);
    const npu = op.target === 'NPU';
    const ofmView = last.ofms[0];
    const group = npu && op.subs.length > 0 ? groupOf?.(op) : undefined;
    const cost = npu && ofmView !== undefined ? intern(makeCostOp(op, see, group)) : undefined;
    const elementwise = cost?.opClass === 'elementwise';
    const rearranged = cost !== undefined && ofmView !== undefined && isRearranged(ofmView);
    const pooling = POOLING_FAMILY.has(op.kind);
    const subdividable = npu && (elementwise || pooling || SUBDIVIDABLE.has(op.kind));
    const mapsOneToOne =
      npu &&
      !rearranged &&
      (elementwise || COPYING.has(op.kind) || (pooling && op.kernel.height === 1 && op.kernel.width === 1));
    return {
      lowered: op,
      cost,
      weights: npu ? weightUseOf(op) : undefined,
      macs: npu ? rules.macs(op) : 0,
      ifms,
      parameters,
      chainedIfms,
      externals: group?.externals.map(({ view }) => uses.find(view.tensor)!) ?? NO_INPUTS,
      keepsResult: group?.internalOfm ?? false,
      ofms,
      scratch,
      primaryIfm: primaryIfmIndex(op, elementwise),
      mapsOneToOne,
      inPlaceIfms: inPlaceInputs(tensors, isSameStorage, mapsOneToOne, ifms, ofms[0] ?? -1),
      divisible: subdividable && !rearranged && !op.subs.some((sub) => sub.chained === true),
      sliceable: subdividable && ofmView?.reversed !== 'C' && (ofmView?.transposed?.[3] ?? 3) === 3,
      writesSlice: last.divided === true || last.ofms.some((view) => view.slice !== undefined),
      tables: [op, ...op.subs]
        .map((member) => member.lut)
        .filter((lut): lut is LookUpTable => lut !== undefined),
      ofmShape: ofmView?.shape ?? [0, 0, 0, 0],
      ifmShapes: op.ifms.map((view) => view.shape),
    };
  });
  const sharing = sharingOf([ops.flatMap(({ weights }) => weights ?? [])]);
  return { name, traits, ops, tensors, sharing, before };
}
