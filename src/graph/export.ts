import { builtinCode, makeOperatorCode, type TfliteModel } from '../tflite/model.js';
import type { OperatorCodeTable, OperatorTable, SubGraphTable, TensorTable } from '../tflite/nodes.js';
import { operatorCode } from '../tflite/schema.js';
import { bufferList, type BufferList } from './export-buffers.js';
import { changedOptions, exportOptions, patchOptions } from './export-options.js';
import {
  continues,
  knownBytes,
  newTensorTable,
  patchTensorTable,
  sameConstant,
  sameTensor,
  withOwnAxis,
} from './export-tensors.js';
import { importNetwork } from './import.js';
import type { Graph, Network, Operator } from './network.js';
import { requiredVersion } from './operator-versions.js';

const NONE: readonly number[] = [];

const sameIndices = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

const sameOperator = (a: Operator, b: Operator): boolean =>
  a === b ||
  (a.kind === b.kind &&
    a.customCode === b.customCode &&
    sameIndices(a.inputs, b.inputs) &&
    sameIndices(a.outputs, b.outputs) &&
    sameIndices(a.intermediates, b.intermediates) &&
    changedOptions(a.options, b.options).length === 0);

const isUnchanged = (before: Graph, after: Graph): boolean =>
  before === after ||
  (before.tensors.length === after.tensors.length &&
    before.operators.length === after.operators.length &&
    before.tensors.every((tensor, i) => sameTensor(tensor, after.tensors[i]!)) &&
    before.operators.every((operator, i) => sameOperator(operator, after.operators[i]!)));

/** Gives operator codes for kinds and versions, adding those that the model does not have. */
const operatorCodes = (
  codes: OperatorCodeTable[],
): { readonly codeFor: (kind: string, version: number) => number } => ({
  codeFor: (kind, version) => {
    const builtin = operatorCode(kind);
    let best = -1;
    codes.forEach((code, i) => {
      const has = code.version ?? 1;
      if (builtinCode(code) !== builtin || has < version) return;
      if (best < 0 || has < (codes[best]!.version ?? 1)) best = i;
    });
    return best >= 0 ? best : codes.push(makeOperatorCode(kind, version)) - 1;
  },
});

/** Tables of the tensors, except for the buffers of changed constants: those are named in `data`. */
const tensorTables = (
  before: Graph,
  after: Graph,
  tables: readonly TensorTable[],
): { readonly tables: TensorTable[]; readonly changed: Set<number>; readonly fresh: Set<number> } => {
  const changed = new Set<number>();
  const fresh = new Set<number>();
  const like = new Map<number, TensorTable | undefined>();
  for (const { origin, outputs } of after.operators) {
    const template = before.operators[origin]?.outputs[0];
    for (const t of outputs) like.set(t, template === undefined ? undefined : tables[template]);
  }
  const result = after.tensors.map((tensor, i): TensorTable => {
    const [old, table] = [before.tensors[i], tables[i]];
    if (old === undefined || table === undefined || !continues(tensor, old)) {
      fresh.add(i);
      return newTensorTable(tensor, like.get(i));
    }
    if (sameTensor(old, tensor)) return table;
    if (!sameConstant(old.constant, tensor.constant)) changed.add(i);
    return patchTensorTable(table, old, tensor);
  });
  return { tables: result, changed, fresh };
};

const withBuffers = (
  model: TfliteModel,
  before: Graph,
  after: Graph,
): { readonly tensors: readonly TensorTable[]; readonly buffers: BufferList } => {
  const originals = model.root.subgraphs?.[0]?.tensors ?? [];
  const { tables, changed, fresh } = tensorTables(before, after, originals);
  const keeps = tables.flatMap(({ buffer = 0 }, i) => (changed.has(i) || fresh.has(i) ? [] : [buffer]));
  const buffers = bufferList(model.root, keeps);
  const tensors = tables.map((table, i): TensorTable => {
    if (!changed.has(i) && !fresh.has(i)) return table;
    const tensor = after.tensors[i]!;
    if (tensor.constant !== undefined) {
      const bytes = knownBytes(tensor, tensor.constant, model.file);
      return { ...table, buffer: buffers.put(bytes, originals[i]?.buffer) };
    }
    const buffer = buffers.empty();
    return buffer === 0 ? table : { ...table, buffer };
  });
  return { tensors, buffers };
};

/**
 * The model whose entry graph is that of `network`, a network made from `importNetwork(model)` by changing operators
 * and tensors; the indices of tensors stand. Everything else of the model is kept: names, metadata, signatures, other
 * graphs, fields that the schema does not know, and of changed tensors and operators what does not differ. One thing is
 * mended: per-axis quantisation that names an axis which its tensor does not have. The model itself where nothing
 * differs.
 *
 * @throws ParetouError of kind `input` if the network has constants without values
 */
export const emitModel = (model: TfliteModel, network: Network): TfliteModel => {
  const [before] = importNetwork(model, network.name).graphs;
  const [after] = network.graphs;
  if (isUnchanged(before, after)) return model;
  const [table = {}, ...others] = model.root.subgraphs ?? [];
  const { tensors, buffers } = withBuffers(model, before, after);
  const codes = [...(model.root.operator_codes ?? [])];
  const { codeFor } = operatorCodes(codes);

  const patched = (old: OperatorTable, was: Operator, operator: Operator): OperatorTable => {
    const { mutating_variable_inputs: mutating, ...rest } = old;
    const index = old.opcode_index ?? 0;
    const version = requiredVersion(operator, after);
    return {
      ...rest,
      ...(version > (codes[index]?.version ?? 1) && { opcode_index: codeFor(operator.kind, version) }),
      inputs: operator.inputs,
      outputs: operator.outputs,
      ...(mutating && mutating.length === operator.inputs.length && { mutating_variable_inputs: mutating }),
      ...(!sameIndices(was.intermediates, operator.intermediates) && {
        intermediates: operator.intermediates,
      }),
      ...patchOptions(operator.kind, old, was.options, operator.options),
    };
  };
  const operators = after.operators.map((operator): OperatorTable => {
    const [was, old] = [before.operators[operator.origin], table.operators?.[operator.origin]];
    if (was && old && was.kind === operator.kind && was.customCode === operator.customCode) {
      const isNewer = requiredVersion(operator, after) > requiredVersion(was, before);
      return sameOperator(was, operator) && !isNewer ? old : patched(old, was, operator);
    }
    return {
      opcode_index: codeFor(operator.kind, requiredVersion(operator, after)),
      inputs: operator.inputs,
      outputs: operator.outputs,
      ...exportOptions(operator.kind, operator.options),
      ...(operator.intermediates.length > 0 && { intermediates: operator.intermediates }),
    };
  });
  const entry: SubGraphTable = {
    ...table,
    tensors: tensors.map(withOwnAxis),
    operators,
    ...(!sameIndices(table.inputs ?? NONE, after.inputs) && { inputs: after.inputs }),
    ...(!sameIndices(table.outputs ?? NONE, after.outputs) && { outputs: after.outputs }),
  };
  return {
    ...model,
    root: { ...model.root, operator_codes: codes, subgraphs: [entry, ...others], buffers: buffers.tables() },
  };
};
