import { UNIT } from './ir.js';
import type { Op, Quant, View } from './ir.js';
import type { Kind } from './kinds.js';
import { sameQuant } from './quant.js';

/** A scale that is not the one that changes nothing; which one it is never matters behind this pass. */
const RESCALING: Quant = { scales: [Number.NaN], zeroPoints: [0] };

type Rule = (op: Op, ofm: View) => void;

const hasScale = (quant: Quant | undefined): boolean => quant !== undefined && quant.scales.length > 0;

/** The unit scale with the zero points kept. */
const unitOf = (quant: Quant): Quant =>
  quant.zeroPoints.length === 1 && quant.zeroPoints[0] === 0
    ? UNIT
    : { scales: UNIT.scales, zeroPoints: quant.zeroPoints, unit: true };

/** IFM scales that are only multiplied away; views without a scale keep having none. */
function unitInputs(op: Op): void {
  for (const view of op.inputs) {
    if (view.role < 100 && view.quant !== undefined && hasScale(view.quant)) view.quant = unitOf(view.quant);
  }
}

const rescaling: Rule = (op, ofm) => {
  const ifm = op.inputs[0];
  if (ifm === undefined) return;
  const same = !hasScale(ifm.quant) || !hasScale(ofm.quant) || sameQuant(ifm.quant, ofm.quant);
  if (hasScale(ifm.quant)) ifm.quant = UNIT;
  if (hasScale(ofm.quant)) ofm.quant = same ? UNIT : RESCALING;
};

const toUnit: Rule = (op, ofm) => {
  unitInputs(op);
  if (ofm.quant !== undefined && hasScale(ofm.quant)) ofm.quant = unitOf(ofm.quant);
};

const function16: Rule = (op, ofm) => {
  unitInputs(op);
  if (hasScale(ofm.quant) && ofm.quant?.unit !== true) ofm.quant = op.splitOff ? UNIT : RESCALING;
};

/**
 * The few kinds whose quantisation decides what becomes of the list of operations
 * (docs/model/lowering.md#quantisation-pass).
 */
const RULES: ReadonlyMap<Kind, Rule> = new Map<Kind, Rule>([
  ['Quantize', rescaling],
  ['MemoryCopy', rescaling],
  ['Relu', rescaling],
  ['Relu6', rescaling],
  ['Relu0To1', rescaling],
  ['ReluN1To1', rescaling],
  ['LUT', toUnit],
  ['Sigmoid', function16],
  ['Tanh', function16],
  ['Pad', toUnit],
  ['Transpose', toUnit],
  ['Reverse', toUnit],
  ['Clamp', toUnit],
  [
    'Mul',
    (op) => {
      unitInputs(op);
    },
  ],
]);

/** What rewriting needs to know of an operation's scales: do they change anything? */
export function quantiseOperation(op: Op): Op {
  const ofm = op.outputs[0];
  if (ofm !== undefined) RULES.get(op.kind)?.(op, ofm);
  return op;
}
