import type { StreamLayout } from '../../src/weights/encoding.js';

/**
 * Raw stream of one slice and one stream on Ethos-U55/U65: the loop nest of
 * docs/model/weights.md#streams-on-u55-and-u65, as it stands there. `w(o, y, x, i)` are the weights; the slice is
 * `length` channels from `offset` on.
 */
export const plainOrder = (
  w: (o: number, y: number, x: number, i: number) => number,
  shape: readonly [number, number, number, number],
  layout: StreamLayout,
  offset: number,
  length: number,
  stream: number,
): number[] => {
  const [outputs, KH, KW, I] = shape;
  const S = Math.min(outputs, layout.cores);
  const K = Math.ceil((length - stream) / S);
  const blockDepth = Math.ceil((layout.blockDepth - stream) / S);
  const UO = layout.ofmUblockDepth;
  const { traversal } = layout;
  const UI = traversal === 'depthwise' ? 1 : layout.ifmUblockDepth;
  const D = traversal === 'depthwise' ? 1 : I;
  const wide = layout.ifmBits === 16;
  const BI = traversal === 'depthwise' ? 1 : traversal === 'part-kernel' || wide ? 16 : 32;
  const R = traversal === 'depthwise' ? 4 : traversal === 'depth-first' ? 1 : wide ? 2 : 4;
  const maxW = Math.floor(8 / layout.dilationW);
  const maxH = Math.floor(8 / layout.dilationH);
  const out: number[] = [];
  for (let ob = 0; ob < K; ob += blockDepth) {
    const oc = Math.min(blockDepth, K - ob);
    for (let ib = 0; ib < D; ib += BI) {
      const span = traversal === 'part-kernel' ? Math.min(BI, D - ib) : BI;
      for (let y0 = 0; y0 < KH; y0 += maxH) {
        const sh = Math.min(maxH, KH - y0);
        for (let x0 = 0; x0 < KW; x0 += maxW) {
          const sw = Math.min(maxW, KW - x0);
          const n = R * Math.ceil((sw * sh) / R);
          for (let outer = 0; outer < (traversal === 'part-kernel' ? span : 1); outer += UI) {
            for (let ou = 0; ou < oc; ou += UO) {
              for (let e = 0; e < n; e++) {
                const ky = Math.floor(e / sw);
                const kx = e % sw;
                for (let inner = 0; inner < (traversal === 'depth-first' ? span : 1); inner += UI) {
                  for (let oz = 0; oz < UO; oz++) {
                    for (let iz = 0; iz < UI; iz++) {
                      const o = ob + ou + oz;
                      const i = ib + outer + inner + iz;
                      const real = i < D && o < K && ky < sh;
                      out.push(real ? w(offset + stream + o * S, y0 + ky, x0 + kx, i) : 0);
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return out;
};
