import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';

/** What a runtime says of an input or output. */
export interface TensorInfo {
  readonly shape: readonly number[];
  /** Its type's value in the C API of TFLite: 1 float32, 3 uint8, 9 int8. */
  readonly type: number;
}

/** A model in a runtime. Data are the bytes of the tensors, little endian. */
export interface LoadedModel {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly run: (inputs: readonly Uint8Array[]) => Promise<readonly Uint8Array[]>;
}

/** A program that executes TFLite files. */
export interface Runtime {
  readonly name: string;
  /** @throws an error with the runtime's own words for a file that it does not take */
  readonly load: (file: Uint8Array) => Promise<LoadedModel>;
}

const TYPE_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [2, 4],
  [3, 1],
  [4, 8],
  [6, 1],
  [7, 2],
  [9, 1],
]);

/** Bytes of a tensor. */
export const bytesOf = ({ shape, type }: TensorInfo): number => {
  const size = TYPE_BYTES.get(type);
  if (size === undefined) throw new TypeError(`type ${type} has no known size`);
  return shape.reduce((product, n) => product * n, size);
};

const require = createRequire(import.meta.url);

const packageFile = (specifier: string): Buffer => readFileSync(require.resolve(specifier));

/** Makes the module of an Emscripten program. */
export type ModuleFactory<T> = (options: object) => Promise<T>;

/** The factory that a script of a package makes; `change` turns what the script exports into a `return`. */
const moduleFactory = (specifier: string, change: (text: string) => string): ModuleFactory<unknown> => {
  const path = require.resolve(specifier);
  const text = change(readFileSync(path, 'utf8')).replaceAll('import.meta.url', 'url');
  const parameters = ['require', 'module', 'exports', '__filename', '__dirname', 'url'];
  const script = compileFunction(text, parameters) as (...values: unknown[]) => ModuleFactory<unknown>;
  return script(require, {}, {}, path, dirname(path), pathToFileURL(path).href);
};

type Instance = { readonly exports: object };

/** What is used of the global object that Node.js has but its type declarations leave out. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => Instance;
  };
};

/**
 * A program of a package, compiled once: `<path>.js` and `<path>.wasm`. Each call of the result makes a new instance.
 *
 * @param T what is used of the module
 */
export const program = <T>(path: string, change: (text: string) => string): ModuleFactory<T> => {
  let parts: { readonly make: ModuleFactory<T>; readonly compiled: object } | undefined;
  return (options) => {
    parts ??= {
      make: moduleFactory(`${path}.js`, change) as ModuleFactory<T>,
      compiled: new WebAssembly.Module(packageFile(`${path}.wasm`)),
    };
    const { make, compiled } = parts;
    const instantiateWasm = (imports: object, done: (instance: Instance) => void): object => {
      const instance = new WebAssembly.Instance(compiled, imports);
      done(instance);
      return instance.exports;
    };
    return make({ ...options, instantiateWasm });
  };
};

/** Bytes that look random, the same each time. */
export const noise = (length: number, seed = 1): Uint8Array => {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
};

/** Loads a file and runs it on random inputs. */
export const runOnce = async (
  runtime: Runtime,
  file: Uint8Array,
  seed = 1,
): Promise<readonly Uint8Array[]> => {
  const model = await runtime.load(file);
  return model.run(model.inputs.map((info, i) => noise(bytesOf(info), seed + i)));
};

/** Largest difference between 8-bit outputs, in steps of their quantisation. */
export const largestDifference = (
  a: readonly Uint8Array[],
  b: readonly Uint8Array[],
  type: number,
): number => {
  const signed = type === 9 ? 128 : 0;
  let largest = 0;
  a.forEach((output, i) =>
    output.forEach((value, at) => {
      largest = Math.max(largest, Math.abs((value ^ signed) - (b[i]![at]! ^ signed)));
    }),
  );
  return largest;
};
