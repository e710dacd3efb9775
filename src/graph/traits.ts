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

function featureTypes({ operators, tensors }: Graph): ReadonlySet<ElementType> {
  const types = new Set<ElementType>();
  for (const { kind, inputs, outputs } of operators) {
    if (CONVERSIONS.has(kind)) continue;
    for (const index of [...inputs, ...outputs]) {
      const tensor = tensors[index];
      if (tensor !== undefined && tensor.constant === undefined) types.add(tensor.type);
    }
  }
  return types;
}

const hasAny = (types: Iterable<ElementType>, wanted: ReadonlySet<ElementType>): boolean =>
  [...types].some((type) => wanted.has(type));

/** Looks a network over. */
export function traitsOf({ graphs }: Network): NetworkTraits {
  const codes = new Set(graphs.flatMap(({ operators }) => operators.map((op) => op.customCode ?? '')));
  const compiledFor = COMPILED.flatMap(([pattern, target]) =>
    [...codes].filter((code) => pattern.test(code)).map((code) => `${target} (operator ${code})`),
  )[0];
  const types = graphs.map(featureTypes);
  const isFloat = types.some((each) => hasAny(each, FLOAT)) && !types.some((each) => hasAny(each, QUANTISED));
  const weights = graphs.flatMap(({ tensors }) => tensors.flatMap((t) => (t.constant ? [t.type] : [])));
  return {
    kind: compiledFor !== undefined ? 'compiled' : isFloat ? 'float' : 'quantised',
    ...(compiledFor !== undefined && { compiledFor }),
    integerWeights: isFloat && hasAny(weights, QUANTISED),
    dynamicBatch: graphs.some(({ dynamicBatch }) => dynamicBatch === true),
  };
}
