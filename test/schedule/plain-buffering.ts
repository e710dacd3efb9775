/** Weight buffering as docs/model/scheduling.md#weight-buffers words it, one operation after another. */
import { EDGE, type CostCall } from '../../src/cost/model.js';
import { requiredIfm, type CostOp } from '../../src/cost/operation.js';
import type { Memory } from '../../src/npu/system.js';
import type { Entry, Schedule } from '../../src/schedule/entry.js';
import type { Snapshot } from '../../src/schedule/liveness.js';
import type { Machine } from '../../src/schedule/machine.js';
import type { Program } from '../../src/schedule/program.js';
import type { Encoding } from '../../src/weights/encoding.js';

/** What is decided for one operation; `parts` is empty without a buffer. */
export interface Decision {
  readonly boundaries: readonly number[];
  readonly parts: readonly number[];
  readonly prebuffered: boolean;
  readonly hide: number;
  readonly free: number;
}

interface Estimate {
  readonly runCyc: number;
  readonly allCyc: number;
  readonly shown: number;
  readonly lastCyc: number;
  readonly wCyc: number;
  readonly iCyc: number;
  readonly ifmRd: number;
  readonly ifmB: number;
}

const trunc = Math.trunc;
const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
const up = (a: number, m: number): number => ceilDiv(a, m) * m;
const down = (a: number, m: number): number => Math.floor(a / m) * m;

/** Asks the cost model about one entry. */
class Costs {
  constructor(
    private readonly machine: Machine,
    readonly op: CostOp,
    readonly entry: Entry,
  ) {}

  get config() {
    return this.entry.plan!.config;
  }

  private memoryOf(index: number): Memory {
    const { constants, featureMaps } = this.machine.system;
    return this.op.ifms[index]?.constant === true ? constants : featureMaps;
  }

  private call(latency: number): CostCall {
    const [, ofmH, ofmW, ofmC] = this.op.ofm.shape;
    const [, ifmH, ifmW] = this.op.ifms[0]!.shape;
    const { featureMaps } = this.machine.system;
    return {
      ...{ ofmH, ofmW, ofmC, ifmH, ifmW },
      edge: EDGE.whole,
      ifmMemory: this.memoryOf(0),
      ifm2Memory: this.memoryOf(1),
      ofmMemory: featureMaps,
      scratchMemory: featureMaps,
      weightReadLatency: latency,
    };
  }

  /** Cycles of `Efull`, weights in the constants' memory or staged. */
  full(staged: boolean): number {
    const { model, system } = this.machine;
    const { readLatency } = staged ? system.staging : system.constants;
    return model.cycles(this.op, this.config, this.call(readLatency));
  }

  passes(): number {
    return this.machine.model.elements(this.op, this.config, this.call(0)).passes;
  }

  /** Cycles of `Epre`. */
  pre(depth: number): number {
    const { model, system } = this.machine;
    const call = this.call(system.staging.readLatency);
    return model.cycles(this.op, this.config, { ...call, ofmC: depth, edge: EDGE.first });
  }

  encode(boundaries: readonly number[]): Encoding {
    return this.machine.model.encode(this.op, this.config, boundaries);
  }

  estimate(
    boundaries: readonly number[],
    encoding: Encoding | undefined,
    slackAtStart: number,
    double: boolean,
    staged: boolean,
    ifmStaged: boolean,
  ): Estimate {
    const { model, system } = this.machine;
    const { op, config, entry } = this;
    const k = op.kernel;
    const [N, ifmH, ifmW, ifmC] = op.ifms[0]!.shape;
    const { stripeH } = entry.plan!;
    const mult = Math.max(1, op.ofm.shape[1] / stripeH);
    const wmem = staged ? system.staging : system.constants;
    const imem = ifmStaged ? system.staging : this.memoryOf(0);
    const rows = Math.min(requiredIfm(stripeH, k.strideH, k.height, k.dilationH, op.upscale), ifmH);
    const columns = Math.min(requiredIfm(op.ofm.shape[2], k.strideW, k.width, k.dilationW, op.upscale), ifmW);
    const slices = boundaries.length - 1;
    let [ifmRd, wRd, passes, run, shown, lastCyc] = [0, 0, 0, 0, 0, 0];
    let slack = slackAtStart;
    for (let s = 0; s < slices; s++) {
      const edge = (s === 0 ? EDGE.first : 0) + (s === slices - 1 ? EDGE.last : 0);
      const call: CostCall = {
        ...this.call(wmem.readLatency),
        ofmH: stripeH,
        ofmC: boundaries[s + 1]! - boundaries[s]!,
        ifmH: rows,
        ifmW: columns,
        edge,
        ifmMemory: imem,
      };
      const elements = model.elements(op, config, call);
      ifmRd += (elements.ifmRead * op.ifms[0]!.bits) / 8;
      lastCyc = model.cycles(op, config, call);
      if (encoding !== undefined) {
        const range = encoding.rangeBytes[s]!;
        wRd += range * elements.passes;
        passes += elements.passes;
        if (wmem.name !== system.constants.name) {
          shown += Math.max(model.copyCycles(wmem, system.constants, range) - slack, 0);
        }
      }
      run += lastCyc;
      slack = double ? lastCyc : 0;
    }
    const runCyc = trunc(mult * run);
    const wCyc = encoding
      ? trunc(mult * (model.weightReadCycles(config, wmem, trunc(wRd / passes)) * passes))
      : 0;
    const iCyc = trunc(mult * model.ifmReadCycles(op, imem, ifmRd));
    const ifmB = trunc((N * rows * columns * ifmC * op.ifms[0]!.bits) / 8);
    return { runCyc, allCyc: runCyc + shown, shown, lastCyc, wCyc, iCyc, ifmRd, ifmB };
  }

  /** `R0`: one slice, unbuffered. */
  unbuffered(): Estimate {
    const boundaries = [0, this.op.ofm.shape[3]];
    const encoding = this.op.weights && this.encode(boundaries);
    return this.estimate(boundaries, encoding, 0, false, false, false);
  }
}

const opDominated = (e: Estimate): boolean => e.runCyc > e.wCyc && e.runCyc > e.iCyc;

/** Decisions for a schedule without shared weights (method *full* does not occur). */
export function plainBuffering(
  machine: Machine,
  program: Program,
  R: Schedule,
  snapshot: Snapshot,
  limit: number,
): (Decision | undefined)[] {
  const { model, system } = machine;
  const RO = system.constants;
  const STG = system.staging;
  const Lb = Math.min(limit, 2 ** 30);
  const buf = [...snapshot.buffers];
  const rest = snapshot.used.map((bytes, x) => bytes - snapshot.buffers[x]!);
  const costsOf = (i: number): Costs => new Costs(machine, program.ops[i]!.cost!, R[i]!);
  const decisions: (Decision | undefined)[] = [];

  const decide = (i: number, free: number): (Omit<Decision, 'free'> & { last: number }) | undefined => {
    const op = program.ops[i]!;
    const costs = costsOf(i);
    const entry = R[i]!;
    const { place } = entry;
    const B = free;
    const D = costs.op.ofm.shape[3];
    const blkD = costs.config.ofmC;
    const minD = 16;
    // 3
    const oneSlice = costs.encode([0, D]);
    const FW = oneSlice.allocatedBytes;
    const FT = model.copyCycles(STG, RO, FW);
    if (RO.name === STG.name) return undefined;
    // 4
    const stripes = place ? ceilDiv(costs.op.ofm.shape[1], entry.plan!.stripeH) : 1;
    const rf = costs.passes() * stripes;
    const CU = model.weightReadCycles(costs.config, RO, FW) * rf;
    const CB = model.weightReadCycles(costs.config, STG, FW) * rf;
    if (CB >= CU) return undefined;
    // 5
    const sliceable = op.divisible && !place;
    const hasPrev = i > 0;
    const prevIsCpu = hasPrev && program.ops[i - 1]!.cost === undefined;
    const SC = hasPrev ? (decisions[i - 1]?.hide ?? 0) : 0;
    const SM = hasPrev ? (decisions[i - 1]?.free ?? 0) : B;
    const ST = trunc((FT * Math.min(D, 16)) / D);
    const preOk = i !== 0 && (!place || place.first);
    const startup = (!hasPrev || prevIsCpu) && rf > 1 && (ST < trunc(CU / 10) || ST <= 1000);
    const R0 = costs.unbuffered();
    const busy = R0.runCyc > CU;
    // 6
    const VF = Math.max(FT - SC, 0);
    const CF = CB + VF;
    const slicing = sliceable && (startup || CF < CU || trunc(D / blkD) > 2 || (preOk && ST < SC && rf > 1));
    const covered = VF < trunc(FT / 20) || ceilDiv(VF, stripes) < 1000;
    const single = FW <= B && !sliceable && (covered || startup) && (CF < CU || !busy);
    if (!slicing && !single) return undefined;
    // 7
    const Bh = trunc(B / 2);
    let p = 1;
    if (!single) {
      const a = Math.min(16 / D, 1);
      const h = Math.min(Bh / FW, 1);
      const q = Math.min(SC / FT, 1);
      p = 1 - Math.floor(q / a) * a < a / 2 ? 1 : q;
      if (busy && p > 0.5 && p < 1) p = Math.min(Math.max(up(Math.floor(D * 0.5), 16) / D, 0.5), 1);
      p = Math.min(Math.max(p, a), h);
    }
    let boundaries: number[] = [0, D];
    let encoding = oneSlice;
    if (p < 1) {
      // 9
      let P = Math.max(down(trunc(D * p), minD), 16);
      let V = 0;
      if (P < D) {
        V = trunc((D * costs.pre(P)) / FT);
        V = up(Math.max(V, 16), blkD);
        if (trunc((V / D) * FW) > Bh) V = trunc((Bh / FW) * D);
      }
      // 10
      let again = V !== 0;
      while (again) {
        V = Math.max(down(V, V > blkD ? blkD : minD), minD);
        boundaries = [0];
        for (let at = P; at < D; at += V) boundaries.push(at);
        boundaries.push(D);
        encoding = costs.encode(boundaries);
        if (Math.max(...encoding.rangeBytes) <= Bh || (P === 16 && V === minD)) again = false;
        else if (V > P) V = up(trunc(V / 2), minD);
        else P = up(trunc(P / 2), 16);
      }
      if (boundaries.length > 3 && Math.fround(V / up(V, blkD)) < Math.fround(0.3) && busy) return undefined;
    }
    // 11
    const largest = (parity: number): number =>
      Math.max(0, ...encoding.rangeBytes.filter((_, k) => k % 2 === parity));
    const big = Math.max(largest(0), largest(1));
    let parts: number[];
    if (largest(0) + largest(1) <= B && big < encoding.allocatedBytes) parts = [largest(0), largest(1)];
    else parts = [Math.min(encoding.allocatedBytes, big)];
    if (parts.length === 1 && parts[0]! > B) return undefined;
    const total = parts.reduce((x, y) => x + y, 0);
    // 12
    const prebuffered = preOk && parts[0]! < SM;
    const us = prebuffered ? SC : startup ? 1000 : 0;
    const rolling = place?.rolling !== undefined;
    const E = costs.estimate(boundaries, encoding, us, parts.length === 2, true, rolling);
    // 13
    let ir = E.iCyc;
    const producer = program.tensors[op.ifms[0]!]!.producers[0];
    const layout = ['Transpose', 'MemoryCopy', 'Reverse'];
    if (producer !== undefined && !rolling && !layout.includes(program.ops[producer]!.lowered.kind)) {
      const together = E.ifmB + total <= B;
      const n1 = Math.max(R0.runCyc, R0.wCyc, model.ifmReadCycles(costs.op, STG, R0.ifmRd));
      const n2 = Math.max(E.allCyc, E.wCyc, E.iCyc);
      if (!together && E.ifmB < SM && n1 < n2 && n1 < E.iCyc) return undefined;
      const reader = program.tensors[op.ofms[0]!]!.consumers[0];
      if (reader !== undefined && program.ops[reader]!.cost !== undefined) {
        const N = costsOf(reader).unbuffered();
        const ratio = N.wCyc === 0 ? 1 : N.iCyc / N.wCyc;
        if (
          !opDominated(N) &&
          ratio > 2 &&
          N.wCyc > 0 &&
          N.ifmB < B &&
          N.ifmB + E.ifmB + total > SM &&
          (opDominated(R0) || N.iCyc > E.iCyc)
        ) {
          return undefined;
        }
      }
      if (together) ir = model.ifmReadCycles(costs.op, STG, E.ifmRd);
    }
    const old = Math.max(R0.runCyc, R0.wCyc, ir);
    let now = Math.max(E.allCyc, E.wCyc, ir);
    if (busy) {
      const n = boundaries.length - 1;
      if (trunc(E.shown / n) < 1000) now -= E.shown;
      if (n > 1 && E.allCyc === now && startup) now -= n * 500;
    }
    if (old < now || (rf === 1 && FT + E.wCyc > old)) return undefined;
    // 14
    return { boundaries, parts, prebuffered, hide: E.lastCyc, last: (boundaries.length - 2) % parts.length };
  };

  for (let i = 0; i < R.length; i++) {
    const cost = program.ops[i]!.cost;
    if (cost === undefined) {
      decisions.push(undefined);
      continue;
    }
    const t = snapshot.liveness.times[i]!;
    const held = (R[i]!.buffer?.parts ?? []).reduce((a, b) => a + b, 0);
    const free = Math.max(Lb - (Math.max(buf[t]! - held, 0) + rest[t]!), 0);
    const found = cost.weights === undefined ? undefined : decide(i, free);
    if (found === undefined) {
      const hide = costsOf(i).full(R[i]!.buffer !== undefined);
      decisions.push({ boundaries: [0, cost.ofm.shape[3]], parts: [], prebuffered: false, hide, free });
      continue;
    }
    const { last, ...rest14 } = found;
    buf[t]! += found.parts.reduce((a, b) => a + b, 0);
    if (found.prebuffered && t > 0) rest[t - 1]! += found.parts[0]!;
    decisions.push({ ...rest14, free: free - found.parts[last]! });
  }
  return decisions;
}
