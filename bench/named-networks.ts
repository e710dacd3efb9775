import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../src/errors.js';
import { importNetwork } from '../src/graph/import.js';
import type { Network } from '../src/graph/network.js';
import { readModel, writeModel, type TfliteModel } from '../src/tflite/model.js';
import { keywordLike, mobilenetLike, resnetLike } from './networks.js';

/** Networks of the project, by name. */
const OWN: Readonly<Record<string, () => TfliteModel>> = {
  resnet_like: resnetLike,
  keyword_like: keywordLike,
  mobilenet_like: mobilenetLike,
};

/** A network that is read or built when it is asked for. */
export interface NamedNetwork {
  readonly name: string;
  readonly load: () => Network;
}

const networkOf = (bytes: Uint8Array, name: string): Network => importNetwork(readModel(bytes, name), name);

const networksOf = (folder: string | undefined): NamedNetwork[] => {
  if (folder === undefined) {
    return Object.entries(OWN).map(([name, build]) => ({
      name,
      load: () => networkOf(writeModel(build()), name),
    }));
  }
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tflite'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.tflite$/, ''),
      load: () => networkOf(readFileSync(join(folder, file)), file),
    }));
};

/** Which networks a command looks at. */
export interface WhichNetworks {
  /** Folder of .tflite files; without it, the networks of the project. */
  readonly models?: string;
  /** Expression that their names match. */
  readonly only: string;
}

const patternOf = (text: string): RegExp => {
  try {
    return new RegExp(text);
  } catch {
    throw usageError(`--only is "${text}", expected a regular expression, such as ^resnet`);
  }
};

/**
 * The networks that a command was told to look at.
 * @throws a usage error where the expression is none
 */
export const namedNetworks = ({ models, only }: WhichNetworks): NamedNetwork[] => {
  const pattern = patternOf(only);
  return networksOf(models).filter(({ name }) => pattern.test(name));
};
