import type { ElementType, Graph, Network } from './network.js';

/** What a network as a whole is, as far as it matters to whoever wants to run it on an NPU. */
export interface NetworkTraits {
  /** `float`: no feature map is quantised; `compiled`: its operators are in a custom one made by a compiler. */
  readonly kind: 'quantised' | 'float' | 'compiled';
  /** What a compiled network was compiled for, with its operator. */
  readonly compiledFor?: string;
  /** Of a float network: its weights are integers. */
  readonly integerWeights: boolean;
  /** The file leaves the batch open; figures are for a batch of 1. */
  readonly dynamicBatch: boolean;
}

/** Custom operators that hold a compiled network, and for what. */
const COMPILED: readonly (readonly [code: RegExp, target: string])[] = [
  [/^ethos-?u/i, 'an Ethos-U'],
  [/^edgetpu-custom-op/i, 'the Coral Edge TPU'],
  [/^Neutron/i, 'an NXP Neutron NPU'],
];

const FLOAT: ReadonlySet<ElementType> = new Set(['float16', 'bfloat16', 'float32', 'float64']);
const QUANTISED: ReadonlySet<ElementType> = new Set(['int8', 'uint8', 'int16']);

/** Operators between the two worlds, which tell of neither. */
const CONVERSIONS: ReadonlySet<string> = new Set(['QUANTIZE', 'DEQUANTIZE', 'CAST']);

/** Which worlds the feature maps and the constants of a network are of. */
interface Found {
  floatMaps: boolean;
  quantisedMaps: boolean;
  quantisedConstants: boolean;
  compiledFor: string | undefined;
}

function lookAt({ operators, tensors }: Graph, found: Found): void {
  const note = (index: number): void => {
    const tensor = tensors[index];
    if (tensor === undefined || tensor.constant !== undefined) return;
    if (QUANTISED.has(tensor.type)) found.quantisedMaps = true;
    else if (FLOAT.has(tensor.type)) found.floatMaps = true;
  };
  for (const { kind, customCode, inputs, outputs } of operators) {
    if (customCode !== undefined) found.compiledFor ??= targetOf(customCode);
    if (CONVERSIONS.has(kind)) continue;
    for (const index of inputs) note(index);
    for (const index of outputs) note(index);
  }
  if (!found.quantisedConstants) {
    found.quantisedConstants = tensors.some(
      ({ constant, type }) => constant !== undefined && QUANTISED.has(type),
    );
  }
}

/** What a custom operator was compiled for, with its code. */
function targetOf(code: string): string | undefined {
  const known = COMPILED.find(([pattern]) => pattern.test(code));
  return known && `${known[1]} (operator ${code})`;
}

/** Looks a network over. */
export function traitsOf({ graphs }: Network): NetworkTraits {
  const found: Found = {
    floatMaps: false,
    quantisedMaps: false,
    quantisedConstants: false,
    compiledFor: undefined,
  };
  for (const graph of graphs) lookAt(graph, found);
  const { compiledFor } = found;
  const isFloat = found.floatMaps && !found.quantisedMaps;
  return {
    kind: compiledFor !== undefined ? 'compiled' : isFloat ? 'float' : 'quantised',
    ...(compiledFor !== undefined && { compiledFor }),
    integerWeights: isFloat && found.quantisedConstants,
    dynamicBatch: graphs.some(({ dynamicBatch }) => dynamicBatch === true),
  };
}
