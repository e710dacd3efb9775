import fc from 'fast-check';
import { networkBuilder, type BuiltTensor, type NetworkBuilder } from '../../src/graph/build/builder.js';
import {
  binary,
  concatenation,
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  input,
  pool2d,
  reshape,
  unary,
} from '../../src/graph/build/layers.js';
import type { Activation } from '../../src/graph/build/ranges.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';

/** One step of a random network; what does not suit its input is left out. */
interface Step {
  readonly kind: (typeof KINDS)[number];
  /** Which of the tensors so far is read, counted from the last; and a second one. */
  readonly from: number;
  readonly other: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: number;
  readonly filters: number;
  readonly padding: 'SAME' | 'VALID';
  readonly activation: Activation;
  readonly bias: boolean;
}

const KINDS = [
  'conv',
  'conv',
  'conv',
  'pointwise',
  'pointwise',
  'depthwise',
  'depthwise',
  'average',
  'maximum',
  'add',
  'add',
  'multiply',
  'concat',
  'relu',
  'scale',
  'cpu',
] as const;

/** Kinds that read a look-up table of their own. */
const TABLE_KINDS = ['tanh', 'logistic'] as const;

const MAX_ELEMENTS = 40_000;
const MAX_DENSE_INPUT = 6000;

const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

const SHAPES = {
  /** Chains with branches and joins, all sizes. */
  mixed: {
    kinds: KINDS,
    far: 1,
    height: size(64),
    width: size(64),
    depth: fc.oneof(size(4), size(40)),
    kernel: size(5),
    filters: fc.oneof(size(24), size(96)),
  },
  /** Long chains of tall feature maps, which cascades suit. */
  tall: {
    kinds: [
      'conv',
      'conv',
      'depthwise',
      'pointwise',
      'pointwise',
      'maximum',
      'average',
      'add',
      'relu',
      'scale',
      'scale',
    ],
    far: 0.3,
    height: fc.integer({ min: 20, max: 64 }),
    width: size(24),
    depth: size(24),
    kernel: size(5),
    filters: fc.oneof(size(24), size(96)),
  },
  /** Small and deep feature maps, whose weights matter most. */
  deep: {
    kinds: [
      'conv',
      'conv',
      'pointwise',
      'pointwise',
      'depthwise',
      'maximum',
      'average',
      'add',
      'concat',
      'cpu',
    ],
    far: 1,
    height: size(24),
    width: size(16),
    depth: size(96),
    kernel: size(2),
    filters: fc.oneof(size(240), size(64)),
  },
} as const;

const stepOf = (form: keyof typeof SHAPES): fc.Arbitrary<Step> =>
  fc.record({
    kind: fc.constantFrom<Step['kind'][]>(...SHAPES[form].kinds),
    from: fc.oneof(
      { weight: 40, arbitrary: fc.constant(0) },
      { weight: 10 * SHAPES[form].far, arbitrary: fc.nat(4) },
    ),
    other: fc.nat(6),
    kernel: fc.tuple(SHAPES[form].kernel, SHAPES[form].kernel),
    stride: fc.oneof(
      { weight: 3, arbitrary: fc.constant([1, 1] as const) },
      { weight: 1, arbitrary: fc.tuple(size(3), size(3)) },
    ),
    dilation: fc.constantFrom(1, 1, 1, 2, 3),
    filters: SHAPES[form].filters,
    padding: fc.constantFrom('SAME', 'SAME', 'VALID'),
    activation: fc.constantFrom<Activation>('NONE', 'NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1'),
    bias: fc.boolean(),
  });

const elements = (t: BuiltTensor): number => t.shape.reduce((a, b) => a * b, 1);

function addStep(b: NetworkBuilder, tensors: readonly BuiltTensor[], s: Step): BuiltTensor | undefined {
  const at = (back: number): BuiltTensor => tensors[Math.max(0, tensors.length - 1 - back)]!;
  const from = at(s.from);
  const name = `layer${b.tensorCount()}`;
  const { kernel, stride, padding, activation, bias } = s;
  const window = { name, kernel, stride, padding, activation };
  const [, h, w] = from.shape as [number, number, number, number];
  const d = (kernelSize: number, input: number): number =>
    s.dilation * (kernelSize - 1) + 1 <= input ? s.dilation : 1;
  const dilation = [d(kernel[0], h), d(kernel[1], w)] as const;
  const strided = stride[0] > 1 || stride[1] > 1;
  const small = kernel[0] > h || kernel[1] > w;
  if (padding === 'VALID' && small && ['conv', 'depthwise', 'average', 'maximum'].includes(s.kind))
    return undefined;
  switch (s.kind) {
    case 'conv':
      return conv2d(b, from, { ...window, filters: s.filters, bias, ...(!strided && { dilation }) });
    case 'pointwise':
      return conv2d(b, from, { ...window, kernel: [1, 1], filters: s.filters, bias });
    case 'depthwise':
      return depthwiseConv2d(b, from, { ...window, bias, ...(!strided && { dilation }) });
    case 'average':
      return pool2d(b, from, 'AVERAGE_POOL_2D', window);
    case 'maximum':
      return pool2d(b, from, 'MAX_POOL_2D', window);
    case 'relu':
      return unary(b, 'RELU', from, { name });
    case 'cpu': {
      const result = b.tensor({ ...from, name });
      b.operator({ kind: 'SQRT', inputs: [from], outputs: [result] });
      return result;
    }
    case 'scale': {
      const depth = from.shape.at(-1)!;
      const data = Uint8Array.from({ length: depth }, (_, i) => 1 + (i % 100));
      const factors = b.tensor({ ...from, name: `${name}/factors`, shape: [1, 1, 1, depth], data });
      return binary(b, 'MUL', [from, factors], { name, activation });
    }
    case 'concat': {
      const other = tensors.findLast((t, i) => i <= s.other && t.shape[1] === h && t.shape[2] === w);
      return other && concatenation(b, [from, other], { name, axis: 3 });
    }
    default: {
      const kind = s.kind === 'add' ? 'ADD' : 'MUL';
      const other = tensors.find((t) => t !== from && t.shape.join() === from.shape.join());
      return other && binary(b, kind, [from, other], { name, activation });
    }
  }
}

interface Recipe {
  readonly seed: number;
  readonly input: readonly [h: number, w: number, c: number];
  /** A second input of the same shape, read by few layers. */
  readonly second: boolean;
  readonly steps: readonly Step[];
  readonly head: 'none' | 'dense' | 'softmax' | (typeof TABLE_KINDS)[number];
  readonly units: number;
}

function build(recipe: Recipe): Network {
  const b = networkBuilder(recipe.seed, 'random');
  const tensors = [input(b, 'input', [1, ...recipe.input])];
  if (recipe.second) tensors.unshift(input(b, 'second', [1, ...recipe.input]));
  const inputs = tensors.length;
  const read = new Set<BuiltTensor>();
  const operator = b.operator;
  const watched: NetworkBuilder = {
    ...b,
    operator: (specification) => {
      for (const t of specification.inputs) if (t) read.add(t);
      operator(specification);
    },
  };
  for (const s of recipe.steps) {
    const made = addStep(watched, tensors, s);
    if (made === undefined) continue;
    tensors.push(made);
    if (elements(made) > MAX_ELEMENTS) break;
  }
  if (tensors.length === inputs) tensors.push(unary(watched, 'RELU', tensors[0]!, { name: 'only' }));
  let last = tensors.at(-1)!;
  const dense = recipe.head === 'dense' || recipe.head === 'softmax';
  if (dense && elements(last) <= MAX_DENSE_INPUT) {
    last = reshape(watched, last, { name: 'flat', shape: [1, -1] });
    last = fullyConnected(watched, last, { name: 'dense', units: recipe.units });
    if (recipe.head === 'softmax') last = unary(watched, 'SOFTMAX', last, { name: 'softmax' });
    tensors.push(last);
  } else if (recipe.head === 'tanh' || recipe.head === 'logistic') {
    const kind = recipe.head === 'tanh' ? 'TANH' : 'LOGISTIC';
    tensors.push(unary(watched, kind, last, { name: recipe.head }));
  }
  const outputs = tensors.slice(inputs).filter((t) => !read.has(t));
  return importNetwork(b.model(outputs), 'random');
}

/** Small int8 networks: chains with branches, joins and several outputs, some operators on the CPU. */
export function anyNetwork(
  options: {
    readonly form?: keyof typeof SHAPES;
    readonly maxSteps?: number;
    readonly heads?: readonly Recipe['head'][];
  } = {},
): fc.Arbitrary<Network> {
  const { form = 'mixed', maxSteps = 10 } = options;
  const { heads = ['none', 'none', 'dense', 'softmax', ...TABLE_KINDS] } = options;
  const { height, width, depth } = SHAPES[form];
  return fc
    .record({
      seed: fc.nat(1000),
      input: fc.tuple(height, width, depth),
      second: fc.boolean(),
      steps: fc.array(stepOf(form), { minLength: 1, maxLength: maxSteps, size: 'max' }),
      head: fc.constantFrom(...heads),
      units: size(40),
    })
    .map(build);
}
