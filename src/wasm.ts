/**
 * Just enough of the WebAssembly binary format (https://webassembly.github.io/spec/core/binary/) to write small
 * kernels by instruction name.
 */

/** Unsigned LEB128. */
const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];

/** Signed LEB128. */
const signed = (value: number): number[] =>
  value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];

const simd = (code: number, ...operands: number[]): number[] => [0xfd, ...unsigned(code), ...operands];
const memory = (align: number, offset: number): number[] => [align, ...unsigned(offset)];

/** Type of a block that leaves nothing. */
const EMPTY = 0x40;

/** Instructions; arguments are immediates, operands are on the stack. */
export const op = {
  block: [0x02, EMPTY],
  loop: [0x03, EMPTY],
  end: [0x0b],
  br: (depth: number): number[] => [0x0c, depth],
  brIf: (depth: number): number[] => [0x0d, depth],
  get: (local: number): number[] => [0x20, local],
  set: (local: number): number[] => [0x21, local],
  tee: (local: number): number[] => [0x22, local],
  i32Const: (value: number): number[] => [0x41, ...signed(value)],
  i64Const: (value: number): number[] => [0x42, ...signed(value)],
  i32Load: (offset: number): number[] => [0x28, ...memory(2, offset)],
  i32Load16u: (offset: number): number[] => [0x2f, ...memory(1, offset)],
  i32Store8: (offset: number): number[] => [0x3a, ...memory(0, offset)],
  select: [0x1b],
  i32LtS: [0x48],
  i32LtU: [0x49],
  i32GtS: [0x4a],
  i32GeU: [0x4f],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32And: [0x71],
  i32Shl: [0x74],
  i32ShrS: [0x75],
  i32ShrU: [0x76],
  i64Add: [0x7c],
  i64Mul: [0x7e],
  i64Shl: [0x86],
  i64ShrS: [0x87],
  i32WrapI64: [0xa7],
  i64ExtendI32s: [0xac],
  v128Load: (offset: number): number[] => simd(0x00, ...memory(4, offset)),
  v128Load16x4s: (offset: number): number[] => simd(0x03, ...memory(3, offset)),
  v128Load32Splat: (offset: number): number[] => simd(0x09, ...memory(2, offset)),
  v128Store: (offset: number): number[] => simd(0x0b, ...memory(4, offset)),
  v128Or: simd(0x50),
  v128Bitselect: simd(0x52),
  i32x4Splat: simd(0x11),
  i32x4LeS: simd(0x3d),
  i32x4Bitmask: simd(0xa4),
  i32x4Add: simd(0xae),
  i32x4Sub: simd(0xb1),
  i32x4DotI16x8s: simd(0xba),
  i32x4ExtmulLowI16x8s: simd(0xbc),
  i32x4ExtmulHighI16x8s: simd(0xbd),
} as const;

const I32 = 0x7f;
const V128 = 0x7b;

const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes];
const text = (value: string): number[] => [value.length, ...Buffer.from(value, 'ascii')];

/** Memory of a module; `grow` adds pages and makes a new buffer. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  readonly grow: (pages: number) => number;
}

/** The part of the WebAssembly interface that is needed here. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** A function of integers; its locals are its parameters, then `integers` integers, then `vectors` vectors. */
export interface Routine {
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
  /** Instructions leave an integer, which is the result. */
  readonly result?: true;
  readonly instructions: readonly (readonly number[])[];
}

const bodyOf = ({ integers, vectors, instructions }: Routine): number[] => {
  const body = [2, integers, I32, vectors, V128, ...instructions.flat(), ...op.end];
  return [...unsigned(body.length), ...body];
};

const typeOf = ({ parameters, result }: Routine): number[] => [
  ...[0x60, parameters, ...new Array<number>(parameters).fill(I32)],
  ...(result ? [1, I32] : [0]),
];

/** Bytes of one page of memory. */
export const PAGE_BYTES = 65_536;

/** A module with `pages` pages of memory and these functions. */
export const assemble = <Name extends string>(
  pages: number,
  routines: Readonly<Record<Name, Routine>>,
): { readonly memory: WasmMemory } & Readonly<Record<Name, (...args: number[]) => number>> => {
  const all = Object.entries<Routine>(routines);
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(
      Uint8Array.from([
        ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        ...section(1, [all.length, ...all.flatMap(([, routine]) => typeOf(routine))]),
        ...section(3, [all.length, ...all.keys()]),
        ...section(5, [1, 0, ...unsigned(pages)]),
        ...section(7, [
          ...[all.length + 1, ...text('memory'), 2, 0],
          ...all.flatMap(([name], index) => [...text(name), 0, index]),
        ]),
        ...section(10, [all.length, ...all.flatMap(([, routine]) => bodyOf(routine))]),
      ]),
    ),
  );
  return exports as never;
};
