import type { Program, ProgramOp, ProgramTensor } from '../../src/schedule/program.js';
import { sharingOf, type WeightUse } from '../../src/schedule/weight-use.js';
import type { Segmentation } from './segments.js';

/** A use of a tensor that several segments touch: its number and the operation's position in the segment. */
type Use = readonly [tensor: number, op: number];

/**
 * The operations that one segment of the network becomes for given choices, ready to be put between others: a piece
 * of a program whose tensors are numbered as in every program of the same space.
 */
export interface Fragment {
  /** Number of the fragment among those of its segment. */
  readonly index: number;
  readonly ops: readonly ProgramOp[];
  /** Tensors that no other segment touches; users counted from the fragment's first operation. */
  readonly locals: readonly ProgramTensor[];
  /** The same with users counted from the program's first operation, by position of the fragment. */
  readonly placed: Map<number, readonly ProgramTensor[]>;
  /** Shared tensors as the fragment knows them: those it writes, and those that nobody writes. */
  readonly shared: readonly (readonly [tensor: number, ProgramTensor])[];
  readonly writes: readonly Use[];
  readonly reads: readonly Use[];
  /** Weights that its operations read. */
  readonly weights: readonly WeightUse[];
}

/** Consecutive operations [from, to) of a program, those of one segment. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** Stands where a program has no tensor of that number. */
const UNUSED: ProgramTensor = {
  name: '',
  type: 'int8',
  bits: 8,
  shape: [0, 0, 0, 0],
  format: 'NHWC',
  bytes: 0,
  constant: true,
  contentKey: '',
  graphInput: false,
  graphOutput: false,
  persistent: false,
  state: undefined,
  usedByCpu: false,
  producers: [],
  consumers: [],
};

/** Tensors of its own that a segment may have besides the most that any of the frame's programs has. */
const SPARE_LOCALS = 2;

/**
 * Numbering of tensors that all programs of a space share: those that several segments touch by name, then a stretch
 * for each segment's own.
 */
export interface Frame {
  readonly segmentation: Segmentation;
  readonly shared: ReadonlyMap<string, number>;
  /** First number of each segment's own tensors, and the number after the last segment's. */
  readonly bases: readonly number[];
}

/** Where the segments lie in a program; undefined if its operations do not keep to them. */
function runsOf(program: Program, { segments, segmentsOf, crosses }: Segmentation): Run[] | undefined {
  if (crosses(program)) return undefined;
  const inSegment = segmentsOf(program);
  const runs: Run[] = [];
  let at = 0;
  for (let s = 0; s < segments.length; s++) {
    const from = at;
    while (inSegment[at] === s) at++;
    runs.push({ from, to: at });
  }
  return at === inSegment.length ? runs : undefined;
}

/** Stand for tensors that several segments touch, and for those that are every segment's own. */
const SHARED = -1;
const ANYONES = -2;

/** The segment whose operations alone touch each tensor. */
const ownersOf = ({ tensors }: Program, inSegment: Int32Array): Int32Array =>
  Int32Array.from(tensors, ({ constant, producers, consumers }) => {
    const first = producers[0] ?? consumers[0];
    if (constant || first === undefined) return ANYONES;
    const segment = inSegment[first]!;
    const alone = (op: number): boolean => inSegment[op] === segment;
    return producers.every(alone) && consumers.every(alone) ? segment : SHARED;
  });

const isLocal = (owner: number | undefined, segment: number): boolean =>
  owner === segment || owner === ANYONES;

/** Every tensor that an operation names. */
const tensorsOf = (op: ProgramOp): readonly number[] => [
  ...op.ifms,
  ...op.parameters,
  ...op.chainedIfms,
  ...op.externals,
  ...op.ofms,
  ...(op.scratch === -1 ? [] : [op.scratch]),
];

/** The frame of a space of which some designs' programs are given; undefined if tensors cannot be told apart. */
export function frameOf(segmentation: Segmentation, programs: readonly Program[]): Frame | undefined {
  const shared = new Map<string, number>();
  const locals = segmentation.segments.map(() => 0);
  for (const program of programs) {
    const inSegment = segmentation.segmentsOf(program);
    const owners = ownersOf(program, inSegment);
    const own = segmentation.segments.map(() => new Set<number>());
    const names = new Map<string, number>();
    for (const [i, op] of program.ops.entries()) {
      const segment = inSegment[i]!;
      for (const id of tensorsOf(op)) {
        const tensor = program.tensors[id]!;
        if (isLocal(owners[id], segment)) {
          own[segment]!.add(id);
          continue;
        }
        if ((names.get(tensor.name) ?? id) !== id) return undefined;
        names.set(tensor.name, id);
        if (!shared.has(tensor.name)) shared.set(tensor.name, shared.size);
      }
    }
    own.forEach(({ size }, s) => (locals[s] = Math.max(locals[s]!, size)));
  }
  const bases = [shared.size];
  for (const [s, count] of locals.entries()) bases.push(bases[s]! + count + SPARE_LOCALS);
  return { segmentation, shared, bases };
}

const shift = (users: readonly number[], by: number): readonly number[] => users.map((op) => op + by);

/** Takes a program of the space apart, a fragment per segment; undefined if it does not follow the frame. */
export function fragmentsOf(program: Program, frame: Frame): Omit<Fragment, 'index'>[] | undefined {
  const runs = runsOf(program, frame.segmentation);
  if (runs === undefined) return undefined;
  const inSegment = frame.segmentation.segmentsOf(program);
  const owners = ownersOf(program, inSegment);
  const fragments: Omit<Fragment, 'index'>[] = [];
  for (const [s, run] of runs.entries()) {
    const numbers = new Map<number, number>();
    const locals: ProgramTensor[] = [];
    const shared = new Map<number, ProgramTensor>();
    const writes: Use[] = [];
    const reads: Use[] = [];
    const foreign: number[] = [];
    const numberOf = (id: number): number => {
      let number = numbers.get(id);
      if (number !== undefined) return number;
      const tensor = program.tensors[id]!;
      if (isLocal(owners[id], s)) {
        number = frame.bases[s]! + locals.length;
        locals.push({
          ...tensor,
          producers: shift(tensor.producers, -run.from),
          consumers: shift(tensor.consumers, -run.from),
        });
      } else {
        number = frame.shared.get(tensor.name) ?? -1;
        if (number === -1) foreign.push(id);
        const written = tensor.producers.some((op) => inSegment[op] === s);
        if (written || tensor.producers.length === 0) shared.set(number, tensor);
      }
      numbers.set(id, number);
      return number;
    };
    const use = (list: Use[], id: number, op: number): number => {
      const number = numberOf(id);
      if (number < frame.shared.size) list.push([number, op]);
      return number;
    };
    const ops = program.ops.slice(run.from, run.to).map((op, k): ProgramOp => ({
      ...op,
      ifms: op.ifms.map((id) => use(reads, id, k)),
      parameters: op.parameters.map((id) => use(reads, id, k)),
      chainedIfms: op.chainedIfms.map((id) => use(reads, id, k)),
      externals: op.externals.map(numberOf),
      ofms: op.ofms.map((id) => use(writes, id, k)),
      scratch: op.scratch === -1 ? -1 : numberOf(op.scratch),
      inPlaceIfms: op.inPlaceIfms.map(numberOf),
    }));
    if (foreign.length > 0 || frame.bases[s]! + locals.length > frame.bases[s + 1]!) return undefined;
    const weights = ops.flatMap((op) => op.weights ?? []);
    fragments.push({ ops, locals, placed: new Map(), shared: [...shared], writes, reads, weights });
  }
  return fragments;
}

/** Puts fragments, one per segment of the frame, together to a program. */
export function compose(
  whole: Pick<Program, 'name' | 'traits'>,
  frame: Frame,
  fragments: readonly Fragment[],
): Program {
  const sharedCount = frame.shared.size;
  const tensors = new Array<ProgramTensor>(frame.bases.at(-1)!).fill(UNUSED);
  const producers: number[][] = [];
  const consumers: number[][] = [];
  for (let t = 0; t < sharedCount; t++) {
    producers.push([]);
    consumers.push([]);
  }
  const ops: ProgramOp[] = [];
  for (let s = 0; s < fragments.length; s++) {
    const fragment = fragments[s]!;
    const at = ops.length;
    for (const op of fragment.ops) ops.push(op);
    let locals = fragment.placed.get(at);
    if (locals === undefined) {
      locals = fragment.locals.map((tensor) => ({
        ...tensor,
        producers: shift(tensor.producers, at),
        consumers: shift(tensor.consumers, at),
      }));
      fragment.placed.set(at, locals);
    }
    const base = frame.bases[s]!;
    for (let k = 0; k < locals.length; k++) tensors[base + k] = locals[k]!;
    for (const [tensor, record] of fragment.shared) tensors[tensor] = record;
    for (const [tensor, op] of fragment.writes) producers[tensor]!.push(at + op);
    for (const [tensor, op] of fragment.reads) consumers[tensor]!.push(at + op);
  }
  for (let t = 0; t < sharedCount; t++) {
    if (tensors[t] === UNUSED) continue;
    tensors[t] = { ...tensors[t]!, producers: producers[t]!, consumers: consumers[t]! };
  }
  const sharing = sharingOf(fragments.map(({ weights }) => weights));
  return { name: whole.name, traits: whole.traits, ops, tensors, sharing, before: [] };
}
