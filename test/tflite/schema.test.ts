import { describe, expect, it } from 'vitest';
import {
  ENUMS,
  MODEL,
  operatorCode,
  operatorName,
  optionsOf,
  optionsTable,
  tableSchema,
} from '../../src/tflite/schema.js';
import { builtinCode, makeOperatorCode, operatorKind } from '../../src/tflite/model.js';
import { decodeText, encodeText } from '../../src/tflite/text.js';

// Numbers: the public TFLite schema, version 3.
describe('schema', () => {
  it.each([
    ['ADD', 0],
    ['CONV_2D', 3],
    ['CUSTOM', 32],
    ['SELECT', 64],
    ['LEAKY_RELU', 98],
    ['HARD_SWISH', 117],
    ['BATCH_MATMUL', 126],
    ['PLACEHOLDER_FOR_GREATER_OP_CODES', 127],
    ['GELU', 150],
    ['RIGHT_SHIFT', 161],
    ['DILATE', 203],
    ['STABLEHLO_CASE', 209],
  ])('gives %s the operator code %i', (name, code) => {
    expect(operatorCode(name)).toBe(code);
    expect(operatorName(code)).toBe(name);
  });

  it.each([
    [1, 'Conv2DOptions'],
    [11, 'AddOptions'],
    [17, 'ReshapeOptions'],
    [32, 'StridedSliceOptions'],
    [49, 'TransposeConvOptions'],
    [75, 'LeakyReluOptions'],
    [101, 'BatchMatMulOptions'],
    [126, 'RightShiftOptions'],
  ])('has type %i of the union of options for %s', (type, name) => {
    expect(optionsTable('BuiltinOptions', type)?.name).toBe(name);
  });

  it('ends the unions of options at 126 and 23', () => {
    expect(optionsTable('BuiltinOptions', 127)).toBeUndefined();
    expect(optionsTable('BuiltinOptions2', 23)?.name).toBe('StablehloCaseOptions');
    expect(optionsTable('BuiltinOptions2', 24)).toBeUndefined();
  });

  it('knows where the options of an operator are', () => {
    expect(optionsOf('MAX_POOL_2D')).toMatchObject({ field: 'builtin_options', type: 5 });
    expect(optionsOf('MINIMUM')).toMatchObject({ field: 'builtin_options', type: 39 });
    expect(optionsOf('REDUCE_MAX')?.table.name).toBe('ReducerOptions');
    expect(optionsOf('STABLEHLO_SLICE')).toMatchObject({ field: 'builtin_options_2', type: 3 });
    expect(optionsOf('LOGISTIC')).toBeUndefined();
  });

  it('counts two ids for a union', () => {
    const fields = tableSchema('Operator')!.fields.map((field) => [field.id, field.name]);
    expect(fields).toContainEqual([3, 'builtin_options_type']);
    expect(fields).toContainEqual([4, 'builtin_options']);
    expect(fields).toContainEqual([13, 'debug_metadata_index']);
    for (const table of [MODEL, tableSchema('Operator')!])
      table.fields.forEach(({ id }, i) => expect(id).toBe(i));
  });

  it('has the defaults that are not zero', () => {
    const defaults = (table: string, name: string): unknown => {
      const field = tableSchema(table)!.fields.find((f) => f.name === name);
      return field?.kind === 'scalar' ? field.default : undefined;
    };
    expect(defaults('Conv2DOptions', 'dilation_w_factor')).toBe(1);
    expect(defaults('AddOptions', 'pot_scale_int16')).toBe(true);
    expect(defaults('OperatorCode', 'version')).toBe(1);
    expect(defaults('SubGraph', 'debug_metadata_index')).toBe(-1);
    expect(defaults('RandomOptions', 'seed')).toBe(0n);
  });

  it('numbers the element types', () => {
    const members = ENUMS.get('TensorType')!.members;
    expect(members.indexOf('INT8')).toBe(9);
    expect(members.indexOf('INT4')).toBe(17);
  });
});

describe('operator codes', () => {
  it('are the larger of the two fields', () => {
    expect(builtinCode({ deprecated_builtin_code: 3 })).toBe(3);
    expect(builtinCode({ builtin_code: 3 })).toBe(3);
    expect(builtinCode({ deprecated_builtin_code: 127, builtin_code: 150 })).toBe(150);
    expect(builtinCode({})).toBe(0);
  });

  it('are written so that programs of either age read them', () => {
    expect(makeOperatorCode('CONV_2D', 3)).toEqual({
      deprecated_builtin_code: 3,
      version: 3,
      builtin_code: 3,
    });
    expect(makeOperatorCode('GELU')).toEqual({ deprecated_builtin_code: 127, version: 1, builtin_code: 150 });
    expect(() => makeOperatorCode('CONVOLVE')).toThrow(RangeError);
  });

  it('later than the schema have a name of their own', () => {
    expect(operatorKind({ builtin_code: 999 })).toBe('UNKNOWN_999');
  });
});

describe('text', () => {
  it.each([
    ['', []],
    ['aé', [0x61, 0xc3, 0xa9]],
    ['\u{1F50A}', [0xf0, 0x9f, 0x94, 0x8a]],
    ['\ufeffx', [0xef, 0xbb, 0xbf, 0x78]],
  ])('is UTF-8: %j', (text, bytes) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text);
    expect([...encodeText(text)]).toEqual(bytes);
  });

  it('keeps bytes that are not UTF-8', () => {
    for (const bytes of [[0xff], [0x61, 0xc3], [0x80, 0xc3, 0xa9, 0xfe], [0xed, 0xa0, 0x80], [0xc0, 0x80]])
      expect([...encodeText(decodeText(Uint8Array.from(bytes)))]).toEqual(bytes);
  });
});
