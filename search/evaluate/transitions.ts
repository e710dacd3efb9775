import type { Evaluation } from '../../src/estimate/evaluation.js';
import { addSums, SUMS, totalsFrom } from '../../src/estimate/totals.js';
import type { System } from '../../src/npu/system.js';
import { allocate } from '../../src/schedule/allocate.js';
import { DATA_LAYOUT } from '../../src/schedule/buffer-weights.js';
import { encodedTensors, sameBytes, useOf, type Use } from '../../src/schedule/encoded-tensors.js';
import { bufferBytes, type Entry } from '../../src/schedule/entry.js';
import { allocateFirstFit, RangeList } from '../../src/schedule/first-fit.js';
import { AREA, type Machine } from '../../src/schedule/machine.js';
import { forEachConstant, runsOnCpu } from '../../src/schedule/memory.js';
import type { Plan } from '../../src/schedule/plan.js';
import type { Program, ProgramOp } from '../../src/schedule/program.js';
import type { Fragment, Frame } from './compose.js';
import { storeEstimated } from './figures.js';
import { bufferPiecesOf, LiveRanges, livePiecesOf, type LivePieces } from './live-pieces.js';

/**
 * Operations with more bytes of weights or IFM than this take the full path: so much less than the scheduler's own
 * bound that what is left of it decides nothing.
 */
const LARGE = 2 ** 27;
/** The same for feature maps and buffers that are alive at the same time. */
const LARGE_PEAK = 2 ** 28;

/** What a segment becomes for given choices, as far as no other segment has a say in it. */
interface State {
  readonly operations: number;
  /** How it meets other segments: where it differs from that of the first state, rules of the whole network may act. */
  readonly interface: string;
  /** Live ranges in the memory that holds weight buffers, and in that of feature maps where it is another one. */
  readonly staging: LivePieces;
  readonly featureMaps: LivePieces | undefined;
  /** Numbers of the constants that it reads besides weights. */
  readonly constants: Int32Array;
  /** For each shared tensor the number of what its first reader here looks like to the writer; 0 for none. */
  readonly faces: Int32Array;
  /** By what the readers of its results look like, then by what comes before. */
  readonly transitions: (Transition | undefined)[][];
  /** Some weights are those of these states of other segments, too. */
  readonly rivals: State[];
  /** Designs with it take the full path. */
  excluded: boolean;
}

/** The figures of a segment after a given context. */
interface Transition {
  /** As `addSums` makes them. */
  readonly sums: Float64Array;
  readonly encodedBytes: number;
  readonly buffers: Float64Array;
  /** Number of the context for the segment after it. */
  readonly next: number;
  /** Some encoded tensors are equal to those of these transitions of other segments: the network stores them once. */
  readonly rivals: Transition[];
}

/** What an operation knows of the one before it. */
const contextKey = (before: Entry | undefined, spilling: boolean): string => {
  if (before === undefined) return 'start';
  if (before.plan === undefined) return 'CPU';
  return spilling ? `${before.hideCycles} ${before.freeMemory}` : `${before.hideCycles}`;
};

/** Numbers for texts, from 0 in the order of asking. */
class Numbers {
  private readonly known = new Map<string, number>();

  of(text: string): number {
    let number = this.known.get(text);
    if (number === undefined) this.known.set(text, (number = this.known.size));
    return number;
  }
}

/** What the states of several segments have in common. */
class Claims {
  private readonly known = new Map<string | number, (readonly [segment: number, state: State])[]>();

  /** Makes rivals of all states of different segments with the same key. */
  add(key: string | number, segment: number, state: State): void {
    const claims = this.known.get(key) ?? [];
    this.known.set(key, claims);
    for (const [other, rival] of claims) {
      if (other === segment) continue;
      rival.rivals.push(state);
      state.rivals.push(rival);
    }
    claims.push([segment, state]);
  }
}

const meet = <T>(one: { readonly rivals: readonly T[] }, present: readonly T[]): boolean =>
  one.rivals.length > 0 && one.rivals.some((rival) => present.includes(rival));

interface EncodedUse {
  readonly segment: number;
  readonly transition: Transition;
  readonly use: Use;
}

/**
 * The figures of designs on one system as chains of lookups: what a segment costs depends on its own choices, on the
 * operation before it (which may hide the transfer of its weights) and on the readers of its results. Each such
 * transition is learnt from a full evaluation and holds for every design in which nothing that looks at the whole
 * network acts: cascades, evictions, limits of memory, equal weights in several segments. Where that is not certain,
 * a design takes the full path, so its figures are always those of the estimator.
 */
export class Transitions {
  private readonly states: (State | undefined)[][];
  /** Contexts that each segment has been seen in. */
  private readonly contexts: readonly Numbers[];
  private readonly faces = new Numbers();
  private readonly readers = new Numbers();
  private readonly constants = new Map<string, number>();
  private readonly constantBytes: number[] = [];
  private readonly interfaces: (string | undefined)[];
  private readonly sources = new Claims();
  private readonly contents = new Claims();
  private readonly encoded = new Map<string, EncodedUse[]>();
  /** For each segment the shared tensors that it writes for another one, with the first segment that reads them. */
  private readonly written: ((readonly [tensor: number, reader: number])[] | undefined)[];
  private machine: Machine | undefined;

  private readonly current: State[] = [];
  private readonly chain: Transition[] = [];
  private readonly sums = new Float64Array(SUMS);
  private readonly live: LiveRanges;
  private readonly stagingList = new RangeList();
  private readonly featureMapList = new RangeList();
  private constantStamps = new Int32Array(64);
  private stamp = 0;

  constructor(
    private readonly frame: Frame,
    private readonly system: System,
  ) {
    const count = frame.segmentation.segments.length;
    this.states = Array.from({ length: count }, () => []);
    this.contexts = Array.from({ length: count + 1 }, () => new Numbers());
    this.contexts[0]!.of(contextKey(undefined, system.spilling));
    this.interfaces = new Array<string | undefined>(count).fill(undefined);
    this.written = new Array<undefined>(count).fill(undefined);
    this.live = new LiveRanges(frame.shared.size);
  }

  /** Writes a design's figures as row `row`; false if they are not certain from what has been learnt. */
  store(fragments: readonly Fragment[], table: Float64Array, row: number): boolean {
    const { machine, sums, current, chain } = this;
    if (machine === undefined || !this.follow(fragments)) return false;
    sums.fill(0);
    let constants = 0;
    let operations = 0;
    for (let s = 0; s < chain.length; s++) {
      const transition = chain[s]!;
      for (let column = 0; column < SUMS; column++) sums[column]! += transition.sums[column]!;
      constants += transition.encodedBytes;
      operations += current[s]!.operations;
    }
    constants += this.otherConstants();
    const memory = this.memory(2 * operations + 2);
    if (memory === undefined) return false;
    const { hardware } = machine;
    const use = { ...memory, constants };
    storeEstimated({ totals: totalsFrom(sums, use, this.system), memory: use, hardware }, table, row);
    return true;
  }

  /**
   * Learns the transitions of an evaluated design.
   *
   * @param evaluation of the program that the fragments make up
   */
  learn(fragments: readonly Fragment[], evaluation: Evaluation): void {
    if (!this.isLocal(evaluation)) return;
    this.machine ??= evaluation.machine;
    const { program, scheduled } = evaluation;
    const { spilling } = this.system;
    const { current } = this;
    let at = 0;
    fragments.forEach((fragment, s) => {
      this.written[s] ??= this.writtenBy(program, fragment, at);
      current[s] = this.states[s]![fragment.index] ??= this.stateOf(evaluation, fragment, s, at);
      at += fragment.ops.length;
    });
    at = 0;
    let context = 0;
    fragments.forEach((fragment, s) => {
      const to = at + fragment.ops.length;
      const reader = this.readerOf(s);
      const row = (current[s]!.transitions[reader] ??= []);
      const before = to === 0 ? undefined : scheduled.schedule[to - 1];
      const next = this.contexts[s + 1]!.of(contextKey(before, spilling));
      row[context] ??= this.transitionOf(evaluation, s, at, to, next);
      context = next;
      at = to;
    });
  }

  /** Finds the design's states and transitions; false if one is missing or not to be used. */
  private follow(fragments: readonly Fragment[]): boolean {
    const { states, current, chain } = this;
    for (let s = 0; s < fragments.length; s++) {
      const state = states[s]![fragments[s]!.index];
      if (state === undefined || state.excluded) return false;
      current[s] = state;
    }
    let context = 0;
    for (let s = 0; s < fragments.length; s++) {
      const transition = current[s]!.transitions[this.readerOf(s)]?.[context];
      if (transition === undefined) return false;
      chain[s] = transition;
      context = transition.next;
    }
    for (let s = 0; s < fragments.length; s++) {
      if (meet(current[s]!, current) || meet(chain[s]!, chain)) return false;
    }
    return true;
  }

  /** Number for what the readers of a segment's results look like. They matter where memory is scarce. */
  private readerOf(segment: number): number {
    const written = this.written[segment]!;
    if (!this.system.spilling || written.length === 0) return 0;
    const face = (k: number): number => this.current[written[k]![1]]!.faces[written[k]![0]]!;
    if (written.length === 1) return face(0);
    return this.readers.of(written.map((_, k) => face(k)).join());
  }

  /** Bytes of constant feature maps and tables, each content once. */
  private otherConstants(): number {
    const { constantBytes } = this;
    if (this.constantStamps.length < constantBytes.length) {
      this.constantStamps = new Int32Array(2 * constantBytes.length);
      this.stamp = 0;
    }
    const { constantStamps } = this;
    const stamp = ++this.stamp;
    let bytes = 0;
    for (const { constants } of this.current) {
      for (let k = 0; k < constants.length; k++) {
        const constant = constants[k]!;
        if (constantStamps[constant] === stamp) continue;
        constantStamps[constant] = stamp;
        bytes += constantBytes[constant]!;
      }
    }
    return bytes;
  }

  /** Bytes of feature maps and of staging memory; undefined if memory may be scarce. */
  private memory(length: number): { readonly featureMaps: number; readonly staging: number } | undefined {
    const { system, current, chain, live, stagingList, featureMapList } = this;
    const last = length - 1;
    live.begin(stagingList);
    for (let s = 0, at = 0; s < chain.length; s++) {
      const state = current[s]!;
      live.addOwn(stagingList, chain[s]!.buffers, at, last);
      live.add(stagingList, state.staging, at, last);
      at += 2 * state.operations;
    }
    live.end(stagingList);
    const staging = allocateFirstFit(stagingList, length);
    if (!system.spilling) {
      if (staging.peak >= Math.min(system.arenaCacheSize, LARGE_PEAK)) return undefined;
      return { featureMaps: sizeOf(staging, stagingList, length), staging: 0 };
    }
    live.begin(featureMapList);
    for (let s = 0, at = 0; s < chain.length; s++) {
      const state = current[s]!;
      live.add(featureMapList, state.featureMaps!, at, last);
      at += 2 * state.operations;
    }
    live.end(featureMapList);
    const featureMaps = allocateFirstFit(featureMapList, length);
    // Feature maps that were moved back compete for staging memory before they are.
    if (staging.peak + featureMaps.peak > Math.min(system.arenaCacheSize, LARGE_PEAK)) return undefined;
    return {
      featureMaps: sizeOf(featureMaps, featureMapList, length),
      staging: sizeOf(staging, stagingList, length, system.arenaCacheSize),
    };
  }

  /** Nothing in the evaluation was decided by a look at the whole network. */
  private isLocal({ optimise, program, scheduled }: Evaluation): boolean {
    const { spilling, arenaCacheSize } = this.system;
    if (optimise === 'Size' || scheduled.cascaded || runsOnCpu(program) || program.sharing.weights)
      return false;
    if (program.tensors.some(({ state }) => state !== undefined)) return false;
    if (!spilling) return scheduled.snapshot.peak < Math.min(arenaCacheSize, LARGE_PEAK);
    return program.ops.every(
      ({ cost, ifms, primaryIfm, ofms }) =>
        cost !== undefined &&
        program.tensors[ifms[primaryIfm]!]!.bytes + program.tensors[ofms[0]!]!.bytes <
          Math.min(arenaCacheSize, LARGE_PEAK),
    );
  }

  /** Shared tensors that operations from `at` write and another segment reads first. */
  private writtenBy(program: Program, { ops }: Fragment, at: number): (readonly [number, number])[] {
    const inSegment = this.frame.segmentation.segmentsOf(program);
    const found = new Map<number, number>();
    for (const { ofms } of ops) {
      const id = ofms[0];
      if (id === undefined || id >= this.frame.shared.size) continue;
      const [reader] = program.tensors[id]!.consumers;
      if (reader !== undefined && inSegment[reader] !== inSegment[at]) found.set(id, inSegment[reader]!);
    }
    return [...found];
  }

  private stateOf(evaluation: Evaluation, fragment: Fragment, segment: number, at: number): State {
    const { program, scheduled } = evaluation;
    const { areas } = scheduled.placement;
    const { spilling } = this.system;
    const sharedCount = this.frame.shared.size;
    const ops = program.ops.slice(at, at + fragment.ops.length);
    const { tensors } = program;
    const isIn =
      (area: number) =>
      (id: number): boolean =>
        areas[id] !== AREA.constants && (!spilling || areas[id] === area);
    const constants = new Set<number>();
    for (const op of ops) {
      forEachConstant(op, tensors, 0, (key, bytes) => {
        let constant = this.constants.get(key);
        if (constant === undefined) {
          this.constants.set(key, (constant = this.constants.size));
          this.constantBytes.push(bytes);
        }
        constants.add(constant);
      });
    }
    const faces = new Int32Array(sharedCount);
    for (const [tensor, k] of fragment.reads) {
      if (faces[tensor] !== 0) continue;
      const { plan } = scheduled.schedule[at + k]!;
      faces[tensor] = 1 + this.faces.of(faceOf(plan));
    }
    const state: State = {
      operations: ops.length,
      interface: interfaceOf(program, ops, areas, sharedCount, spilling),
      staging: livePiecesOf(ops, tensors, isIn(AREA.staging), sharedCount),
      featureMaps: spilling ? livePiecesOf(ops, tensors, isIn(AREA.featureMaps), sharedCount) : undefined,
      constants: Int32Array.from(constants),
      faces,
      transitions: [],
      rivals: [],
      excluded: ops.some((_, k) => isLarge(scheduled.schedule[at + k]!)),
    };
    if ((this.interfaces[segment] ??= state.interface) !== state.interface) state.excluded = true;
    for (const { source, content } of fragment.weights) {
      this.sources.add(source, segment, state);
      this.contents.add(content, segment, state);
    }
    return state;
  }

  private transitionOf(
    evaluation: Evaluation,
    segment: number,
    from: number,
    to: number,
    next: number,
  ): Transition {
    const { machine, program, scheduled } = evaluation;
    const sums = new Float64Array(SUMS);
    addSums(evaluation, sums, from, to);
    const entries = scheduled.schedule.slice(from, to);
    const owners = Array.from(scheduled.bufferOwner.slice(from, to), (owner) => owner - from);
    const own = { ops: program.ops.slice(from, to), sharing: program.sharing };
    const transition: Transition = {
      sums,
      encodedBytes: encodedTensors(machine, own, entries).bytes,
      buffers: bufferPiecesOf(entries, owners),
      next,
      rivals: [],
    };
    entries.forEach(({ plan, slices }, k) => {
      if (plan === undefined || slices?.encoding === undefined) return;
      const use = useOf(own, k, plan, slices);
      if (use !== undefined) this.compare({ segment, transition, use });
    });
    return transition;
  }

  /** Excludes encoded tensors that are equal to those of another segment: the network stores them once. */
  private compare(one: EncodedUse): void {
    const { biases } = one.use.weights;
    const { allocatedBytes, weightBytes } = one.use.encoding;
    const key = `${biases} ${allocatedBytes} ${weightBytes}`;
    const others = this.encoded.get(key) ?? [];
    this.encoded.set(key, others);
    for (const other of others) {
      if (other.segment === one.segment || !sameBytes(this.machine!, other.use, one.use)) continue;
      other.transition.rivals.push(one.transition);
      one.transition.rivals.push(other.transition);
    }
    if (!others.some(({ segment, transition }) => segment === one.segment && transition === one.transition))
      others.push(one);
  }
}

/** Bytes that ranges take: those of the first trial if no allocation can be smaller. */
const sizeOf = (
  { size, peak }: { readonly size: number; readonly peak: number },
  list: RangeList,
  length: number,
  limit?: number,
): number => {
  if (size <= peak) return size;
  const { count, starts, ends, sizes } = list;
  const none = new Int32Array(0);
  return allocate({ count, starts, ends, sizes, length, rangeOf: none, times: none }, 16, limit);
};

const isLarge = ({ plan, buffer }: Entry): boolean =>
  plan !== undefined &&
  (plan.ifmBytes > LARGE ||
    bufferBytes(buffer) > LARGE ||
    (plan.whole.encoding !== undefined && plan.whole.encoding.allocatedBytes > LARGE));

/** What the writer of a feature map sees of an operation that reads it. */
const faceOf = (plan: Plan | undefined): string => {
  if (plan === undefined) return 'CPU';
  const { run, weightCycles, ifmCycles } = plan.unbuffered;
  return `${run} ${weightCycles} ${ifmCycles} ${plan.ifmBytes}`;
};

/**
 * How a segment's operations use tensors that other segments touch, as far as rules of the whole network look at it:
 * the kinds of writers and, where feature maps may be moved to staging memory, how they are read.
 */
function interfaceOf(
  { tensors }: Program,
  ops: readonly ProgramOp[],
  areas: Uint8Array,
  sharedCount: number,
  spilling: boolean,
): string {
  const isShared = (id: number): boolean => id < sharedCount;
  const facts = new Set<string>();
  const soft: string[] = [];
  const seen = new Set<number>();
  const name = (id: number): string => {
    if (isShared(id)) return String(id);
    const { constant, consumers } = tensors[id]!;
    if (constant) return 'constant';
    return `${areas[id]}${consumers.length > 1 ? ` of ${id}` : ''}`;
  };
  for (const { cost, lowered, ifms, chainedIfms, ofms } of ops) {
    const written = ofms.filter(isShared);
    for (const id of written) {
      if (seen.has(id)) continue;
      seen.add(id);
      facts.add(`write ${id} ${DATA_LAYOUT.has(lowered.kind)}`);
    }
    if (!spilling) continue;
    const elementwise = cost?.opClass === 'elementwise';
    if (!elementwise) for (const id of ifms.filter(isShared)) facts.add(`read ${id}`);
    if ((elementwise && ifms.some(isShared)) || chainedIfms.some(isShared)) {
      soft.push(`${elementwise} ${ifms.map(name).join()} ${chainedIfms.map(name).join()}`);
    }
  }
  return [...[...facts].sort(), ...soft].join(';');
}
