import { networkBuilder } from '../../../src/graph/build/builder.js';
import { binary, conv2d, fullyConnected, input, pool2d, reshape } from '../../../src/graph/build/layers.js';
import { writeModel } from '../../../src/tflite/model.js';

/**
 * A file with random weights: conv 0 (3 -> 16 channels), conv 1 (-> 48, stride 2), conv 2 (48 -> 48), add 3, conv 4
 * (-> 64, stride 2), pool 5, reshape 6, dense 7. On ethos-u55-128 a separable conv 2 or 4 is faster, conv 0 is not.
 */
export const smallModel = (): Uint8Array => {
  const builder = networkBuilder(77, 'small');
  const image = input(builder, 'image', [1, 32, 32, 3]);
  const a = conv2d(builder, image, { name: 'a', filters: 16, kernel: [3, 3], activation: 'RELU' });
  const b = conv2d(builder, a, {
    name: 'b',
    filters: 48,
    kernel: [3, 3],
    stride: [2, 2],
    activation: 'RELU',
  });
  const c = conv2d(builder, b, { name: 'c', filters: 48, kernel: [3, 3] });
  const sum = binary(builder, 'ADD', [c, b], { name: 'sum', activation: 'RELU' });
  const d = conv2d(builder, sum, {
    name: 'd',
    filters: 64,
    kernel: [3, 3],
    stride: [2, 2],
    activation: 'RELU',
  });
  const pooled = pool2d(builder, d, 'AVERAGE_POOL_2D', { name: 'pooled', kernel: [8, 8] });
  const flat = reshape(builder, pooled, { name: 'flat', shape: [1, -1] });
  return writeModel(builder.model([fullyConnected(builder, flat, { name: 'classes', units: 10 })]));
};
