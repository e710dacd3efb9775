import { roundUp } from '../cost/integers.js';
import type { Encoding } from '../weights/encoding.js';
import type { Schedule } from './entry.js';
import type { EncodingRequest, Machine } from './machine.js';
import type { Slices } from './plan.js';
import type { Program, ProgramOp } from './program.js';
import type { WeightUse } from './weight-use.js';

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
interface Use extends EncodingRequest {
  readonly op: ProgramOp;
  readonly weights: WeightUse;
  readonly encoding: Encoding;
}

function useOf(program: Program, request: EncodingRequest): Use | undefined {
  const op = program.ops[request.index]!;
  const { encoding } = request.slices;
  if (op.weights === undefined || encoding === undefined) return undefined;
  return { ...request, op, weights: op.weights, encoding };
}

/** Depth slices, of the depth that is computed where the OFM is written in another order. */
const slicesOf = ({ plan, slices: { boundaries } }: Use): readonly number[] =>
  boundaries.length === 2 ? [0, plan.op.weights!.shape[0]] : boundaries;

const STREAM_KEYS = new WeakMap<Slices, string>();

function streamKeyOf({ model }: Machine, use: Use): string {
  const { plan, slices, weights } = use;
  if (plan.op.weights!.predicted) return `${weights.content} ${slicesOf(use).join()}`;
  let key = STREAM_KEYS.get(slices);
  if (key === undefined) {
    key = model.streamKey(plan.op, plan.config, slicesOf(use));
    STREAM_KEYS.set(slices, key);
  }
  return key;
}

const sameRecords = (a: WeightUse, b: WeightUse): boolean =>
  a.biases === b.biases && a.records.contents() === b.records.contents();

/** Two encoded tensors made for different requests have the same bytes. */
function sameBytes(machine: Machine, a: Use, b: Use): boolean {
  return (
    a.encoding.allocatedBytes <= LARGEST_COMPARED &&
    sameRecords(a.weights, b.weights) &&
    streamKeyOf(machine, a) === streamKeyOf(machine, b)
  );
}

const sizesOf = ({ weightBytes, allocatedBytes, sourceSize, rangeBytes }: Encoding): string =>
  `${weightBytes},${allocatedBytes},${sourceSize},${rangeBytes.length}`;

/** What a request for encoded weights is looked up by (reference 07, part A rule 2.1). */
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

/** Every operation's own encoded tensor. */
function allDifferent(schedule: Schedule): EncodedTensors {
  let bytes = 0;
  const owner = new Int32Array(schedule.length).fill(-1);
  schedule.forEach(({ slices }, index) => {
    if (slices?.encoding === undefined) return;
    owner[index] = index;
    bytes += roundUp(slices.encoding.allocatedBytes, ALIGNMENT);
  });
  return { owner, bytes };
}

/** Tells which encoded tensors have the same bytes. */
class Contents {
  private readonly bySizes = new Map<string, Use[]>();
  bytes = 0;

  constructor(private readonly machine: Machine) {}

  /** The first use with an equal tensor, which may be this one. */
  first(use: Use): Use {
    const sizes = sizesOf(use.encoding);
    const candidates = this.bySizes.get(sizes) ?? [];
    this.bySizes.set(sizes, candidates);
    const equal = candidates.find((other) => sameBytes(this.machine, other, use));
    if (equal !== undefined) return equal;
    candidates.push(use);
    this.bytes += roundUp(use.encoding.allocatedBytes, ALIGNMENT);
    return use;
  }
}

/**
 * Finds the encoded tensors that operations have in common (reference 07, part A rule 2): what was asked for before is
 * found again, whatever its scale records; an operation with other rescalings keeps records of its own beside it. Of
 * what was made for different requests, equal bytes are one.
 */
export function encodedTensors(machine: Machine, program: Program, schedule: Schedule): EncodedTensors {
  if (!program.sharing.possible) return allDifferent(schedule);
  const asked = new Map<string, Use>();
  const ask = (request: EncodingRequest): { use: Use; made: Use } | undefined => {
    const use = useOf(program, request);
    if (use === undefined) return undefined;
    const key = requestKey(machine, use);
    const made = asked.get(key) ?? use;
    asked.set(key, made);
    return { use, made };
  };
  for (const request of machine.requests ?? []) ask(request);

  const contents = new Contents(machine);
  const ownRecords = new Map<string, number>();
  const owner = new Int32Array(schedule.length).fill(-1);
  schedule.forEach(({ plan, slices }, index) => {
    const found = plan && slices && ask({ index, plan, slices });
    if (found === undefined) return;
    const { use, made } = found;
    owner[index] = contents.first(made).index;
    if (use.weights.records.rescaling() !== made.weights.records.rescaling()) {
      ownRecords.set(recordsKey(use), roundUp(use.encoding.scaleBytes, ALIGNMENT));
    }
  });
  const records = [...ownRecords.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { owner, bytes: contents.bytes + records };
}
