import { roundUp } from '../cost/integers.js';
import type { Encoding } from '../weights/encoding.js';
import type { Schedule } from './entry.js';
import type { EncodingRequest, Machine } from './machine.js';
import type { Plan, Slices } from './plan.js';
import type { Program, ProgramOp } from './program.js';
import { sharingOf, type WeightUse } from './weight-use.js';

/** Contents beyond this size are never recognised as equal. */
export const LARGEST_COMPARED = 2 ** 24;

const ALIGNMENT = 16;

/** The encoded tensors of a schedule: weights and scale records, each content once. */
export interface EncodedTensors {
  /** For each operation the one whose encoded tensor it reads, −1 without weights. */
  readonly owner: Int32Array;
  /** Bytes of all of them. */
  readonly bytes: number;
}

/** A request with what it is answered by. */
export interface Use extends EncodingRequest {
  readonly op: ProgramOp;
  readonly weights: WeightUse;
  readonly encoding: Encoding;
}

/** An operation's use of weights in those slices; undefined without weights. */
export function useOf(
  { ops }: Pick<Program, 'ops'>,
  index: number,
  plan: Plan,
  slices: Slices,
): Use | undefined {
  const op = ops[index]!;
  const { weights } = op;
  const { encoding } = slices;
  if (weights === undefined || encoding === undefined) return undefined;
  return { index, plan, slices, op, weights, encoding };
}

/** Depth slices, of the depth that is computed where the OFM is written in another order. */
const slicesOf = ({ plan, slices: { boundaries } }: Use): readonly number[] =>
  boundaries.length === 2 ? [0, plan.op.weights!.shape[0]] : boundaries;

const STREAM_KEYS = new WeakMap<Slices, string>();

function streamKeyOf({ model }: Machine, use: Use): string {
  const { plan, slices } = use;
  let key = STREAM_KEYS.get(slices);
  if (key === undefined) {
    key = model.streamKey(plan.op, plan.config, slicesOf(use));
    STREAM_KEYS.set(slices, key);
  }
  return key;
}

/** Two encoded tensors with the same biases, made for different requests, have the same bytes. */
export function sameBytes(machine: Machine, a: Use, b: Use): boolean {
  return (
    sameSizes(a.encoding, b.encoding) &&
    a.encoding.allocatedBytes <= LARGEST_COMPARED &&
    sameStreams(machine, a, b) &&
    a.weights.records.contents() === b.weights.records.contents()
  );
}

/** Streams of weights that are not known are only equal to themselves. */
function sameStreams(machine: Machine, a: Use, b: Use): boolean {
  if (a.plan.op.weights!.predicted || b.plan.op.weights!.predicted) {
    return a.weights.content === b.weights.content && a.slices === b.slices;
  }
  return a.slices === b.slices || streamKeyOf(machine, a) === streamKeyOf(machine, b);
}

const sameSizes = (a: Encoding, b: Encoding): boolean =>
  a === b ||
  (a.allocatedBytes === b.allocatedBytes &&
    a.weightBytes === b.weightBytes &&
    a.sourceSize === b.sourceSize &&
    a.rangeBytes.length === b.rangeBytes.length);

/** What a request for encoded weights is looked up by (docs/model/weights.md#shared-encodings). */
function requestKey({ model }: Machine, use: Use): string {
  const { op, plan, weights } = use;
  const ifm = op.lowered.ifms[0]!;
  const type = ifm.type ?? ifm.tensor.type;
  return `${weights.content} ${type} ${model.layoutKey(plan.op, plan.config)} ${slicesOf(use).join()}`;
}

/** What the records of an operation that found its weights encoded with others' records are told apart by. */
function recordsKey(use: Use): string {
  const { records, biases } = use.weights;
  const { streams, scaleBytes } = use.encoding;
  return `${biases} ${records.contents()} ${streams} ${scaleBytes} ${slicesOf(use).join()}`;
}

/** Tells which encoded tensors have the same bytes. */
class Contents {
  private readonly byBiases = new Map<string, Use[]>();
  bytes = 0;

  constructor(private readonly machine: Machine) {}

  /** The first use with an equal tensor, which may be this one. */
  first(use: Use): Use {
    const { biases } = use.weights;
    let candidates = this.byBiases.get(biases);
    if (candidates === undefined) this.byBiases.set(biases, (candidates = []));
    const equal = candidates.find((other) => sameBytes(this.machine, other, use));
    if (equal !== undefined) return equal;
    candidates.push(use);
    this.bytes += roundUp(use.encoding.allocatedBytes, ALIGNMENT);
    return use;
  }
}

/**
 * Finds the encoded tensors that operations have in common (docs/model/weights.md#shared-encodings): what was asked for
 * before is found again, whatever its scale records; an operation with other rescalings keeps records of its own beside
 * it. Of what was made for different requests, equal bytes are one.
 *
 * @param requests what was asked for on the way to the schedule, where operations have weights in common
 */
export function encodedTensors(
  machine: Machine,
  program: Pick<Program, 'ops' | 'sharing'>,
  schedule: Schedule,
  requests: readonly EncodingRequest[] = [],
): EncodedTensors {
  const { biases, weights } = program.sharing;
  const asked = new Map<string, Use>();
  /** The use that had the tensor made. */
  const makerOf = (use: Use): Use => {
    if (!weights) return use;
    const key = requestKey(machine, use);
    const maker = asked.get(key) ?? use;
    asked.set(key, maker);
    return maker;
  };
  for (const { index, plan, slices } of requests) {
    const use = useOf(program, index, plan, slices);
    if (use !== undefined) makerOf(use);
  }

  const contents = new Contents(machine);
  const ownRecords = new Map<string, number>();
  const owner = new Int32Array(schedule.length).fill(-1);
  let bytes = 0;
  for (let index = 0; index < owner.length; index++) {
    const { plan, slices } = schedule[index]!;
    if (plan === undefined || slices?.encoding === undefined) continue;
    const use = program.ops[index]!.weights;
    if (!weights && (use === undefined || !biases.has(use.biasesHash))) {
      owner[index] = index;
      bytes += roundUp(slices.encoding.allocatedBytes, ALIGNMENT);
      continue;
    }
    const user = useOf(program, index, plan, slices)!;
    const maker = makerOf(user);
    owner[index] = contents.first(maker).index;
    if (user !== maker && user.weights.records.rescaling() !== maker.weights.records.rescaling()) {
      ownRecords.set(recordsKey(user), roundUp(user.encoding.scaleBytes, ALIGNMENT));
    }
  }
  for (const size of ownRecords.values()) bytes += size;
  return { owner, bytes: bytes + contents.bytes };
}

/** A graph of a network, scheduled. */
interface ScheduledGraph {
  readonly program: Program;
  readonly schedule: Schedule;
  readonly requests: readonly EncodingRequest[] | undefined;
}

/** The encoded tensors of several graphs, which are scheduled one after the other. */
export function encodedTensorsOfAll(machine: Machine, graphs: readonly ScheduledGraph[]): EncodedTensors {
  const ops = graphs.flatMap(({ program }) => program.ops);
  const sharing = sharingOf([ops.flatMap(({ weights }) => weights ?? [])]);
  let first = 0;
  const requests = graphs.flatMap(({ program, schedule, requests: asked }) => {
    const from = first;
    first += program.ops.length;
    const whole = schedule.flatMap(({ plan }, index) =>
      plan === undefined ? [] : [{ index, plan, slices: plan.whole }],
    );
    return (asked ?? whole).map((request) => ({ ...request, index: from + request.index }));
  });
  const schedule = graphs.flatMap((graph) => graph.schedule);
  return encodedTensors(machine, { ops, sharing }, schedule, requests);
}
