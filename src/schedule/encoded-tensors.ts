import { roundUp } from '../cost/integers.js';
import type { Encoding } from '../weights/encoding.js';
import type { Schedule } from './entry.js';
import type { Machine } from './machine.js';
import type { Plan, Slices } from './plan.js';
import type { Program, ProgramOp } from './program.js';
import type { WeightUse } from './weight-use.js';

/** Contents beyond this size are never recognised as equal. */
export const LARGEST_COMPARED = 2 ** 24;

const ALIGNMENT = 16;

/** The encoded tensors of a schedule: weights and scale records, each content once. */
export interface EncodedTensors {
  /** For each operation the first one that reads the same encoded weights, −1 without weights. */
  readonly owner: Int32Array;
  /** Bytes of all of them. */
  readonly bytes: number;
}

/** One operation's part in a schedule. */
interface Use {
  readonly op: ProgramOp;
  readonly weights: WeightUse;
  readonly plan: Plan;
  readonly slices: Slices;
  readonly encoding: Encoding;
}

function useOf(op: ProgramOp, { plan, slices }: Schedule[number]): Use | undefined {
  const { weights } = op;
  const encoding = slices?.encoding;
  if (weights === undefined || plan === undefined || encoding === undefined) return undefined;
  return { op, weights, plan, slices: slices!, encoding };
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

/**
 * Finds the encoded tensors that operations have in common (reference 07, part A rule 2): what was asked for before is
 * found again, whatever its scale records; an operation with other rescalings keeps records of its own beside it. Of
 * what was made for different requests, equal bytes are one.
 */
export function encodedTensors(machine: Machine, program: Program, schedule: Schedule): EncodedTensors {
  const owner = new Int32Array(schedule.length).fill(-1);
  const requests = new Map<string, Use & { readonly index: number }>();
  const bySizes = new Map<string, number[]>();
  const ownRecords = new Set<string>();
  const uses: (Use | undefined)[] = [];
  const { possible } = program.sharing;
  let bytes = 0;
  const keep = (size: number): void => {
    bytes += roundUp(size, ALIGNMENT);
  };
  for (let index = 0; index < schedule.length; index++) {
    const use = useOf(program.ops[index]!, schedule[index]!);
    if (use === undefined) continue;
    const { encoding, weights } = use;
    if (!possible) {
      owner[index] = index;
      keep(encoding.allocatedBytes);
      continue;
    }
    uses[index] = use;
    const key = requestKey(machine, use);
    const found = requests.get(key);
    if (found !== undefined) {
      owner[index] = owner[found.index]!;
      if (found.weights.records.rescaling() !== weights.records.rescaling()) {
        const records = recordsKey(use);
        if (!ownRecords.has(records)) keep(encoding.scaleBytes);
        ownRecords.add(records);
      }
      continue;
    }
    requests.set(key, { ...use, index });
    const sizes = sizesOf(encoding);
    const candidates = bySizes.get(sizes) ?? [];
    bySizes.set(sizes, candidates);
    const equal = candidates.find((other) => sameBytes(machine, uses[other]!, use));
    owner[index] = equal ?? index;
    if (equal !== undefined) continue;
    candidates.push(index);
    keep(encoding.allocatedBytes);
  }
  return { owner, bytes };
}
