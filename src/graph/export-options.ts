import type { FieldValue, OperatorTable, TableNode } from '../tflite/nodes.js';
import { ENUMS, optionsOf, type FieldSchema } from '../tflite/schema.js';
import { elementTypeCode } from './import-options.js';
import type { ElementType, OptionValue } from './network.js';

type Options = Readonly<Record<string, OptionValue>>;

const optionField = (schema: FieldSchema, value: OptionValue): FieldValue => {
  if (typeof value === 'string') {
    if (schema.kind !== 'scalar' || schema.enumeration === undefined) return value;
    const code =
      schema.enumeration === 'TensorType'
        ? elementTypeCode(value as ElementType)
        : ENUMS.get(schema.enumeration)?.members.indexOf(value);
    if (code === undefined || code < 0) throw new RangeError(`${schema.name} cannot be ${value}`);
    return code;
  }
  if (schema.kind === 'scalars' && typeof value === 'object') {
    if (schema.wire === 'i64') return value.map(BigInt);
    if (schema.wire === 'bool') return value.map(Boolean);
  }
  return value;
};

/**
 * The fields of an operator that hold its options, the inverse of `importOptions`; defaults are left out as converters
 * do.
 *
 * @throws RangeError for an option that the operator does not have, or a value that it cannot have
 */
export const exportOptions = (kind: string, options: Options): Partial<OperatorTable> => {
  const place = optionsOf(kind);
  if (!place) {
    if (Object.keys(options).length > 0) throw new RangeError(`${kind} has no options`);
    return {};
  }
  const node: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(options)) {
    const schema = place.table.fields.find((field) => field.name === name);
    if (!schema) throw new RangeError(`${kind} has no option ${name}`);
    const field = optionField(schema, value);
    if (schema.kind !== 'scalar' || field !== schema.default) node[name] = field;
  }
  const table: TableNode = node;
  return place.field === 'builtin_options'
    ? { builtin_options_type: place.type, builtin_options: table }
    : { builtin_options_2_type: place.type, builtin_options_2: table };
};

const sameValue = (a: OptionValue | undefined, b: OptionValue): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => x === b[i]));

/** Names of the options that differ, in either direction. */
export const changedOptions = (before: Options, after: Options): string[] => [
  ...Object.keys(after).filter((name) => !sameValue(before[name], after[name]!)),
  ...Object.keys(before).filter((name) => !(name in after)),
];

/** The fields of `table` that hold its options, with those of `after` that differ from `before`; the rest is kept. */
export const patchOptions = (
  kind: string,
  table: OperatorTable,
  before: Options,
  after: Options,
): Partial<OperatorTable> => {
  const names = changedOptions(before, after);
  const place = optionsOf(kind);
  if (names.length === 0) return {};
  const old = place && table[place.field];
  if (!old) return exportOptions(kind, after);
  const node: Record<string, FieldValue | undefined> = { ...old };
  for (const name of names) {
    const schema = place.table.fields.find((field) => field.name === name);
    if (!schema) throw new RangeError(`${kind} has no option ${name}`);
    if (name in after) node[name] = optionField(schema, after[name]!);
    else Reflect.deleteProperty(node, name);
  }
  return { [place.field]: node };
};
