import type { FieldValue, OperatorTable, TableNode } from '../tflite/nodes.js';
import { ENUMS, optionsOf, optionsTable, type FieldSchema, type TableSchema } from '../tflite/schema.js';
import type { ElementType, OptionValue } from './network.js';

const elementTypes: readonly ElementType[] = (ENUMS.get('TensorType')?.members ?? []).map(
  (name) => name.toLowerCase() as ElementType,
);

/** Element type by its value in the schema; `unknown` for values later than this program. */
export const elementType = (value: number): ElementType => elementTypes[value] ?? 'unknown';

/** Value of an element type in the schema; undefined for `unknown`. */
export const elementTypeCode = (type: ElementType): number | undefined => {
  const code = elementTypes.indexOf(type);
  return code < 0 ? undefined : code;
};

type Options = Record<string, OptionValue>;

/** Complains about a field: its name and what is wrong with it. */
type Complain = (field: string, reason: string) => Error;

const enumerated = (enumeration: string, value: number, field: string, complain: Complain): string => {
  if (enumeration === 'TensorType') return elementType(value);
  const members = ENUMS.get(enumeration)?.members ?? [];
  const name = members[value];
  if (name === undefined) throw complain(field, `is ${value}, which should be one of ${members.join(', ')}`);
  return name;
};

const EMPTY: readonly number[] = [];

const option = (
  schema: FieldSchema,
  value: FieldValue | undefined,
  complain: Complain,
): OptionValue | undefined => {
  switch (schema.kind) {
    case 'scalar': {
      const scalar = (value ?? schema.default) as number | bigint | boolean;
      if (schema.enumeration === undefined) return scalar;
      return enumerated(schema.enumeration, Number(scalar), schema.name, complain);
    }
    case 'string':
      return (value ?? '') as string;
    case 'scalars':
      if (value instanceof Uint8Array) return undefined;
      if (schema.wire === 'i64') return ((value ?? []) as readonly bigint[]).map(Number);
      if (schema.wire === 'bool') return ((value ?? []) as readonly boolean[]).map(Number);
      return (value ?? EMPTY) as readonly number[];
    default:
      return undefined;
  }
};

const named = (table: TableSchema, node: TableNode, complain: Complain): Options => {
  const options: Options = {};
  for (const field of table.fields) {
    const value = option(field, node[field.name], complain);
    if (value !== undefined) options[field.name] = value;
  }
  return options;
};

const NO_NODE: TableNode = {};

/**
 * Options of an operator by their schema names, with the schema's defaults for what the file leaves out, be it a
 * field or the whole table (as old files do). Byte vectors are left out.
 *
 * @throws what `complain` makes, for values outside an enumeration and for the options of another operator.
 */
export const importOptions = (kind: string, operator: OperatorTable, complain: Complain): Options => {
  const place = optionsOf(kind);
  const isSecond = operator.builtin_options_2 !== undefined && place?.field !== 'builtin_options';
  const node = isSecond ? operator.builtin_options_2 : operator.builtin_options;
  const type = (isSecond ? operator.builtin_options_2_type : operator.builtin_options_type) ?? 0;
  const stated = node && optionsTable(isSecond ? 'BuiltinOptions2' : 'BuiltinOptions', type);
  if (!place || place.table.fields.length === 0) return stated ? named(stated, node, complain) : {};
  if (stated && stated !== place.table)
    throw complain('options', `are ${stated.name}, which should be ${place.table.name}`);
  return named(place.table, stated ? node : NO_NODE, complain);
};
