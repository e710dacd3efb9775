import { ELEMENT_BITS } from '../../graph/network.js';
import type { ElementType } from '../../graph/network.js';
import { input, ROLE } from '../ir.js';
import type { Op, View } from '../ir.js';
import type { PlacementRules } from '../families/rules.js';
import { aboutTensor } from './reason.js';
import { weightRules } from './weights.js';

const NPU_TYPES: ReadonlySet<ElementType> = new Set(['uint8', 'int8', 'int16', 'int32', 'int64']);

/** Operators that need no quantisation (docs/model/lowering.md#generic-rules). */
const UNQUANTISED: ReadonlySet<string> = new Set([
  'ARG_MAX',
  'EXPAND_DIMS',
  'GATHER',
  'MIRROR_PAD',
  'PAD',
  'PADV2',
  'QUANTIZE',
  'REDUCE_ALL',
  'REDUCE_ANY',
  'SCATTER_ND',
  'SELECT',
  'SELECT_V2',
  'TRANSPOSE',
]);

/** Operators that may have one scale per channel. */
const PER_AXIS: ReadonlySet<string> = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'TRANSPOSE_CONV',
  'FULLY_CONNECTED',
]);

/** A scale of 2^32 or more has no shift. */
const LARGEST_SCALE = 2 ** 32;

const isFeatureMap = (view: View): boolean => view.role < ROLE.weights;
const isUnsigned = (type: ElementType): boolean => type.startsWith('u');

function typeRule(view: View, family: PlacementRules): string | undefined {
  const { type } = view.tensor;
  if (NPU_TYPES.has(type) || (family.boolTypes && type === 'bool')) return undefined;
  return aboutTensor(`${type} is not supported`, view.tensor.name);
}

function quantisationRule(op: Op, view: View): string | undefined {
  const { quant, tensor } = view;
  if (!UNQUANTISED.has(op.builtin)) {
    const exempt =
      tensor.type === 'int64' ||
      tensor.type === 'bool' ||
      (tensor.type === 'int32' && isFeatureMap(view) && op.builtin !== 'QUANTIZE');
    if (quant === undefined || quant.scales.length === 0 || quant.zeroPoints.length === 0) {
      if (!exempt) return aboutTensor('it is not quantised', tensor.name);
    } else if (quant.scales.length <= 1 ? quant.scales[0]! >= LARGEST_SCALE : largest(quant.scales)) {
      return aboutTensor('a scale of 2^32 or more', tensor.name);
    }
  }
  if (
    quant !== undefined &&
    (quant.scales.length > 1 || quant.zeroPoints.length > 1) &&
    !PER_AXIS.has(op.builtin)
  ) {
    return aboutTensor('one scale per channel is for weights only', tensor.name);
  }
  return undefined;
}

const largest = (scales: readonly number[]): boolean => scales.some((scale) => scale >= LARGEST_SCALE);

function shapeRule(view: View): string | undefined {
  if (view.tensor.shapeless) return aboutTensor('a tensor without a shape', view.tensor.name);
  for (const size of view.tensor.shape) {
    if (size < 0) return aboutTensor('an axis without a fixed size', view.tensor.name);
  }
  return undefined;
}

function zeroPointRule(op: Op, view: View, isOfm: boolean, family: PlacementRules): string | undefined {
  const point = view.quant?.zeroPoints[0];
  if (point === undefined || family.zeroPointExempt.has(op.builtin)) return undefined;
  const { type } = view.tensor;
  if (family.zeroPointFits(type, point, isOfm)) return undefined;
  return `zero point ${point} of a tensor of ${type} is out of range`;
}

function widthRule(op: Op, view: View, family: PlacementRules): string | undefined {
  const bits = ELEMENT_BITS[view.tensor.type];
  if (bits === 32 && family.only32 !== undefined && !family.only32.has(op.builtin)) {
    return '32-bit feature maps are not supported for this operator';
  }
  if (bits === 64 && family.only64 !== undefined && !family.only64.has(op.builtin)) {
    return '64-bit feature maps are not supported for this operator';
  }
  return undefined;
}

function featureMapRule(op: Op, view: View, isOfm: boolean, family: PlacementRules): string | undefined {
  return (
    typeRule(view, family) ??
    quantisationRule(op, view) ??
    zeroPointRule(op, view, isOfm, family) ??
    widthRule(op, view, family)
  );
}

/**
 * Why the generic rules keep an operator from the NPU; undefined when they do not
 * (docs/model/lowering.md#generic-rules).
 */
export function genericReason(op: Op, family: PlacementRules): string | undefined {
  if (input(op, ROLE.ifm) === undefined) return 'it has no input feature map';
  if (op.outputs.length === 0) return 'it has no output feature map';
  for (const view of op.inputs) {
    const reason =
      shapeRule(view) ?? (isFeatureMap(view) ? featureMapRule(op, view, false, family) : undefined);
    if (reason !== undefined) return reason;
  }
  for (const view of op.outputs) {
    const reason = shapeRule(view) ?? featureMapRule(op, view, true, family);
    if (reason !== undefined) return reason;
  }
  const weights = PER_AXIS.has(op.builtin) ? input(op, ROLE.weights) : undefined;
  return weights === undefined
    ? undefined
    : (quantisationRule(op, weights) ?? weightRules(op, weights, family));
}

export { isUnsigned };
