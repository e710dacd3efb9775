import { bytesOf, program, type LoadedModel, type Runtime, type TensorInfo } from './runtime.js';

/** The C functions of the package's WebAssembly module; models and tensors are addresses and indices. */
interface Helper {
  readonly HEAPU8: Uint8Array;
  readonly _allocateModel: (bytes: number) => number;
  readonly _getModelBufferOffset: (model: number) => number;
  readonly _loadModel: (model: number) => number;
  readonly _getInputTensorCount: (model: number) => number;
  readonly _getInputTensorId: (model: number, index: number) => number;
  readonly _getOutputTensorCount: (model: number) => number;
  readonly _getOutputTensorId: (model: number, index: number) => number;
  readonly _getTensorType: (model: number, tensor: number) => number;
  readonly _getTensorOffset: (model: number, tensor: number) => number;
  readonly _getTensorDimensionCount: (model: number, tensor: number) => number;
  readonly _getTensorDimension: (model: number, tensor: number, axis: number) => number;
  readonly _invokeModel: (model: number) => number;
}

const makeModule = program<Helper>('tflite-helper/wasm/dist/tflite-helper-simd', (text) =>
  text.replace('export default', 'return'),
);

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const load = async (file: Uint8Array): Promise<LoadedModel> => {
  const said: string[] = [];
  const complain = (what: string): Error => new Error(`tflite-helper: ${what}: ${said.join('; ')}`);
  const helper = await makeModule({
    print: () => undefined,
    printErr: (text: string) => said.push(text),
  });
  const model = helper._allocateModel(file.length);
  helper.HEAPU8.set(file, helper._getModelBufferOffset(model));
  if (helper._loadModel(model) !== 0) throw complain('does not load');
  const inputIds = range(helper._getInputTensorCount(model)).map((i) => helper._getInputTensorId(model, i));
  const outputIds = range(helper._getOutputTensorCount(model)).map((i) =>
    helper._getOutputTensorId(model, i),
  );
  const info = (id: number): TensorInfo => ({
    shape: range(helper._getTensorDimensionCount(model, id)).map((axis) =>
      helper._getTensorDimension(model, id, axis),
    ),
    type: helper._getTensorType(model, id),
  });
  return {
    inputs: inputIds.map(info),
    outputs: outputIds.map(info),
    run: (inputs) => {
      inputIds.forEach((id, i) => helper.HEAPU8.set(inputs[i]!, helper._getTensorOffset(model, id)));
      if (helper._invokeModel(model) !== 0) return Promise.reject(complain('does not run'));
      const outputs = outputIds.map((id) => {
        const start = helper._getTensorOffset(model, id);
        return helper.HEAPU8.slice(start, start + bytesOf(info(id)));
      });
      return Promise.resolve(outputs);
    },
  };
};

/** TensorFlow Lite's interpreter, of the package `tflite-helper`; an instance per model. */
export const tfliteHelper: Runtime = { name: 'tflite-helper', load };
