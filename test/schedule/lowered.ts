import type { FeatureMap, Kernel, LoweredOp, OpKind, Shape4, View } from '../../src/lowering/operations.js';

const UNIT: Kernel = {
  height: 1,
  width: 1,
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  top: 0,
  left: 0,
  bottom: 0,
  right: 0,
};

let count = 0;

/** An int8 feature map between operations. */
export const featureMap = (shape: Shape4, facts: Partial<FeatureMap> = {}): FeatureMap => {
  const id = count++;
  return {
    id,
    name: `map${id}`,
    type: 'int8',
    shape,
    graphInput: false,
    graphOutput: false,
    persistent: false,
    ...facts,
  };
};

/** All of a feature map. */
export const whole = (tensor: FeatureMap, facts: Partial<View> = {}): View => ({
  tensor,
  shape: tensor.shape,
  ...facts,
});

/** An operation of the NPU with a unit kernel. */
export const loweredOp = (
  kind: OpKind,
  ifms: readonly View[],
  ofm: View,
  facts: Partial<LoweredOp> = {},
): LoweredOp => ({
  kind,
  original: kind,
  origin: 0,
  source: { kind: 'ADD', inputs: [], outputs: [], intermediates: [], options: {}, origin: 0 },
  target: 'NPU',
  ifms,
  ofms: [ofm],
  kernel: UNIT,
  scaled: true,
  upscale: 'none',
  subs: [],
  ...facts,
});
