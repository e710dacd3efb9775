/** The block search of docs/model/cycles-u55-u65.md#block-search, written as it reads and without regard for speed. */
import type { CostOp } from '../../src/cost/operation.js';
import type { Shape4 } from '../../src/lowering/operations.js';
import type { U55Accelerator } from '../../src/npu/u55-tables.js';

const f32 = Math.fround;
const wrap = (...factors: readonly number[]): number => factors.reduce((a, b) => Math.imul(a, b));
const up = (n: number, to: number): number => {
  const rest = n % to;
  return rest === 0 ? n : n - rest + to;
};
const parts = (n: number, by: number): number => up(n, by) / by;
const elements = (shape: Shape4): number => shape.reduce((a, b) => a * b, 1);

/** A candidate that was better than all before it. */
export interface Candidate {
  readonly ofm: readonly [h: number, w: number, d: number];
  readonly ifm: readonly [h: number, w: number, d: number];
  readonly cost: number;
}

/** Granules and banks by accelerator; docs/model/cycles-u55-u65.md#accelerators. */
const SHRAM: Readonly<Record<string, readonly number[]>> = {
  // banks, IFM 8 and 16 bits, IFM 32 bits, accumulator 32, accumulator 40, end banks
  'ethos-u55-32': [16, 2, 4, 4, 4, 0],
  'ethos-u55-64': [16, 2, 4, 4, 8, 0],
  'ethos-u55-128': [24, 4, 8, 8, 12, 2],
  'ethos-u55-256': [48, 8, 16, 16, 20, 2],
  'ethos-u65-256': [48, 8, 16, 16, 20, 2],
  'ethos-u65-512': [48, 8, 16, 16, 20, 2],
};

/** Part-kernel-first traversal; only asked for convolutions. */
function partKernelFirst(depth: number, kernel: number, bits: number): boolean {
  if (depth <= 8) return true;
  const full = depth / up(depth, bits === 8 ? 32 : 16);
  const part = (depth / up(depth, 8)) * (kernel / up(kernel, bits === 8 ? 4 : 2));
  return part >= full;
}

/** 40-bit accumulators. */
export const wideAccumulator = (op: CostOp): boolean =>
  op.ifms[0]!.bits === 16 && op.scaled && op.opClass !== 'pool';

/** Candidates that were taken, in order; the last is the choice. Empty if nothing fits. */
export function plainBlockSearch(op: CostOp, acc: U55Accelerator, stripeH: number): Candidate[] {
  const { kernel: k, opClass } = op;
  const [banks = 0, granule8 = 0, granule32 = 0, acc32 = 0, acc40 = 0, endBanks = 0] = SHRAM[acc.name]!;
  const [uh, uw, ud] = acc.ofmUblock;
  const u = op.upscale === 'none' ? 1 : 2;
  const r = op.upscale === 'nearest' ? 1 : 0;
  const dky = k.dilationH * (k.height - 1) + 1;
  const dkx = k.dilationW * (k.width - 1) + 1;
  const bits = op.ifms[0]!.bits;

  const [N, fullH, OW, OD] = op.ofm.shape;
  const OH = stripeH;
  const inputs = op.ifms.map(({ shape: [n, h, w, c] }): Shape4 => {
    const rows = Math.ceil(((stripeH - 1) * k.strideH + dky + r) / u);
    return [n, stripeH === fullH ? h : Math.min(rows, h), w, c];
  });
  const I = inputs.reduce((best, shape) => (elements(shape) > elements(best) ? shape : best));
  const [, IH, IW, D] = I;

  const elementwise = opClass === 'elementwise';
  const scalar = elementwise && inputs.some((shape) => elements(shape) === 1) && bits <= 16;
  const equalDepth = elementwise || opClass === 'pool' || opClass === 'depthwise';
  const pk = opClass === 'conv' && partKernelFirst(D, k.height * k.width, bits);
  const wide = wideAccumulator(op);
  const ifmDepth = bits === 16 ? up(Math.min(D, 16), 4) : up(Math.min(D, pk ? 16 : 32), 8);
  const lutStart = banks - Math.max(op.usesLut ? 2 : 0, endBanks);
  const rep = parts(dkx, 8) * parts(dky, 8);
  const wA = opClass === 'conv' || opClass === 'depthwise' ? k.width * k.height : 0;
  const need = (n: number, stride: number, size: number): number =>
    Math.ceil(f32((n - 1) * stride + size + r) / u);

  const taken: Candidate[] = [];
  const misfits = new Set<string>();
  let best = Infinity;
  let bestCoverage = Infinity;
  const consider = (h: number, w: number, d: number): void => {
    const ih = up(need(h, k.strideH, Math.min(dky, 8)), uh);
    const iw = up(need(w, k.strideW, Math.min(dkx, 8)), uw);
    const id = equalDepth ? d : ifmDepth;
    const fh = OH === 1 && k.height === 1 && uh === 2 ? Math.min(h, OH) : h;

    const ifmBytes = ih * iw * up((id * bits) / 8, 8);
    const ifmBanks = up(2 * parts(ifmBytes, 1024), bits === 32 ? granule32 : granule8);
    const accBytes = Math.floor((fh * w * up(d, 8) * (wide ? 40 : 32)) / 8);
    const accBanks = up(2 * parts(accBytes, 1024), wide ? acc40 : acc32);
    const ifmEnd = 2 + ifmBanks;
    const fits = elementwise ? ifmEnd + (scalar ? 0 : ifmBanks) <= lutStart : ifmEnd <= lutStart - accBanks;
    if (!fits) {
      misfits.add(`${h} ${w}`);
      return;
    }

    const E = f32(N * OH * OW * OD);
    let cost: number;
    if (elementwise) cost = f32(E / f32(h * w * d));
    else {
      let weights = f32(wrap(wA, D, parts(OH, fh), parts(OW, w)));
      if (opClass !== 'depthwise') weights = f32(weights * f32(f32(OD / d) * d));
      let ifm = f32(f32(f32(wrap(ih, iw, D, rep)) * f32(OW / w)) * f32(OH / fh));
      if (!equalDepth) ifm = f32(ifm * f32(parts(OD, d)));
      cost = f32(f32(ifm + weights) / E);
    }
    if (elements(I) < 2 * ih * iw * id) cost = f32(cost / 2);

    if (cost > best) return;
    let coverage = Infinity;
    if (cost === best) {
      coverage = f32(f32(IH * IW) / f32(Math.max(1, Math.min(IH, ih) * Math.min(IW, iw))));
      if (coverage > bestCoverage || h > 4 || w > 4) return;
    }
    best = cost;
    bestCoverage = coverage;
    taken.push({ ofm: [h, w, d], ifm: [ih, iw, id], cost });
  };

  const SH = up(Math.min(OH, 32), uh);
  const SW = up(Math.min(OW, 64), uw);
  const SD = up(Math.min(OD, 128), ud);
  const align = (d: number): number => (d < OD ? up(d, 16) : d);
  for (let d = align(Math.max(ud, Math.min(SD, 16))); d <= SD; d = align(d + ud)) {
    for (let h = uh; h <= SH; h += uh) {
      for (let w = uw; w <= SW; w += uw) if (!misfits.has(`${h} ${w}`)) consider(h, w, d);
    }
  }
  return taken;
}

/** The traversal that goes with the blocks. */
export function plainTraversal(op: CostOp): string {
  if (op.opClass === 'depthwise') return 'depthwise';
  if (op.opClass !== 'conv') return 'depth-first';
  const { kernel, ifms } = op;
  const pk = partKernelFirst(ifms[0]!.shape[3], kernel.height * kernel.width, ifms[0]!.bits);
  return pk ? 'part-kernel' : 'depth-first';
}
