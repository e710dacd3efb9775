import { cleanText } from '../safe-text.js';
import { operatorKind, type TfliteModel } from '../tflite/model.js';
import type { OperatorTable, SubGraphTable } from '../tflite/nodes.js';
import { checkAcyclic, checkOptions, producers } from './check.js';
import { modelFault } from './fault.js';
import { importOptions } from './import-options.js';
import { TensorImporter } from './import-tensors.js';
import type { Graph, Network, Operator, OptionValue } from './network.js';

/** A model as its file has it, and the network that it states. */
export interface LoadedNetwork {
  readonly model: TfliteModel;
  readonly network: Network;
}

/**
 * Bytes that each part of a sound file takes at least. A network whose parts would take more than this multiple of
 * its file, and more than a file of `BUDGET_FLOOR` bytes would give, repeats the same part over and over.
 */
const NODE_BYTES = 16;
const REFERENCE_BYTES = 4;
const BUDGET_FACTOR = 3;
const BUDGET_FLOOR = 1_000_000;

const NONE: readonly number[] = [];
const ABSENT = -1;
const DYNAMIC = -1;

type Options = Readonly<Record<string, OptionValue>>;

class Importer {
  private readonly tensors: TensorImporter;
  private readonly optionsKnown = new Map<string, Map<object, Options>>();
  private readonly kinds: readonly string[];
  private budget: number;

  constructor(private readonly model: TfliteModel) {
    this.tensors = new TensorImporter(model);
    this.kinds = (model.root.operator_codes ?? []).map(operatorKind);
    this.budget = Math.max(BUDGET_FLOOR, BUDGET_FACTOR * model.source.length);
  }

  network(name: string): Network {
    const tables = this.model.root.subgraphs ?? [];
    const [entry, ...others] = tables.map((table, index) => this.graph(table, index, tables.length));
    if (!entry) throw modelFault(this.model.file, 'the model', 'has no subgraph');
    return { name, graphs: [entry, ...others] };
  }

  private spend(nodes: number, references: number): void {
    this.budget -= NODE_BYTES * nodes + REFERENCE_BYTES * references;
    if (this.budget < 0)
      throw modelFault(
        this.model.file,
        'the model',
        'repeats its parts until it is far larger than its file',
      );
  }

  private graph(table: SubGraphTable, index: number, graphs: number): Graph {
    const subject = (part: string): string => `${part} of subgraph ${index}`;
    const complain = (operator: number, reason: string): Error =>
      modelFault(this.model.file, subject(`operator ${operator}`), reason);
    const { tensors = [], operators = [], inputs = NONE, outputs = NONE } = table;
    this.spend(1 + tensors.length + operators.length, inputs.length + outputs.length);
    this.checkList(inputs, tensors.length, 0, subject('the list of inputs'));
    this.checkList(outputs, tensors.length, 0, subject('the list of outputs'));
    const parts = operators.map((operator, i) =>
      this.operator(operator, i, tensors.length, (reason) => complain(i, reason), subject(`operator ${i}`)),
    );
    const producer = producers(parts, tensors.length, complain);
    const computed = new Set(inputs);
    for (const input of inputs)
      if (producer[input]! >= 0)
        throw complain(producer[input]!, `writes tensor ${input}, an input of the subgraph`);
    const graph: Graph = {
      name: cleanText(table.name ?? ''),
      tensors: tensors.map((tensor, i) =>
        this.tensors.tensor(tensor, i, index, producer[i]! >= 0 || computed.has(i)),
      ),
      operators: parts,
      inputs,
      outputs,
      ...(inputs.some((input) => tensors[input]?.shape_signature?.[0] === DYNAMIC) && { dynamicBatch: true }),
    };
    parts.forEach((operator, i) => checkOptions(operator, graphs, (reason) => complain(i, reason)));
    checkAcyclic(graph, producer, complain);
    return graph;
  }

  private operator(
    table: OperatorTable,
    index: number,
    tensors: number,
    complain: (reason: string) => Error,
    subject: string,
  ): Operator {
    const code = table.opcode_index ?? 0;
    const kind = this.kinds[code];
    if (kind === undefined) throw complain(`uses operator code ${code} of ${this.kinds.length}`);
    const { inputs = NONE, outputs = NONE, intermediates = NONE } = table;
    this.spend(0, inputs.length + outputs.length + intermediates.length);
    this.checkList(inputs, tensors, ABSENT, subject);
    this.checkList(outputs, tensors, 0, subject);
    this.checkList(intermediates, tensors, ABSENT, subject);
    const customCode = this.model.root.operator_codes?.[code]?.custom_code;
    return {
      kind,
      ...(customCode !== undefined && kind === 'CUSTOM' && { customCode: cleanText(customCode) }),
      inputs,
      outputs,
      intermediates,
      options: this.options(kind, table, complain),
      origin: index,
    };
  }

  private options(kind: string, table: OperatorTable, complain: (reason: string) => Error): Options {
    let known = this.optionsKnown.get(kind);
    if (!known) {
      known = new Map();
      this.optionsKnown.set(kind, known);
    }
    let options = known.get(table);
    if (!options) {
      options = importOptions(kind, table, (field, reason) => complain(`(${kind}): its ${field} ${reason}`));
      known.set(table, options);
    }
    return options;
  }

  private checkList(list: readonly number[], tensors: number, lowest: number, subject: string): void {
    for (const tensor of list)
      if (tensor < lowest || tensor >= tensors)
        throw modelFault(this.model.file, subject, `refers to tensor ${tensor} of ${tensors}`);
  }
}

/**
 * The network that a TFLite file states (docs/model/lowering.md#reading-the-file): a dynamic batch is 1,
 * options have names and defaults, data of constants are views of the file. Whether the network makes sense to a
 * compiler is not checked, only that it is one: indices in range, data as large as shapes say, no cyclic dependence.
 *
 * @param name - the network's name, by custom that of the file without directory and extension
 * @throws ParetouError of kind `input` that names the file and the part.
 */
export const importNetwork = (model: TfliteModel, name: string): Network => new Importer(model).network(name);
