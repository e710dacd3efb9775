import type { IrGraph, Op } from './ir.js';
import { BINARY } from './kinds.js';
import type { Kind } from './kinds.js';
import { lowerArgMax, lowerArgMaxByPool } from './rewrite/arg-max.js';
import {
  broadcastFirst,
  lowerCast,
  lowerLess,
  lowerNeg,
  lowerSelect,
  lowerSquaredDifference,
} from './rewrite/arithmetic.js';
import {
  depthwiseToConvolution,
  reduceDilation,
  simplifyKernel,
  splitGroups,
  viewAsVectors,
} from './rewrite/convolution.js';
import { lowerGather, lowerScatter } from './rewrite/gather.js';
import { lowerLeakyRelu, lowerPrelu } from './rewrite/leaky.js';
import { lowerLstm } from './rewrite/lstm.js';
import { lowerBatchMatMul, lowerDynamicProduct, transposeSecond } from './rewrite/matmul.js';
import { lowerConcat, lowerPack, lowerSlice, lowerSplit, lowerStridedSlice } from './rewrite/movement.js';
import { foldPadding } from './rewrite/pad-folding.js';
import { flattenReverse, lowerMirrorPad, lowerPad, lowerReverse, lowerTile } from './rewrite/padding.js';
import { lowerMean, lowerReduceList, lowerReduceSum, reduceMinByMax } from './rewrite/reductions.js';
import { removeReshape } from './rewrite/reshapes.js';
import { lowerResize, resizeByBroadcast, simplifyResize } from './rewrite/resize.js';
import { sliceToConsumers, sliceToProducer } from './rewrite/slices.js';
import { lowerSoftmax } from './rewrite/softmax.js';
import { fuseSpaceToBatch } from './rewrite/space-to-batch.js';
import { unrollStrides } from './rewrite/strides.js';
import { lowerSigmoidal, toTable } from './rewrite/tables.js';
import {
  identityToReshape,
  moveReshapeBehind,
  readPermutation,
  simplifyTranspose,
} from './rewrite/transposes.js';
import { FAMILIES } from './families/families.js';
import type { RewriteRules } from './families/rules.js';
import type { LoweringFamily } from './target.js';
import { makePass } from './traverse.js';
import type { Pass, Rewrite, Rule } from './traverse.js';

const rule = (kinds: Kind | readonly Kind[], rewrite: Rewrite): Rule => ({
  kinds: typeof kinds === 'string' ? [kinds] : kinds,
  rewrite,
});

export interface Passes {
  /** The pattern that is looked for before placement (docs/model/lowering.md#space-to-batch). */
  readonly patterns: Pass;
  /** On TFLite operators, before the quantisation pass (docs/model/lowering.md#traversal). */
  readonly tflite: readonly Pass[];
  /**
   * Common rewriting before (docs/model/lowering.md#reshapes) and after constant folding (from
   * docs/model/lowering.md#rows-of-a-product on).
   */
  readonly beforeFolding: readonly Pass[];
  readonly afterFolding: readonly Pass[];
}

const CONVOLUTIONS: readonly Kind[] = ['Conv2D', 'DepthwiseConv2D'];

function tflitePasses(t: RewriteRules): readonly Pass[] {
  return [
    makePass([rule('Conv2D', splitGroups)]),
    makePass([
      rule('Slice', lowerSlice),
      rule('StridedSlice', lowerStridedSlice),
      rule('Pack', lowerPack),
      rule(['Split', 'SplitV', 'Unpack'], lowerSplit),
    ]),
    makePass([rule('BatchMatMul', lowerBatchMatMul), rule('FullyConnected', lowerDynamicProduct)]),
    makePass([rule('Transpose', readPermutation)]),
    makePass([
      rule(CONVOLUTIONS, reduceDilation),
      rule('Logistic', (op, graph) => lowerSigmoidal(op, graph, 'Sigmoid', t.tables16)),
      rule('HyperbolicTangent', (op, graph) => lowerSigmoidal(op, graph, 'Tanh', t.tables16)),
      rule(['Exp', 'Log', 'Rsqrt', 'HardSwish'], (op, graph) => toTable(op, graph, op.kind)),
      rule('LeakyReluList', (op, graph) => lowerLeakyRelu(op, graph, t.leakyRelu)),
      rule('PreluList', lowerPrelu),
      rule('Softmax', (op, graph) => lowerSoftmax(op, graph, t.transposes)),
      rule('Mean', lowerMean),
      rule('ReduceList', lowerReduceList),
      rule('SquaredDifference', lowerSquaredDifference),
      rule('ResizeImage', lowerResize),
      rule('MirrorPad', lowerMirrorPad),
      rule('ReverseV2', lowerReverse),
      rule(['Less', 'LessEqual'], lowerLess),
      rule('GatherV2', lowerGather),
      rule('ScatterNd', lowerScatter),
      rule('Lstm', (op, graph) => lowerLstm(op, graph, t.tables16)),
      rule('Concat', lowerConcat),
    ]),
  ];
}

function commonRules(t: RewriteRules): readonly Rule[] {
  const pools: readonly Kind[] = ['AvgPool', 'MaxPool'];
  const rules: (Rule | false)[] = [
    rule('Resize', simplifyResize),
    rule(['FullyConnected', 'Conv2D'], viewAsVectors),
    rule(CONVOLUTIONS, foldPadding),
    rule([...CONVOLUTIONS, ...pools], simplifyKernel),
    rule('Pad', lowerPad),
    rule('Cast', lowerCast),
    rule('Concat', lowerConcat),
    rule('Neg', lowerNeg),
    !t.reduceMin && rule('ReduceMin', reduceMinByMax),
    rule('ReduceSum', (op, graph) => lowerReduceSum(op, graph, t.sumsThenSubtracts)),
    !t.resizes && rule('Resize', resizeByBroadcast),
    rule('Tile', lowerTile),
    rule('MatMul', transposeSecond),
    rule('Select', lowerSelect),
    rule('ArgMaxList', t.argMax ? lowerArgMax : lowerArgMaxByPool),
    rule('DepthwiseConv2D', depthwiseToConvolution),
    rule('Reverse', flattenReverse),
    rule(['Conv2D', ...pools], unrollStrides),
    !t.broadcastsBoth && rule([...BINARY], broadcastFirst),
  ];
  return rules.filter((r): r is Rule => r !== false);
}

function makePasses(family: LoweringFamily): Passes {
  const t = FAMILIES[family].rewriting;
  return {
    patterns: makePass([rule(CONVOLUTIONS, (op: Op, graph: IrGraph) => fuseSpaceToBatch(op, graph, family))]),
    tflite: tflitePasses(t),
    beforeFolding: [
      makePass([rule('Transpose', identityToReshape)]),
      makePass([rule('Reshape', moveReshapeBehind)]),
      makePass([rule('Reshape', removeReshape)]),
    ],
    afterFolding: [
      makePass(commonRules(t)),
      makePass([
        rule('Transpose', simplifyTranspose),
        rule('MemoryCopy', sliceToConsumers),
        rule('MemoryCopy', sliceToProducer),
      ]),
    ],
  };
}

const PASSES = new Map<LoweringFamily, Passes>();

/** The rewriting passes of a family in order. */
export function passesOf(family: LoweringFamily): Passes {
  const known = PASSES.get(family);
  if (known !== undefined) return known;
  const made = makePasses(family);
  PASSES.set(family, made);
  return made;
}
