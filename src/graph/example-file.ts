import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { inputError } from '../errors.js';

const size = z.int().min(1);
const pair = z.tuple([size, size]);
const name = z.string().min(1);
/** The layers that a layer reads, by name; by default the one before it. */
const from = z.array(name).min(1).optional();
const activation = z.enum(['NONE', 'RELU', 'RELU_N1_TO_1', 'RELU6', 'TANH']).default('NONE');
const padding = z.enum(['SAME', 'VALID']);

const base = { name, from };
const convolution = {
  ...base,
  activation,
  kernel: pair,
  stride: pair.default([1, 1]),
  dilation: pair.default([1, 1]),
  padding: padding.default('SAME'),
  bias: z.boolean().default(true),
};

const layer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('conv2d'), ...convolution, filters: size }),
  z.strictObject({ type: z.literal('depthwise_conv2d'), ...convolution, multiplier: size.default(1) }),
  z.strictObject({
    type: z.literal('fully_connected'),
    ...base,
    activation,
    units: size,
    bias: z.boolean().default(true),
  }),
  z.strictObject({
    type: z.enum(['average_pool_2d', 'max_pool_2d']),
    ...base,
    activation,
    kernel: pair,
    stride: pair.optional(),
    padding: padding.default('VALID'),
  }),
  z.strictObject({ type: z.enum(['add', 'sub', 'mul']), ...base, activation }),
  z.strictObject({ type: z.literal('concatenation'), ...base, axis: z.int().default(-1) }),
  z.strictObject({ type: z.literal('reshape'), ...base, shape: z.array(z.int().min(-1)).min(1) }),
  z.strictObject({
    type: z.enum(['relu', 'relu6', 'relu_n1_to_1', 'hard_swish', 'logistic', 'tanh', 'softmax']),
    ...base,
  }),
]);

const example = z.strictObject({
  description: z.string(),
  /** Seed of the random weights. */
  seed: z.int(),
  input: z.strictObject({ name, shape: z.array(size).min(1) }),
  /** In order of execution; the last one is the network's output. */
  layers: z.array(layer).min(1),
});

/** One layer of an example network. */
export type ExampleLayer = z.infer<typeof layer>;

/** An example network as its file describes it. */
export type ExampleFile = z.infer<typeof example>;

/**
 * Reads the description of a network.
 *
 * @throws ParetouError of kind `input` with file, line and column.
 */
export const parseExample = (text: string, file: string): ExampleFile => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem) throw inputError(`${file}: ${problem.message.split('\n')[0] ?? ''}`, problem);
  const result = example.safeParse(document.toJS());
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const node = document.getIn(path, true) as { range?: readonly [number, number, number] } | undefined;
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  throw inputError(`${file}:${line}:${col}: ${path.join('.') || 'the description'}: ${issue.message}`);
};
