import type { U85StreamLayout } from '../../src/weights/encoding.js';

const roundUp = (a: number, m: number): number => m * Math.ceil(a / m);

/** What docs/model/weights.md#sparsity looks at: a weight with its kernel position and IFM index, or a padding zero. */
interface Emitted {
  readonly value: number;
  readonly position?: string;
  readonly ifm?: number;
}

const emitted = (
  w: (o: number, y: number, x: number, i: number) => number,
  shape: readonly [number, number, number, number],
  layout: U85StreamLayout,
  offset: number,
  length: number,
  stream: number,
): Emitted[] => {
  const [, KH, KW, I] = shape;
  const { traversal, sparse, cores: S, ofmUblockDepth: UO, blockDepth: BO, ifmBlockDepth: BI } = layout;
  const depthwise = traversal === 'depthwise';
  const depthFirst = traversal === 'depth-first';
  const wide = layout.ifmBits === 16;
  const K = length;
  const D = depthwise ? 1 : I;
  const R = depthwise ? 10 : depthFirst ? 1 : !sparse && layout.ifmBits === 8 ? 5 : 10;
  const IU = depthwise ? 1 : traversal === 'part-kernel' && wide && !sparse ? 8 : BI;
  const tx = depthFirst ? 1 : layout.strideW;
  const ty = depthFirst ? 1 : layout.strideH;
  const G = depthwise ? 1 : sparse ? 16 : 8;
  const maxW = Math.floor(8 / layout.dilationW);
  const maxH = Math.floor(8 / layout.dilationH);
  const P = !depthwise || (!wide && layout.macs <= 256) ? 0 : layout.macs <= 512 ? 2 : 6;
  const out: Emitted[] = [];
  const zeros = (count: number): void => {
    for (let k = 0; k < count; k++) out.push({ value: 0 });
  };
  let blockNumber = 0;
  for (let ob = 0; ob < K; ob += BO, blockNumber++) {
    const oc = Math.min(BO, K - ob);
    const ifmBlocks: number[] = [];
    for (let ib = 0; ib < D; ib += BI) ifmBlocks.push(ib);
    if (blockNumber % 2 === 1) ifmBlocks.reverse();
    for (const ib of ifmBlocks) {
      const ic = Math.min(BI, D - ib);
      for (let x0 = 0; x0 < KW; x0 += maxW) {
        const sw = Math.min(maxW, KW - x0);
        for (let y0 = 0; y0 < KH; y0 += maxH) {
          const sh = Math.min(maxH, KH - y0);
          for (let ip = 0; ip < ic; ip += IU) {
            for (let ou = 0; ou < oc; ou += UO) {
              let rem = roundUp(sw * sh, R);
              for (let fy = 0; fy < ty; fy++) {
                const gh = fy >= sh ? 0 : Math.ceil((sh - fy) / ty);
                for (let fx = 0; fx < tx; fx++) {
                  const gw = fx >= sw ? 0 : Math.ceil((sw - fx) / tx);
                  for (let ky = 0; ky < gh; ky++) {
                    for (let kx = 0; kx < gw; kx++) {
                      const x = ky % 2 === 0 ? kx : gw - 1 - kx;
                      rem--;
                      const wy = y0 + fy + ky * ty;
                      const wx = x0 + fx + x * tx;
                      for (let ii = 0; ii < IU; ii += G) {
                        for (let oz = 4 * stream; oz < UO; oz += 4 * S) {
                          for (let o4 = 0; o4 < 4; o4++) {
                            for (let iz = 0; iz < G; iz++) {
                              const o = ob + ou + oz + o4;
                              const i = ib + ip + ii + iz;
                              const value = o >= K || i >= D ? 0 : w(offset + o, wy, wx, i);
                              out.push({ value, position: `${String(wy)} ${String(wx)}`, ifm: i });
                            }
                          }
                        }
                      }
                      if (depthwise && rem % 10 === 0) zeros((P * UO) / S);
                    }
                  }
                }
              }
              if (rem > 0) zeros(((rem + P) * IU * UO) / S);
            }
          }
        }
      }
    }
  }
  return out;
};

/**
 * Raw stream of one slice and one stream on Ethos-U85: the loop nest of docs/model/weights.md#streams-on-u85, as it
 * stands there. `w(o, y, x, i)` are the weights; the slice is `length` channels from `offset` on.
 */
export const plainOrderU85 = (...args: Parameters<typeof emitted>): number[] =>
  emitted(...args).map(({ value }) => value);

/** The test of docs/model/weights.md#sparsity on that stream. */
export const plainIsSparse = (...args: Parameters<typeof emitted>): boolean => {
  let position: string | undefined;
  let run: number[] = [];
  for (const weight of emitted(...args)) {
    if (weight.position === undefined) continue;
    if (weight.position !== position) {
      position = weight.position;
      run = [];
      if (weight.ifm! % 4 !== 0) return false;
    }
    if (Math.abs(weight.value) > 127) return false;
    run.push(weight.value);
    if (run.length === 4) {
      if (run.filter((value) => value === 0).length < 2) return false;
      run = [];
    }
  }
  return true;
};

/** Bytes of a slice in the fast format (docs/model/weights.md#fast-format), from the raw streams of all cores. */
export const plainFastBytes = (streams: readonly (readonly number[])[], sparse: boolean): number => {
  const weights = streams.flat();
  const distinct = new Set(weights).size;
  const b = sparse || distinct > 16 ? 8 : distinct > 4 ? 4 : 2;
  return 32 + roundUp(Math.ceil((weights.length * b) / 8), 32);
};
