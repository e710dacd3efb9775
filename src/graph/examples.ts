import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError } from '../errors.js';
import { readModel, writeModel, type TfliteModel } from '../tflite/model.js';
import { networkBuilder, type BuiltTensor, type NetworkBuilder } from './build/builder.js';
import {
  binary,
  concatenation,
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  input,
  pool2d,
  reshape,
  unary,
  type UnaryKind,
} from './build/layers.js';
import { parseExample, type ExampleFile, type ExampleLayer } from './example-file.js';
import { importNetwork, type LoadedNetwork } from './import.js';

/** A description of a network with random weights; a file with trained ones. */
const DESCRIBED = '.yaml';
const TRAINED = '.tflite';

/** Folder of the example networks, from the sources or from the build. */
const exampleDirectory = (): string => {
  const candidates = ['../../configs/examples/', '../../../configs/examples/'].map((up) =>
    fileURLToPath(new URL(up, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(folder));
  if (found === undefined)
    throw inputError(
      `configs/examples: the example networks were not found in ${candidates.join(' or ')}; reinstall paretou`,
    );
  return found;
};

/** Files of the example networks, by name. */
const exampleFiles = (): ReadonlyMap<string, string> => {
  const files = readdirSync(exampleDirectory()).filter((file) =>
    [DESCRIBED, TRAINED].includes(extname(file)),
  );
  return new Map(files.sort().map((file) => [basename(file, extname(file)), join(exampleDirectory(), file)]));
};

/** Names of the example networks that come with the program, sorted. */
export const exampleNames = (): readonly string[] => [...exampleFiles().keys()];

const pairOf = (inputs: readonly BuiltTensor[], name: string): readonly [BuiltTensor, BuiltTensor] => {
  const [left, right] = inputs;
  if (!left || !right || inputs.length > 2) throw new RangeError(`${name} needs two layers to read from`);
  return [left, right];
};

const addLayer = (
  builder: NetworkBuilder,
  layer: ExampleLayer,
  inputs: readonly BuiltTensor[],
): BuiltTensor => {
  const from = inputs[0]!;
  switch (layer.type) {
    case 'conv2d':
      return conv2d(builder, from, layer);
    case 'depthwise_conv2d':
      return depthwiseConv2d(builder, from, layer);
    case 'fully_connected':
      return fullyConnected(builder, from, layer);
    case 'average_pool_2d':
      return pool2d(builder, from, 'AVERAGE_POOL_2D', { ...layer, stride: layer.stride ?? layer.kernel });
    case 'max_pool_2d':
      return pool2d(builder, from, 'MAX_POOL_2D', { ...layer, stride: layer.stride ?? layer.kernel });
    case 'add':
    case 'sub':
    case 'mul': {
      const kind = layer.type === 'add' ? 'ADD' : layer.type === 'sub' ? 'SUB' : 'MUL';
      return binary(builder, kind, pairOf(inputs, layer.name), layer);
    }
    case 'concatenation':
      return concatenation(builder, inputs, layer);
    case 'reshape':
      return reshape(builder, from, layer);
    default:
      return unary(builder, layer.type.toUpperCase() as UnaryKind, from, layer);
  }
};

/**
 * The model that a description states, with random weights from its seed: the same description, the same bytes.
 *
 * @throws ParetouError of kind `input` if a layer does not fit what it reads.
 */
export const buildExample = (example: ExampleFile, file: string): TfliteModel => {
  const builder = networkBuilder(example.seed, example.description);
  const start = input(builder, example.input.name, example.input.shape);
  const known = new Map([[example.input.name, start]]);
  let last = start;
  for (const layer of example.layers) {
    const inputs = (layer.from ?? [last.name]).map((name) => {
      const tensor = known.get(name);
      if (!tensor)
        throw inputError(`${file}: layer ${layer.name} reads ${name}, which is no layer before it`);
      return tensor;
    });
    if (known.has(layer.name))
      throw inputError(`${file}: two layers are named ${layer.name}; give each its own name`);
    try {
      last = addLayer(builder, layer, inputs);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw inputError(`${file}: ${error.message}; change the layer ${layer.name}`, error);
    }
    known.set(layer.name, last);
  }
  return builder.model([last]);
};

const exampleBytes = (file: string): Uint8Array => {
  if (extname(file) === TRAINED) return readFileSync(file);
  return writeModel(buildExample(parseExample(readFileSync(file, 'utf8'), file), file));
};

/**
 * An example network that comes with the program: read from its file, or built and read back as a file would be.
 *
 * @throws ParetouError of kind `input` if there is none of that name.
 */
export const exampleModel = (name: string): LoadedNetwork => {
  const files = exampleFiles();
  const file = files.get(name);
  if (file === undefined)
    throw inputError(
      `example:${name}: there is no example network of that name; choose one of ${[...files.keys()].join(', ')}`,
    );
  const model = readModel(exampleBytes(file), `example:${name}`);
  return { model, network: importNetwork(model, name) };
};
