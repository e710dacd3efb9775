/**
 * Just enough of the WebAssembly binary format (https://webassembly.github.io/spec/core/binary/) to write a small
 * vector kernel by instruction name.
 */

/** Unsigned LEB128. */
const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];

/** Signed LEB128. */
const signed = (value: number): number[] =>
  value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];

const simd = (code: number, ...operands: number[]): number[] => [0xfd, ...unsigned(code), ...operands];
const memory = (align: number, offset: number): number[] => [align, ...unsigned(offset)];

/** Instructions; arguments are immediates, operands are on the stack. */
export const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  br: (depth: number): number[] => [0x0c, depth],
  brIf: (depth: number): number[] => [0x0d, depth],
  get: (local: number): number[] => [0x20, local],
  set: (local: number): number[] => [0x21, local],
  tee: (local: number): number[] => [0x22, local],
  i32Const: (value: number): number[] => [0x41, ...signed(value)],
  i32Load16u: (offset: number): number[] => [0x2f, ...memory(1, offset)],
  i32GeU: [0x4f],
  i32Add: [0x6a],
  i32Shl: [0x74],
  v128Load: (offset: number): number[] => simd(0x00, ...memory(4, offset)),
  v128Load16x4s: (offset: number): number[] => simd(0x03, ...memory(3, offset)),
  v128Store: (offset: number): number[] => simd(0x0b, ...memory(4, offset)),
  v128Or: simd(0x50),
  v128Bitselect: simd(0x52),
  i32x4Splat: simd(0x11),
  i32x4LeS: simd(0x3d),
  i32x4Bitmask: simd(0xa4),
  i32x4Add: simd(0xae),
  i32x4Sub: simd(0xb1),
} as const;

const I32 = 0x7f;
const V128 = 0x7b;

const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes];
const text = (value: string): number[] => [value.length, ...Buffer.from(value, 'ascii')];

/** The part of the WebAssembly interface that is needed here. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => {
    readonly exports: {
      readonly memory: { readonly buffer: ArrayBuffer };
      readonly run: (...args: number[]) => number;
    };
  };
};

/**
 * A module with `pages` pages of memory and one function of `parameters` integers that returns an integer, with
 * `integers` and `vectors` further locals in this order.
 */
export const assemble = (
  pages: number,
  parameters: number,
  integers: number,
  vectors: number,
  instructions: readonly (readonly number[])[],
): { readonly memory: ArrayBuffer; readonly run: (...args: number[]) => number } => {
  const body = [2, integers, I32, vectors, V128, ...instructions.flat(), ...op.end];
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(
      Uint8Array.from([
        ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        ...section(1, [1, 0x60, parameters, ...new Array<number>(parameters).fill(I32), 1, I32]),
        ...section(3, [1, 0]),
        ...section(5, [1, 0, ...unsigned(pages)]),
        ...section(7, [2, ...text('memory'), 2, 0, ...text('run'), 0, 0]),
        ...section(10, [1, ...unsigned(body.length), ...body]),
      ]),
    ),
  );
  return { memory: exports.memory.buffer, run: exports.run };
};
