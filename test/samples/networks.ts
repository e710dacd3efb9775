import { networkBuilder } from '../../src/graph/build/builder.js';
import { binary, conv2d, fullyConnected, input, reshape, unary } from '../../src/graph/build/layers.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';
import { writeModel, readModel, type TfliteModel } from '../../src/tflite/model.js';

/** Shape of the inputs of these networks, without the batch. */
export const SHAPE = [6, 5, 2] as const;
export const ELEMENTS = 60;
export const CLASSES = 4;

export interface ClassifierOptions {
  readonly seed?: number;
  readonly filters?: number;
  readonly softmax?: boolean;
  readonly units?: number;
}

/** A small network that gives each sample one of {@link CLASSES} classes. */
export function classifierModel({
  seed = 1,
  filters = 6,
  softmax = true,
  units = CLASSES,
}: ClassifierOptions = {}): TfliteModel {
  const builder = networkBuilder(seed, 'classifier');
  const start = input(builder, 'image', [1, ...SHAPE]);
  const features = conv2d(builder, start, { name: 'features', filters, kernel: [3, 3] });
  const flat = reshape(builder, features, { name: 'flat', shape: [1, 30 * filters] });
  const logits = fullyConnected(builder, flat, { name: 'logits', units });
  return builder.model([softmax ? unary(builder, 'SOFTMAX', logits, { name: 'classes' }) : logits]);
}

/** A network of two inputs, `left` and `right`, whose output is no choice of a class. */
export function twoInputsModel(): TfliteModel {
  const builder = networkBuilder(1, 'two');
  const [left, right] = ['left', 'right'].map((name) => input(builder, name, [1, ...SHAPE]));
  return builder.model([binary(builder, 'ADD', [left!, right!], { name: 'sum' })]);
}

export const networkOf = (model: TfliteModel, name = 'network'): Network =>
  importNetwork(readModel(writeModel(model), name), name);

export const classifier = (options?: ClassifierOptions): Network => networkOf(classifierModel(options));
