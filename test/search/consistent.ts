import { expect } from 'vitest';
import { channelsOf } from '../../search/space/channel-rules.js';
import { ELEMENT_BITS, type Network, type Tensor } from '../../src/graph/network.js';

const elements = (t: Tensor): number => t.shape!.reduce((n, d) => n * d, 1);

/**
 * Every weighted operator fits its input, output, bias and scales; every elementwise one agrees in channels; every
 * constant has the bytes that its shape asks for; every tensor that is read is written.
 */
export const checkConsistent = (network: Network): void => {
  const { operators, tensors, inputs, outputs } = network.graphs[0];
  const written = new Set([...inputs, ...operators.flatMap((op) => op.outputs)]);
  for (const op of operators) {
    for (const t of op.inputs) {
      expect(t === -1 || written.has(t) || tensors[t]!.constant !== undefined).toBe(true);
    }
    const [x, w, b] = op.inputs.map((t) => tensors[t]);
    const y = tensors[op.outputs[0]!]!;
    const channels = channelsOf(y);
    if (['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED'].includes(op.kind)) {
      const { shape, quantisation } = w!;
      const depthwise = op.kind === 'DEPTHWISE_CONV_2D';
      const inputs = channelsOf(x)! * (depthwise ? Number(op.options['depth_multiplier']) : 1);
      expect(depthwise ? shape!.at(-1) : shape![0]).toBe(channels);
      expect(depthwise ? channels : shape!.at(-1)).toBe(inputs);
      for (const q of [quantisation!, b?.quantisation ?? quantisation!]) {
        expect(q.scales.length === 1 || q.scales.length === channels).toBe(true);
        expect(q.zeroPoints).toHaveLength(q.scales.length);
      }
      if (b !== undefined) expect(b.shape).toEqual([channels]);
    } else if (op.kind === 'RESHAPE') {
      expect(elements(x!)).toBe(elements(y));
      expect((op.options['new_shape'] as number[]).at(-1)).toBe(channels);
      expect(new Int32Array(w!.constant!.bytes!.slice().buffer).at(-1)).toBe(channels);
    } else if (op.kind === 'CONCATENATION') {
      expect(op.inputs.reduce((sum, t) => sum + channelsOf(tensors[t])!, 0)).toBe(channels);
    } else {
      for (const t of op.inputs) expect(channelsOf(tensors[t])).toBe(channels);
    }
    for (const t of op.inputs) {
      const bytes = tensors[t]?.constant?.bytes;
      if (bytes === undefined) continue;
      expect(bytes.byteLength).toBe((elements(tensors[t]!) * ELEMENT_BITS[tensors[t]!.type]) / 8);
    }
  }
  for (const t of outputs) expect(written.has(t)).toBe(true);
};
