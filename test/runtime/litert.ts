import { bytesOf, program, type LoadedModel, type Runtime, type TensorInfo } from './runtime.js';

interface Vector<T> {
  readonly size: () => number;
  readonly get: (index: number) => T;
}

interface TensorType {
  readonly elementType: () => { readonly value: number };
  readonly layout: () => { readonly dimensions: () => Vector<number> };
  readonly bytes: () => number;
}

interface Vector32 extends Vector<number> {
  readonly push_back: (value: number) => void;
}

interface TensorBuffer {
  readonly lock: (mode: unknown) => number;
  readonly unlock: () => void;
}

interface Signature {
  readonly inputNames: () => Vector<string>;
  readonly outputNames: () => Vector<string>;
}

interface Model {
  readonly getSignature: (signature: number) => Signature;
  readonly getInputTensorType: (signature: number, index: number) => TensorType;
  readonly getOutputTensorType: (signature: number, index: number) => TensorType;
}

interface CompiledModel {
  readonly run: (
    signature: number,
    inputs: readonly TensorBuffer[],
  ) => TensorBuffer[] | Promise<TensorBuffer[]>;
}

/** What the tests use of the package's WebAssembly module. */
interface LiteRt {
  readonly HEAPU8: Uint8Array;
  readonly _malloc: (bytes: number) => number;
  readonly LiteRtEnvironment: { readonly create: (device: null) => object };
  readonly LiteRtTensorBuffer: {
    readonly createManaged: (
      environment: object,
      type: unknown,
      tensor: TensorType,
      bytes: number,
    ) => TensorBuffer;
  };
  readonly VectorInt32: new () => Vector32;
  readonly LiteRtLayout: { readonly create: (dimensions: Vector32) => object };
  readonly LiteRtRankedTensorType: { readonly create: (elementType: object, layout: object) => TensorType };
  readonly LiteRtTensorBufferType: { readonly HOST_MEMORY: unknown };
  readonly LiteRtTensorBufferLockMode: { readonly READ: unknown; readonly WRITE: unknown };
  readonly loadModel: (environment: object, address: number, bytes: number) => Model;
  readonly compileModel: (
    environment: object,
    model: Model,
    options: object,
  ) => CompiledModel | Promise<CompiledModel>;
}

const makeModule = program<LiteRt>(
  '@litertjs/core/wasm/litert_wasm_compat_internal',
  (text) => `${text}\nreturn ModuleFactory;`,
);

const listOf = <T>(vector: Vector<T>): T[] => Array.from({ length: vector.size() }, (_, i) => vector.get(i));

const infoOf = (type: TensorType): TensorInfo => ({
  // A dynamic batch is −1, and 1 where nothing else is asked for.
  shape: listOf(type.layout().dimensions()).map(Math.abs),
  type: type.elementType().value,
});

const load = async (file: Uint8Array): Promise<LoadedModel> => {
  const said: string[] = [];
  const note = (text: string): void => {
    if (!/^(INFO|WARNING|VERBOSE)/.test(text)) said.push(text);
  };
  const attempt = async <T>(what: string, action: () => T | Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw new Error(`LiteRT: ${what}: ${said.join('; ')}`, { cause: error });
    }
  };
  const litert = await makeModule({ print: note, printErr: note });
  const environment = litert.LiteRtEnvironment.create(null);
  const address = litert._malloc(file.length);
  litert.HEAPU8.set(file, address);
  const model = await attempt('does not load', () => litert.loadModel(environment, address, file.length));
  const compiled = await attempt('does not load', () =>
    litert.compileModel(environment, model, { accelerator: 'wasm' }),
  );
  const signature = model.getSignature(0);
  /** With every dynamic axis 1. */
  const fixed = (type: TensorType): TensorType => {
    const dimensions = new litert.VectorInt32();
    for (const size of infoOf(type).shape) dimensions.push_back(size);
    return litert.LiteRtRankedTensorType.create(type.elementType(), litert.LiteRtLayout.create(dimensions));
  };
  const inputTypes = listOf(signature.inputNames()).map((_, i) => fixed(model.getInputTensorType(0, i)));
  const outputInfos = listOf(signature.outputNames()).map((_, i) => infoOf(model.getOutputTensorType(0, i)));
  const { READ, WRITE } = litert.LiteRtTensorBufferLockMode;
  return {
    inputs: inputTypes.map(infoOf),
    outputs: outputInfos,
    run: async (inputs) => {
      const buffers = inputTypes.map((type, i) => {
        const host = litert.LiteRtTensorBufferType.HOST_MEMORY;
        const buffer = litert.LiteRtTensorBuffer.createManaged(environment, host, type, type.bytes());
        litert.HEAPU8.set(inputs[i]!, buffer.lock(WRITE));
        buffer.unlock();
        return buffer;
      });
      const results = await attempt('does not run', () => compiled.run(0, buffers));
      return results.map((result, i) => {
        const start = result.lock(READ);
        const bytes = litert.HEAPU8.slice(start, start + bytesOf(outputInfos[i]!));
        result.unlock();
        return bytes;
      });
    },
  };
};

/** LiteRT on the CPU, of the package `@litertjs/core`; an instance per model. */
export const litert: Runtime = { name: 'LiteRT', load };
