import type { Evaluation } from '../../../src/estimate/evaluation.js';
import type { System } from '../../../src/npu/system.js';
import { plainEntry, CPU_ENTRY, type Entry } from '../../../src/schedule/entry.js';
import { AREA, type Machine } from '../../../src/schedule/machine.js';
import { runsOnCpu } from '../../../src/schedule/memory.js';
import type { Plan } from '../../../src/schedule/plan.js';
import type { Fragment, Frame } from '../compose.js';
import { DESIGN_SUMS, estimatedFrom, storeEstimated } from '../figures.js';
import type { FvpFigures } from '../fvp-figures.js';
import { Constants } from './constants.js';
import { agree, interfaceOf, type Interface } from './interface.js';
import { contextKey, faceKey } from './keys.js';
import { bytesOfRanges, LiveRanges, livePiecesOf, type LivePieces } from './live-pieces.js';
import { Numbered } from './numbered.js';
import { Claims, EncodedClaims, meetsRival } from './rivals.js';
import { scheduleSegment, type ScheduledSegment } from './schedule-segment.js';
import { NumberLists } from './number-lists.js';
import { stepOf, UNCERTAIN, type State, type Step, type Transition } from './state.js';
import { RowCache } from './row-cache.js';
import { SumRows } from './sum-rows.js';

/**
 * Operations with more bytes of weights or IFM than this take the full path: so much less than the scheduler's own
 * bound that what is left of it decides nothing.
 */
const LARGE = 2 ** 27;
/** The same for feature maps and buffers that are alive at the same time. */
const LARGE_PEAK = 2 ** 28;

/** Bytes of feature maps, and of staging memory where it is another one. */
interface Memory {
  readonly featureMaps: number;
  readonly staging: number;
}

/** What a segment costs depends on no later one, and memory is never scarce but for enormous networks. */
export const isSimple = ({ spilling, arenaCacheSize }: System): boolean =>
  !spilling && arenaCacheSize >= LARGE_PEAK;

/**
 * The figures of designs on one system as chains of transitions: what a segment costs depends on its own choices (its
 * state), on the operation before it, which may hide the transfer of its weights (its context), and on the readers of
 * its results. Each transition is scheduled once and holds for every design in which nothing acts that looks at the
 * whole network: cascades, evictions, limits of memory, equal weights in several segments. Where that is not certain,
 * a design takes the full path, so its figures are always those of the estimator.
 */
export class Transitions {
  private readonly states: (State | undefined)[][];
  /** Contexts that each segment has been seen in: the entry of the operation before. */
  private readonly contexts: readonly Numbered<Entry | undefined>[];
  /** The context of each segment after an operation of the CPU, where it has been seen in it. */
  private readonly cpuContexts: Int32Array;
  private readonly faces = new Numbered<Plan | undefined>(1);
  /** Faces of readers where a segment writes several tensors for others. */
  private readonly readers = new Numbered<readonly number[]>();
  private readonly constants = new Constants();
  /** Of the segments of the first design that was learnt from. Nothing is learnt from those that do not agree with it. */
  private interfaces: readonly Interface[] | undefined;
  private readonly sources = new Claims<State>();
  private readonly contents = new Claims<State>();
  private readonly encoded = new EncodedClaims<Transition>();
  private machine: Machine | undefined;

  /** Everything about transitions by their number. */
  private readonly transitions: Transition[] = [];
  /** The context that each leads to. */
  private readonly nexts: number[] = [];
  /** Sums of their operations, then the bytes of encoded tensors. */
  private readonly rows = new SumRows();
  /** Live ranges of their weight buffers. */
  private readonly buffers = new NumberLists();

  /** Numbers for what transitions and their states say of live ranges. */
  private readonly lives: number[] = [];
  private readonly liveKinds = new Numbered<undefined>();
  private readonly known: RowCache;

  private readonly current: State[] = [];
  /** Numbers of the transitions of a design, and of their live ranges. */
  private readonly chain: Int32Array;
  private readonly liveRow: Int32Array;
  private readonly sums = new Float64Array(DESIGN_SUMS + 1);
  private readonly live: LiveRanges;

  constructor(
    private readonly frame: Frame,
    private readonly system: System,
    private readonly fvp: FvpFigures,
  ) {
    const count = frame.segmentation.segments.length;
    this.states = Array.from({ length: count }, () => []);
    this.contexts = Array.from({ length: count + 1 }, () => new Numbered<Entry | undefined>());
    this.chain = new Int32Array(count);
    this.liveRow = new Int32Array(count);
    this.known = new RowCache(count, 2);
    this.cpuContexts = new Int32Array(count + 1).fill(UNCERTAIN);
    this.contextOf(0, undefined);
    this.live = new LiveRanges(frame.shared.size);
  }

  /** Writes a design's figures as row `row`; false if they are not certain from what has been learnt. */
  store(fragments: readonly Fragment[], table: Float64Array, row: number): boolean {
    const { machine, sums, current, chain, rows } = this;
    if (machine === undefined || !this.follow(machine, fragments)) return false;
    let operations = 0;
    let usesNpu = false;
    for (let s = 0; s < current.length; s++) {
      const state = current[s]!;
      usesNpu ||= state.usesNpu;
      operations += state.operations;
    }
    // A network without any operation for the NPU is left as it is.
    if (!usesNpu) return false;
    const memory = this.memory(2 * operations + 2);
    if (memory === undefined) return false;
    rows.addUp(chain, chain.length, sums);
    const constants = this.constants.total(current) + sums[DESIGN_SUMS]!;
    storeEstimated(estimatedFrom(sums, { ...memory, constants }, machine, this.fvp), table, row);
    return true;
  }

  /**
   * Learns the states of an evaluated design.
   *
   * @param evaluation of the program that the fragments make up
   */
  learn(fragments: readonly Fragment[], evaluation: Evaluation): void {
    if (fragments.every(({ index }, s) => this.states[s]![index] !== undefined)) return;
    if (!this.isLocal(evaluation) || shareWeights(fragments)) return;
    const interfaces = this.interfacesOf(fragments, evaluation);
    this.interfaces ??= interfaces;
    if (!agree(this.interfaces, interfaces, this.system.spilling)) return;
    this.machine ??= evaluation.machine;
    const plain = evaluation.scheduled.schedule.map(({ plan }) =>
      plan === undefined ? CPU_ENTRY : plainEntry(plan),
    );
    let at = 0;
    fragments.forEach((fragment, s) => {
      this.states[s]![fragment.index] ??= this.stateOf(evaluation, plain, fragment, s, at);
      at += fragment.ops.length;
    });
  }

  /** There are rivals somewhere. */
  private get isContested(): boolean {
    return this.sources.contested || this.contents.contested || this.encoded.contested;
  }

  /** One segment after a context, where transitions are simple; undefined if it is not certain. */
  step(segment: number, fragment: Fragment, context: number): Step | undefined {
    const { machine } = this;
    const state = this.states[segment]![fragment.index];
    if (machine === undefined || state === undefined || state.excluded) return undefined;
    this.current[segment] = state;
    if (this.meetsReaders(segment, context)) return undefined;
    const number = this.transitionTo(machine, segment, context, 0);
    if (number === UNCERTAIN) return undefined;
    const transition = this.transitions[number]!;
    return (transition.step ??= stepOf(state, transition));
  }

  /** True if the sums of some steps are those of their design; `bytes` is the sum of theirs. */
  holds(chain: readonly Step[], bytes: number): boolean {
    if (bytes >= LARGE_PEAK) return false;
    if (!this.isContested) return true;
    for (let s = 0; s < chain.length; s++) if (chain[s]!.rivals.length > 0) return false;
    return true;
  }

  /** Finds the design's states and transitions; false if a state is missing or must not be used. */
  private follow(machine: Machine, fragments: readonly Fragment[]): boolean {
    const { states, current, chain, nexts } = this;
    for (let s = 0; s < fragments.length; s++) {
      const state = states[s]![fragments[s]!.index];
      if (state === undefined || state.excluded) return false;
      current[s] = state;
    }
    let context = 0;
    for (let s = 0; s < fragments.length; s++) {
      const number = this.transitionTo(machine, s, context, this.readerOf(s, context));
      if (number === UNCERTAIN) return false;
      chain[s] = number;
      context = nexts[number]!;
    }
    return !this.hasRivals();
  }

  /** Some weights or encoded tensors of the design may be one in several segments. */
  private hasRivals(): boolean {
    const { current, chain, transitions } = this;
    if (this.sources.contested || this.contents.contested) {
      if (current.some((state) => meetsRival(state, current))) return true;
    }
    if (!this.encoded.contested) return false;
    return chain.some((own) => transitions[own]!.rivals.some(({ number }) => chain.includes(number)));
  }

  private contextOf(segment: number, before: Entry | undefined): number {
    const context = this.contexts[segment]!.numberOf(contextKey(before, this.system.spilling), before);
    if (before !== undefined && before.plan === undefined) this.cpuContexts[segment] = context;
    return context;
  }

  /** Number of the face of the first reader, after a segment, of a tensor; 0 for none. */
  private faceOf(segment: number, tensor: number): number {
    const { current } = this;
    for (let s = segment + 1; s < current.length; s++) {
      const face = current[s]!.faces[tensor]!;
      if (face !== 0) return face;
    }
    return 0;
  }

  /**
   * Readers of a segment's results decide about its weight buffers: where staging memory is apart, and after operations
   * of the CPU, which count as leaving no memory free.
   */
  private meetsReaders(segment: number, context: number): boolean {
    const { written, usesCpu } = this.current[segment]!;
    if (written.length === 0) return false;
    return this.system.spilling || usesCpu || context === this.cpuContexts[segment];
  }

  /** Number for the faces of the readers of a segment's results; 0 where they do not matter. */
  private readerOf(segment: number, context: number): number {
    if (!this.meetsReaders(segment, context)) return 0;
    const { written } = this.current[segment]!;
    if (written.length === 1) return this.faceOf(segment, written[0]!);
    const faces = written.map((tensor) => this.faceOf(segment, tensor));
    return this.readers.numberOf(faces.join(), faces);
  }

  /** What a design takes of memory, if another one with the same live ranges has not told; undefined where it may be scarce. */
  private memory(length: number): Memory | undefined {
    const { chain, lives, liveRow, known } = this;
    if (!known.isUseful) return this.placed(length);
    for (let s = 0; s < chain.length; s++) liveRow[s] = lives[chain[s]!]!;
    const slot = known.slotOf(liveRow);
    if (!known.has(slot, liveRow)) {
      const { featureMaps = NaN, staging = NaN } = this.placed(length) ?? {};
      known.keep(slot, liveRow, featureMaps, staging);
    }
    const featureMaps = known.at(slot, 0);
    return Number.isNaN(featureMaps) ? undefined : { featureMaps, staging: known.at(slot, 1) };
  }

  /** Places the live ranges of a design. */
  private placed(length: number): Memory | undefined {
    const { spilling, arenaCacheSize } = this.system;
    const { current, chain, live } = this;
    const { data, firsts } = this.buffers;
    const most = Math.min(arenaCacheSize, LARGE_PEAK);
    const last = length - 1;
    live.begin();
    for (let s = 0, at = 0; s < chain.length; s++) {
      const number = chain[s]!;
      live.addOwn(data, firsts[number]!, firsts[number + 1]!, at, last);
      live.add(current[s]!.staging, at, last);
      at += 2 * current[s]!.operations;
    }
    live.end();
    const first = live.firstFit(length);
    if (!spilling) {
      return first.peak < most ? { featureMaps: live.size(first, length), staging: 0 } : undefined;
    }
    if (first.peak > most) return undefined;
    const staging = live.size(first, length, arenaCacheSize);
    live.begin();
    for (let s = 0, at = 0; s < chain.length; s++) {
      live.add(current[s]!.featureMaps!, at, last);
      at += 2 * current[s]!.operations;
    }
    live.end();
    const others = live.firstFit(length);
    // Feature maps that were moved back compete for staging memory before they are.
    if (first.peak + others.peak > most) return undefined;
    return { featureMaps: live.size(others, length), staging };
  }

  /** Nothing in the evaluation was decided by a look at the whole network. */
  private isLocal({ optimise, program, scheduled, memory }: Evaluation): boolean {
    const { spilling, arenaCacheSize } = this.system;
    const { tensors, ops, sharing } = program;
    if (optimise === 'Size' || scheduled.cascaded || runsOnCpu(program) || sharing.weights) return false;
    if (tensors.some(({ state }) => state !== undefined)) return false;
    const most = Math.min(arenaCacheSize, LARGE_PEAK);
    if (!spilling) return scheduled.snapshot.peak < most;
    // Otherwise feature maps may have been evicted that stay in other designs.
    if (memory.staging + memory.featureMaps > most) return false;
    return ops.every(
      ({ cost, ifms, primaryIfm, ofms }) =>
        cost !== undefined && tensors[ifms[primaryIfm]!]!.bytes + tensors[ofms[0]!]!.bytes < most,
    );
  }

  private interfacesOf(fragments: readonly Fragment[], { program, scheduled }: Evaluation): Interface[] {
    let at = 0;
    return fragments.map(({ ops: { length } }) => {
      const ops = program.ops.slice(at, (at += length));
      return interfaceOf(program, ops, scheduled.placement.areas, this.frame.shared.size);
    });
  }

  private stateOf(
    evaluation: Evaluation,
    plain: readonly Entry[],
    fragment: Fragment,
    segment: number,
    from: number,
  ): State {
    const { program, scheduled } = evaluation;
    const { areas } = scheduled.placement;
    const { spilling } = this.system;
    const { tensors } = program;
    const sharedCount = this.frame.shared.size;
    const to = from + fragment.ops.length;
    const ops = program.ops.slice(from, to);
    const pieces = (area: number): LivePieces => {
      const isIn = (id: number): boolean => areas[id] !== AREA.constants && (!spilling || areas[id] === area);
      return livePiecesOf(ops, tensors, isIn, sharedCount);
    };
    const faces = new Int32Array(sharedCount);
    for (const [tensor, k] of fragment.reads) {
      const { plan } = plain[from + k]!;
      if (faces[tensor] === 0) faces[tensor] = this.faces.numberOf(faceKey(plan), plan);
    }
    const written = new Set(ops.flatMap(({ ofms }) => ofms.slice(0, 1)));
    const state: State = {
      operations: ops.length,
      usesCpu: ops.some(({ cost }) => cost === undefined),
      usesNpu: ops.some(({ cost }) => cost !== undefined),
      segment: { program, from, to, areas, plain },
      written: [...written].filter((id) => id < sharedCount && faces[id] === 0),
      staging: pieces(AREA.staging),
      featureMaps: spilling ? pieces(AREA.featureMaps) : undefined,
      constants: this.constants.of(segment, ops, tensors),
      faces,
      transitions: [],
      rivals: [],
      excluded: plain.slice(from, to).some(({ plan }) => plan !== undefined && isLarge(plan)),
    };
    for (const { source, content } of fragment.weights) {
      this.sources.add(source, segment, state);
      this.contents.add(content, segment, state);
    }
    return state;
  }

  /** Number of a transition, which is found once; `UNCERTAIN` where the figures of the segment are not its own alone. */
  private transitionTo(machine: Machine, segment: number, context: number, reader: number): number {
    const row = (this.current[segment]!.transitions[reader] ??= []);
    return (row[context] ??= this.scheduled(machine, segment, context, reader));
  }

  private scheduled(machine: Machine, segment: number, context: number, reader: number): number {
    const { written, segment: own } = this.current[segment]!;
    const before = this.contexts[segment]!.at(context);
    if ((before === undefined) !== (own.from === 0) && own.to > own.from) return UNCERTAIN;
    const readers = new Map<number, Plan | undefined>();
    if (this.meetsReaders(segment, context)) {
      const faces = written.length > 1 ? this.readers.at(reader) : [reader];
      written.forEach((tensor, k) => {
        const [consumer] = own.program.tensors[tensor]!.consumers;
        const face = faces[k]!;
        if (consumer !== undefined && face !== 0) readers.set(consumer, this.faces.at(face));
      });
    }
    const scheduled = scheduleSegment(machine, own, before, readers, this.fvp);
    return scheduled === undefined ? UNCERTAIN : this.keep(machine, segment, scheduled);
  }

  /** Gives a scheduled segment in its current state a number. */
  private keep(machine: Machine, segment: number, scheduled: ScheduledSegment): number {
    const { sums, figures, encodedBytes, buffers, last, uses } = scheduled;
    const number = this.transitions.length;
    const next = this.contextOf(segment + 1, last);
    const transition: Transition = { number, figures, bufferBytes: bytesOfRanges(buffers), next, rivals: [] };
    this.transitions.push(transition);
    this.nexts.push(next);
    this.rows.add(Float64Array.of(...sums, encodedBytes));
    this.buffers.add(buffers);
    this.lives.push(this.liveKinds.numberOf(liveKey(this.current[segment]!, buffers), undefined));
    for (const use of uses) this.encoded.add(machine, use, segment, transition);
    return number;
  }
}

/** All that matters for where the live ranges of a segment lie. */
const liveKey = ({ operations, staging, featureMaps }: State, buffers: Float64Array): string =>
  `${operations};${staging.join()};${featureMaps?.join() ?? ''};${buffers.join()}`;

/** Weights of one segment are those of another, too: the scheduler may have decided about them together. */
function shareWeights(fragments: readonly Fragment[]): boolean {
  const users = new Map<string | number, number>();
  return fragments.some(({ weights }, s) =>
    weights
      .flatMap(({ source, content }) => [source, content])
      .some((key) => (users.get(key) ?? s) !== s || (users.set(key, s), false)),
  );
}

const isLarge = ({ ifmBytes, whole }: Plan): boolean =>
  ifmBytes > LARGE || (whole.encoding?.allocatedBytes ?? 0) > LARGE;
