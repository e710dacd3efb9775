import { describe, expect, it } from 'vitest';
import { groupOf } from '../../../src/cost/u85/group.js';
import { outputCyclesPerElement } from '../../../src/cost/u85/output-rate.js';
import type { ElementType } from '../../../src/graph/network.js';
import type { FeatureMap, LoweredOp, OpKind, View } from '../../../src/lowering/operations.js';
import { accelerator, operation, view } from './fixtures.js';

let nextId = 0;
const tensor = (type: ElementType = 'int8', shape: View['shape'] = [1, 8, 8, 16]): FeatureMap => ({
  id: nextId++,
  name: '',
  type,
  shape,
  graphInput: false,
  graphOutput: false,
  persistent: false,
});
const whole = (t: FeatureMap): View => ({ tensor: t, shape: t.shape });

const op = (
  kind: OpKind,
  ifms: readonly FeatureMap[],
  ofm: FeatureMap | View,
  chained?: boolean,
  subs: readonly LoweredOp[] = [],
): LoweredOp => ({
  kind,
  original: kind,
  origin: 0,
  source: { kind: 'ADD', inputs: [], outputs: [], intermediates: [], options: {}, origin: 0 },
  target: 'NPU',
  ifms: ifms.map(whole),
  ofms: ['tensor' in ofm ? ofm : whole(ofm)],
  kernel: operation('Add', [], view(1, 1, 1)).kernel,
  scaled: true,
  upscale: 'none',
  subs,
  ...(chained !== undefined && { chained }),
});

describe('groups', () => {
  it('takes what is handed on from the input of a fused operation', () => {
    const [ifm, inside, ofm] = [tensor(), tensor(), tensor('int32')];
    const group = groupOf(op('Sub', [ifm, ifm], ofm, undefined, [op('LUT', [inside], ofm, false)]));
    expect(group.members).toEqual([
      { kind: 'Sub', ifmBits: 8, ofmBits: 8 },
      { kind: 'LUT', ifmBits: 8, ofmBits: 32 },
    ]);
    expect(group.externals).toMatchObject([{ member: 1, port: 'ofm' }]);
    expect(group.internalOfm).toBe(false);
  });

  it('counts the other input of a chained operation, and the result of the activation fused onto it', () => {
    const [ifm, convolved, other, act, ofm] = [tensor(), tensor(), tensor(), tensor(), tensor()];
    const group = groupOf(
      op('Conv2D', [ifm], convolved, undefined, [
        op('Add', [other, convolved], ofm, true),
        op('Relu', [act], ofm, false),
      ]),
    );
    expect(group.externals.map(({ member, port, view: v }) => [member, port, v.tensor])).toEqual([
      [1, 'ifm', other],
      [2, 'ofm', ofm],
    ]);
    expect(group.internalOfm).toBe(true);
  });

  it('counts a result that is fused into part of a tensor as all of it', () => {
    const [ifm, inside, ofm] = [tensor(), tensor(), tensor('int8', [1, 8, 8, 48])];
    const part: View = {
      tensor: ofm,
      shape: [1, 8, 8, 16],
      slice: { offset: [0, 0, 0, 16], shape: [1, 8, 8, 16] },
    };
    const group = groupOf(op('Sub', [ifm, ifm], part, undefined, [op('Relu', [inside], part, false)]));
    expect(group.externals).toEqual([{ member: 1, port: 'ofm', view: whole(ofm) }]);
  });
});

describe('output stage', () => {
  const acc = accelerator(512);
  const binary = (bits: number, to: number) =>
    operation('Mul', [view(1, 1, 16, bits), view(1, 1, 16, bits)], view(1, 1, 16, to));

  it.each([
    [8, 8, 0.125],
    [8, 32, 0.25],
    [32, 32, 0.25],
    [32, 8, 0.25],
    [8, 64, 0.5],
    [16, 16, 0.125],
  ])('multiplication of %s bits to %s bits', (from, to, expected) => {
    expect(outputCyclesPerElement(binary(from, to), acc)).toBe(expected);
  });

  it('adds up chained operations and overlaps fused ones', () => {
    const member = (kind: OpKind) => ({ kind, ifmBits: 8, ofmBits: 8 });
    const chain = { ...binary(8, 8), members: [member('Mul'), member('Relu'), member('Add'), member('Div')] };
    expect(outputCyclesPerElement(chain, acc)).toBe(0.125 + 0.125 + 33);
  });

  it('is slower where rows are turned', () => {
    const copy = operation('Transpose', [view(8, 8, 16)], view(8, 8, 16), {}, { ofmOrder: [0, 2, 1, 3] });
    expect(outputCyclesPerElement(copy, acc)).toBe(0.25);
    expect(outputCyclesPerElement({ ...copy, ofmOrder: [0, 1, 3, 2] }, acc)).toBe(0.125);
  });
});
