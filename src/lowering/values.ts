import type { Constant, ElementType } from '../graph/network.js';

const INTEGERS = new WeakMap<Constant, readonly number[]>();

/** Values of a parameter tensor (int32 or int64), undefined when it is not constant or its values are unknown. */
export function integerValues(
  constant: Constant | undefined,
  type: ElementType,
): readonly number[] | undefined {
  const bytes = constant?.bytes;
  if (constant === undefined || bytes === undefined) return undefined;
  const known = INTEGERS.get(constant);
  if (known !== undefined) return known;
  const values = readIntegers(bytes, type);
  INTEGERS.set(constant, values);
  return values;
}

/** Little-endian integers of any width as numbers. */
export function readIntegers(bytes: Uint8Array, type: ElementType): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: number[] = [];
  switch (type) {
    case 'int8':
      for (let i = 0; i < bytes.length; i++) values.push(view.getInt8(i));
      break;
    case 'uint8':
    case 'bool':
      for (const byte of bytes) values.push(byte);
      break;
    case 'int16':
      for (let i = 0; i + 2 <= bytes.length; i += 2) values.push(view.getInt16(i, true));
      break;
    case 'uint16':
      for (let i = 0; i + 2 <= bytes.length; i += 2) values.push(view.getUint16(i, true));
      break;
    case 'uint32':
      for (let i = 0; i + 4 <= bytes.length; i += 4) values.push(view.getUint32(i, true));
      break;
    case 'int64':
    case 'uint64':
      for (let i = 0; i + 8 <= bytes.length; i += 8) values.push(Number(view.getBigInt64(i, true)));
      break;
    default:
      for (let i = 0; i + 4 <= bytes.length; i += 4) values.push(view.getInt32(i, true));
  }
  return values;
}

const SCALARS = new Map<string, Constant>();

/** A constant of one value that rewriting creates; the same object for the same type and value. */
export function scalarConstant(type: 'int8' | 'uint8' | 'int16' | 'int32', value: number): Constant {
  const key = `${type}:${value}`;
  const known = SCALARS.get(key);
  if (known !== undefined) return known;
  const width = type === 'int32' ? 4 : type === 'int16' ? 2 : 1;
  const bytes = new Uint8Array(width);
  for (let i = 0; i < width; i++) bytes[i] = (value >> (8 * i)) & 255;
  const made: Constant = { bytes };
  SCALARS.set(key, made);
  return made;
}
