import {
  ENUM_LINES,
  OPERATOR_NAMES,
  OPTIONS_BY_OPERATOR,
  TABLE_LINES,
  UNION_LINES,
} from './schema-tables.js';

/** Scalar wire types of FlatBuffers. */
export type Wire = 'bool' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64';

/** Bytes of each scalar on the wire. */
export const WIRE_BYTES: Readonly<Record<Wire, number>> = {
  bool: 1,
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
};

interface FieldBase {
  readonly name: string;
  readonly id: number;
  /** Distinguishes what an offset can lead to, so that shared parts are decoded once per kind of reading. */
  readonly typeIndex: number;
}

/** A field of a table. */
export type FieldSchema = FieldBase &
  (
    | {
        readonly kind: 'scalar';
        readonly wire: Wire;
        readonly default: number | bigint | boolean;
        readonly enumeration?: string;
      }
    | { readonly kind: 'string' }
    | { readonly kind: 'scalars'; readonly wire: Wire; readonly align: number }
    | { readonly kind: 'table'; readonly table: TableSchema }
    | { readonly kind: 'tables'; readonly table: TableSchema }
    | { readonly kind: 'union'; readonly typeField: string; readonly members: readonly TableSchema[] }
  );

/** A table: its fields by id. */
export interface TableSchema {
  readonly name: string;
  readonly fields: readonly FieldSchema[];
  readonly typeIndex: number;
}

/** Members of an enumeration by value. */
export interface EnumSchema {
  readonly wire: Wire;
  readonly members: readonly string[];
}

const lines = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(' '));

/** Enumerations by name. */
export const ENUMS: ReadonlyMap<string, EnumSchema> = new Map(
  lines(ENUM_LINES).map(([name = '', wire, ...members]) => [name, { wire: wire as Wire, members }]),
);

const unionLines = new Map(lines(UNION_LINES).map(([name = '', ...members]) => [name, members]));

const tables = new Map<string, { name: string; fields: FieldSchema[]; typeIndex: number }>();

const typeIndices = new Map<string, number>();
const typeIndex = (type: string): number => {
  const known = typeIndices.get(type);
  if (known !== undefined) return known;
  typeIndices.set(type, typeIndices.size);
  return typeIndices.size - 1;
};

const declare = (name: string): TableSchema => {
  let table = tables.get(name);
  if (!table) {
    table = { name, fields: [], typeIndex: typeIndex(name) };
    tables.set(name, table);
  }
  return table;
};

const isWire = (type: string): type is Wire => type in WIRE_BYTES;

const scalarDefault = (wire: Wire, text: string | undefined): number | bigint | boolean => {
  if (wire === 'bool') return text === 'true';
  if (wire === 'i64' || wire === 'u64') return BigInt(text ?? 0);
  return Number(text ?? 0);
};

const FIELD = /^(\w+):(\[?)(\w+)\]?(?:@(\d+))?(?:=(\S+))?$/;

const parseField = (text: string, id: number): FieldSchema[] => {
  const [, name = '', bracket, type = '', align, value] = FIELD.exec(text) ?? [];
  const base = { name, id, typeIndex: typeIndex(`${bracket ?? ''}${type}`) };
  const enumeration = ENUMS.get(type);
  const wire = enumeration?.wire ?? (isWire(type) ? type : undefined);
  if (bracket) {
    if (wire)
      return [{ ...base, kind: 'scalars', wire, align: Math.max(WIRE_BYTES[wire], Number(align ?? 0)) }];
    return [{ ...base, kind: 'tables', table: declare(type) }];
  }
  if (wire) {
    const scalar = { ...base, kind: 'scalar' as const, wire, default: scalarDefault(wire, value) };
    return [enumeration ? { ...scalar, enumeration: type } : scalar];
  }
  if (type === 'str') return [{ ...base, kind: 'string' }];
  const members = unionLines.get(type);
  if (!members) return [{ ...base, kind: 'table', table: declare(type) }];
  const typeField = `${name}_type`;
  return [
    { name: typeField, id, typeIndex: typeIndex('u8'), kind: 'scalar', wire: 'u8', default: 0 },
    { ...base, id: id + 1, kind: 'union', typeField, members: members.map(declare) },
  ];
};

for (const [name = '', ...fields] of lines(TABLE_LINES)) {
  declare(name);
  const table = tables.get(name)!;
  for (const field of fields) table.fields.push(...parseField(field, table.fields.length));
}

/** The root table of a TFLite file. */
export const MODEL: TableSchema = declare('Model');

/** A table nothing is known of: a member that a union of ours does not have. */
export const OPAQUE: TableSchema = declare('');

/** Number of different `typeIndex` values. */
export const TYPE_COUNT = typeIndices.size;

/** The schema of a table by name; undefined when the schema has none of that name. */
export const tableSchema = (name: string): TableSchema | undefined => tables.get(name);

const optionNames = (union: string): readonly string[] => unionLines.get(union) ?? [];

const camel = (operator: string): string =>
  operator
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

const byLowerName = new Map(
  [...optionNames('BuiltinOptions'), ...optionNames('BuiltinOptions2')].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

const optionsByOperator = new Map(
  OPERATOR_NAMES.map((operator) => [
    operator,
    OPTIONS_BY_OPERATOR[operator] ?? byLowerName.get(`${camel(operator)}Options`.toLowerCase()),
  ]),
);

/** Where an operator's options are kept. */
export interface OptionsPlace {
  /** Schema of the options table. */
  readonly table: TableSchema;
  /** Field of the operator that holds it. */
  readonly field: 'builtin_options' | 'builtin_options_2';
  /** Value of the union's type field. */
  readonly type: number;
}

/** The options table that belongs to a builtin operator; undefined for operators that have none. */
export const optionsOf = (operator: string): OptionsPlace | undefined => {
  const name = optionsByOperator.get(operator);
  if (name === undefined) return undefined;
  const type = optionNames('BuiltinOptions').indexOf(name) + 1;
  return type > 0
    ? { table: declare(name), field: 'builtin_options', type }
    : {
        table: declare(name),
        field: 'builtin_options_2',
        type: optionNames('BuiltinOptions2').indexOf(name) + 1,
      };
};

/** The options table behind a union type; undefined when the schema does not know that type. */
export const optionsTable = (
  union: 'BuiltinOptions' | 'BuiltinOptions2',
  type: number,
): TableSchema | undefined => {
  const name = optionNames(union)[type - 1];
  return name === undefined ? undefined : declare(name);
};

/** Name of a builtin operator by its code; undefined for codes later than this schema. */
export const operatorName = (code: number): string | undefined => OPERATOR_NAMES[code];

const operatorCodes = new Map(OPERATOR_NAMES.map((name, code) => [name, code]));

/** Code of a builtin operator by its name; undefined when there is none of that name. */
export const operatorCode = (name: string): number | undefined => operatorCodes.get(name);
