import type { Graph, Network, Operator } from '../graph/network.js';
import { elementsOf } from '../graph/shape.js';

/** Operators that pass on the same values, in another shape or quantisation. */
const PASSING = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS', 'QUANTIZE', 'DEQUANTIZE']);
/** Operators that make probabilities of what networks compute. */
const PROBABILITIES = new Set(['SOFTMAX', 'LOG_SOFTMAX']);

/** An output of a network, and the tensors by which it is judged. */
export interface JudgedOutput {
  /** The tensor that the network gives. */
  readonly output: number;
  /** The tensor before softmax, or the output itself. */
  readonly logits: number;
  readonly elements: number;
  /** How many classes it tells apart, in each row of its last axis; undefined where it tells none. */
  readonly classes?: number;
}

const makersOf = ({ operators }: Graph): ReadonlyMap<number, Operator> =>
  new Map(operators.flatMap((operator) => operator.outputs.map((output) => [output, operator] as const)));

/**
 * The outputs of a network. An output tells classes apart if a softmax makes it, or if it is one row of several elements
 * and is not as large as the network's input, as that of an autoencoder is.
 */
export function judgedOutputs({ graphs: [graph] }: Network): readonly JudgedOutput[] {
  const makers = makersOf(graph);
  const shapeOf = (tensor: number): readonly number[] => graph.tensors[tensor]?.shape ?? [];
  const inputElements = graph.inputs.map((input) => elementsOf(shapeOf(input)));
  return graph.outputs.map((output) => {
    let maker = makers.get(output);
    while (maker !== undefined && PASSING.has(maker.kind)) maker = makers.get(maker.inputs[0]!);
    const softmax = maker !== undefined && PROBABILITIES.has(maker.kind);
    const shape = shapeOf(output);
    const elements = elementsOf(shape);
    const last = shape.at(-1) ?? 1;
    const isOneRow = last === elements && !inputElements.includes(elements);
    return {
      output,
      logits: softmax ? maker!.inputs[0]! : output,
      elements,
      ...(last > 1 && (softmax || isOneRow) && { classes: last }),
    };
  });
}

/** How many classes a network gives each sample one of; undefined for networks that do something else. */
export function classesOf(network: Network): number | undefined {
  const [only, ...others] = judgedOutputs(network);
  return only !== undefined && others.length === 0 && only.classes === only.elements
    ? only.classes
    : undefined;
}
