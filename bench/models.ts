import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError } from '../src/errors.js';
import { importNetwork } from '../src/graph/import.js';
import type { Network } from '../src/graph/network.js';
import { readModel, writeModel, type TfliteModel } from '../src/tflite/model.js';
import { keywordLike, mobilenetLike, resnetLike } from './networks.js';

/** A file to measure with. */
export interface ModelFile {
  /** Name in the table; says so where the project built the network itself. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Reads and imports it anew, so that nothing known of it is kept. */
  readonly load: () => Network;
}

const MODELS = {
  mobilenet: {
    name: 'mobilenet_v2',
    file: 'mobilenet_v2_1.0_224_quant.tflite',
    standIn: 'mobilenet_like',
    build: mobilenetLike,
  },
  keyword: { name: 'kws_ref', file: 'kws_ref_int8.tflite', standIn: 'keyword_like', build: keywordLike },
  resnet: { name: 'resnet8', file: 'resnet8_int8.tflite', standIn: 'resnet_like', build: resnetLike },
} as const satisfies Readonly<
  Record<string, { name: string; file: string; standIn: string; build: () => TfliteModel }>
>;

export type ModelName = keyof typeof MODELS;

/** Gives the models of the benchmarks; each is read or built when it is first asked for. */
export type ModelSource = (name: ModelName) => ModelFile;

/** Folder beside the project that may hold the models; seen from the built module. */
const DEFAULT_FOLDER = fileURLToPath(new URL('../../../shared/models', import.meta.url));

const open = (name: string, path: string): ModelFile => {
  const bytes = readFileSync(path);
  return { name, path, bytes, load: () => importNetwork(readModel(bytes, path), name) };
};

/**
 * Models from a folder. Without one, those that the default folder lacks are built and written to `scratch`.
 * @throws an input error if a named folder lacks one
 */
export function modelSource(folder: string | undefined, scratch: string): ModelSource {
  const opened = new Map<ModelName, ModelFile>();
  const find = (which: ModelName): ModelFile => {
    const { name, file, standIn, build } = MODELS[which];
    const path = join(folder ?? DEFAULT_FOLDER, file);
    if (existsSync(path)) return open(name, path);
    if (folder !== undefined) {
      throw inputError(`${path}: there is no such file; pass the folder of the models with --models`);
    }
    mkdirSync(scratch, { recursive: true });
    const built = join(scratch, `${standIn}.tflite`);
    writeFileSync(built, writeModel(build()));
    return open(standIn, built);
  };
  return (which) => {
    let model = opened.get(which);
    if (model === undefined) opened.set(which, (model = find(which)));
    return model;
  };
}
