import type { Program, ProgramOp, ProgramTensor } from '../../src/schedule/program.js';

/** A use of a tensor that several runs touch: its number and the operation's position in the run. */
type Use = readonly [tensor: number, op: number];

/**
 * The operations that one operator of the network becomes for given choices, ready to be put between others: a
 * piece of a program whose tensors are numbered as in every program of the same space.
 */
export interface Fragment {
  readonly ops: readonly ProgramOp[];
  /** Tensors that no other run touches; users counted from the fragment's first operation. */
  readonly locals: readonly ProgramTensor[];
  /** The same with users counted from the program's first operation, by position of the fragment. */
  readonly placed: Map<number, readonly ProgramTensor[]>;
  /** Shared tensors as the fragment knows them: those it writes, and those that nobody writes. */
  readonly shared: readonly (readonly [tensor: number, ProgramTensor])[];
  readonly writes: readonly Use[];
  readonly reads: readonly Use[];
}

/** Consecutive operations that come from one operator of the network. */
export interface Run {
  readonly origin: number;
  readonly from: number;
  readonly to: number;
}

/** Splits a program where the operator that operations come from changes. */
export function runsOf(program: Program): Run[] {
  const runs: { origin: number; from: number; to: number }[] = [];
  program.ops.forEach(({ lowered: { origin } }, i) => {
    const last = runs.at(-1);
    if (last?.origin === origin) last.to = i + 1;
    else runs.push({ origin, from: i, to: i + 1 });
  });
  return runs;
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
  usedByCpu: false,
  producers: [],
  consumers: [],
};

/** Tensors of its own that a run may have besides those that it has in the frame's program. */
const SPARE_LOCALS = 8;

/**
 * Numbering of tensors that all programs of a space share: those that several runs touch by name, then a stretch
 * for each run's own. Undefined where the program cannot be taken apart that way.
 */
export interface Frame {
  readonly runs: readonly Run[];
  readonly shared: ReadonlyMap<string, number>;
  /** First number of each run's own tensors, and the number after the last run's. */
  readonly bases: readonly number[];
}

function runIndex(runs: readonly Run[]): Int32Array {
  const index = new Int32Array(runs.at(-1)?.to ?? 0);
  runs.forEach((run, r) => index.fill(r, run.from, run.to));
  return index;
}

/** True for tensors that only the operations of run `r` touch. */
const isLocal = (tensor: ProgramTensor, inRun: Int32Array, r: number): boolean =>
  tensor.constant ||
  (tensor.producers.every((op) => inRun[op] === r) && tensor.consumers.every((op) => inRun[op] === r));

/** The frame of a space whose first design's program is given; undefined if its tensors cannot be told apart. */
export function frameOf(program: Program): Frame | undefined {
  const runs = runsOf(program);
  if (runs.some((run) => run.origin < 0) || program.sharedWeights.size > 0) return undefined;
  const inRun = runIndex(runs);
  const shared = new Map<string, number>();
  const locals = new Array<number>(runs.length).fill(SPARE_LOCALS);
  for (const tensor of program.tensors) {
    const run = inRun[tensor.producers[0] ?? tensor.consumers[0] ?? 0]!;
    if (isLocal(tensor, inRun, run)) {
      locals[run]!++;
      continue;
    }
    if (shared.has(tensor.name)) return undefined;
    shared.set(tensor.name, shared.size);
  }
  const bases = [shared.size];
  for (const [r, count] of locals.entries()) bases.push(bases[r]! + count);
  return { runs, shared, bases };
}

const shift = (users: readonly number[], by: number): readonly number[] => users.map((op) => op + by);

/** Takes a program of the space apart; undefined if it does not follow the frame. */
export function fragmentsOf(program: Program, frame: Frame): Fragment[] | undefined {
  const runs = runsOf(program);
  if (runs.length !== frame.runs.length || runs.some((run, r) => run.origin !== frame.runs[r]!.origin)) {
    return undefined;
  }
  const inRun = runIndex(runs);
  const fragments: Fragment[] = [];
  for (const [r, run] of runs.entries()) {
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
      if (isLocal(tensor, inRun, r)) {
        number = frame.bases[r]! + locals.length;
        locals.push({
          ...tensor,
          producers: shift(tensor.producers, -run.from),
          consumers: shift(tensor.consumers, -run.from),
        });
      } else {
        number = frame.shared.get(tensor.name) ?? -1;
        if (number === -1) foreign.push(id);
        const written = tensor.producers.some((op) => inRun[op] === r);
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
      chainedIfms: op.chainedIfms.map((id) => use(reads, id, k)),
      ofms: op.ofms.map((id) => use(writes, id, k)),
      scratch: op.scratch === -1 ? -1 : numberOf(op.scratch),
      inPlaceIfms: op.inPlaceIfms.map(numberOf),
    }));
    if (foreign.length > 0 || frame.bases[r]! + locals.length > frame.bases[r + 1]!) return undefined;
    fragments.push({ ops, locals, placed: new Map(), shared: [...shared], writes, reads });
  }
  return fragments;
}

/** Puts fragments, one per run of the frame, together to a program. */
export function compose(name: string, frame: Frame, fragments: readonly Fragment[]): Program {
  const sharedCount = frame.shared.size;
  const tensors = new Array<ProgramTensor>(frame.bases.at(-1)!).fill(UNUSED);
  const producers: number[][] = [];
  const consumers: number[][] = [];
  for (let t = 0; t < sharedCount; t++) {
    producers.push([]);
    consumers.push([]);
  }
  const ops: ProgramOp[] = [];
  for (let r = 0; r < fragments.length; r++) {
    const fragment = fragments[r]!;
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
    const base = frame.bases[r]!;
    for (let k = 0; k < locals.length; k++) tensors[base + k] = locals[k]!;
    for (const [tensor, record] of fragment.shared) tensors[tensor] = record;
    for (const [tensor, op] of fragment.writes) producers[tensor]!.push(at + op);
    for (const [tensor, op] of fragment.reads) consumers[tensor]!.push(at + op);
  }
  for (let t = 0; t < sharedCount; t++) {
    tensors[t] = { ...tensors[t]!, producers: producers[t]!, consumers: consumers[t]! };
  }
  return { name, ops, tensors, sharedWeights: NO_SHARED_WEIGHTS };
}

const NO_SHARED_WEIGHTS: Program['sharedWeights'] = new Map();
