import { expect, test } from 'vitest';
import { bytesPerCycle, sixDecimals } from '../../src/npu/bandwidth.js';

test.each([
  // Origin: the shipped systems, by docs/model/systems.md#bandwidth.
  ['Ethos_U55_Deep_Embedded', 0.0625, 1, 0.5],
  ['Ethos_U55_High_End_Embedded', 1, 1, 8],
  ['Ethos_U65_Mid_End', 0.46875, 1, 7.5],
  ['Ethos_U85_SYS_DRAM_High', 0.75, 2, 24],
  ['My_U55_System', 0.125, 1, 2],
])('%s at scale %d over %d ports moves %d bytes per cycle', (name, scale, ports, expected) => {
  expect(bytesPerCycle(name, scale, ports)).toBe(expected);
});

test('bandwidth passes through six printed decimals as a float32', () => {
  expect(bytesPerCycle('Ethos_U55_X', 0.1, 1)).toBe(Math.fround(0.8));
  expect(bytesPerCycle('Ethos_U55_X', 1 / 3, 1)).toBe(Math.fround(2.666667));
});

test('a bandwidth is at least 0.0001', () => {
  expect(bytesPerCycle('Ethos_U55_X', 0, 1)).toBe(Math.fround(0.0001));
});

test('exact ties of the sixth decimal go to the even digit', () => {
  expect(sixDecimals(1 / 128)).toBe(0.007812); // 0.0078125
  expect(sixDecimals(3 / 128)).toBe(0.023438); // 0.0234375
  expect(sixDecimals(1.5)).toBe(1.5);
});
