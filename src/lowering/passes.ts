import { foldPadding } from './rewrite/pad-folding.js';
import {
  depthwiseToConvolution,
  reduceDilation,
  simplifyKernel,
  splitGroups,
  viewAsVectors,
} from './rewrite/convolution.js';
import { removeReshape } from './rewrite/reshapes.js';
import { sliceToConsumers, sliceToProducer } from './rewrite/slices.js';
import { lowerSoftmax } from './rewrite/softmax.js';
import { lowerSigmoidal, toTable } from './rewrite/tables.js';
import type { LoweringFamily } from './target.js';
import { makePass } from './traverse.js';
import type { Pass, Rule } from './traverse.js';
import type { Kind } from './kinds.js';
import type { Rewrite } from './traverse.js';

const rule = (kinds: Kind | readonly Kind[], rewrite: Rewrite): Rule => ({
  kinds: typeof kinds === 'string' ? [kinds] : kinds,
  rewrite,
});

/** What the family's hardware does itself, as far as rewriting asks. */
interface Traits {
  /** Permutes any way while writing. */
  readonly transposes: boolean;
  /** Sigmoid and tanh of 16-bit feature maps by table. */
  readonly tables16: boolean;
}

const TRAITS: Readonly<Record<LoweringFamily, Traits>> = {
  u55: { transposes: false, tables16: false },
  u65: { transposes: false, tables16: false },
  u85: { transposes: true, tables16: true },
};

export interface Passes {
  /** On TFLite operators (reference 01 §5), before the quantisation pass. */
  readonly tflite: readonly Pass[];
  /** Common rewriting (reference 01 §6). */
  readonly common: readonly Pass[];
}

function makePasses({ transposes, tables16 }: Traits): Passes {
  return {
    tflite: [
      makePass([rule('Conv2D', splitGroups)]),
      makePass([
        rule(['Conv2D', 'DepthwiseConv2D'], reduceDilation),
        rule('Logistic', (op, graph) => lowerSigmoidal(op, graph, 'Sigmoid', tables16)),
        rule('HyperbolicTangent', (op, graph) => lowerSigmoidal(op, graph, 'Tanh', tables16)),
        rule(['Exp', 'Log', 'Rsqrt', 'HardSwish'], (op, graph) => toTable(op, graph, op.kind)),
        rule('Softmax', (op, graph) => lowerSoftmax(op, graph, transposes)),
      ]),
    ],
    common: [
      makePass([rule('Reshape', removeReshape)]),
      makePass([
        rule(['FullyConnected', 'Conv2D'], viewAsVectors),
        rule(['Conv2D', 'DepthwiseConv2D'], foldPadding),
        rule(['Conv2D', 'DepthwiseConv2D', 'AvgPool', 'MaxPool'], simplifyKernel),
        rule('DepthwiseConv2D', depthwiseToConvolution),
      ]),
      makePass([rule('MemoryCopy', sliceToConsumers), rule('MemoryCopy', sliceToProducer)]),
    ],
  };
}

const PASSES = new Map<LoweringFamily, Passes>();

/** The rewriting passes of a family in order. */
export function passesOf(family: LoweringFamily): Passes {
  const known = PASSES.get(family);
  if (known !== undefined) return known;
  const made = makePasses(TRAITS[family]);
  PASSES.set(family, made);
  return made;
}
