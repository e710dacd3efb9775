/** A number from 0 to 99 for a digit at a position, the same everywhere. */
const cost = (position, digit, which) => {
  let h = (position * 73 + digit * 19 + which * 7 + 1) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) % 100;
};

/** Cycles and bytes that are sums over the digits; memory that is the largest of them. */
export const createEvaluator = () => ({
  evaluate: (digits) => {
    const costs = (which) => Array.from(digits, (digit, i) => cost(i, digit, which));
    const sum = (which) => costs(which).reduce((a, b) => a + b, 0);
    const cycles = 1000 + sum(0);
    return {
      cycles_total: cycles,
      cycles_npu: cycles,
      sram_total_bytes: 1000 + sum(1),
      external_total_bytes: 1000 + sum(2),
      sram_memory_used_bytes: 1024 * (1 + Math.max(...costs(3))),
      nn_macs: 10,
      encoded_weight_bytes: 77,
      cpu_operators: 0,
      predicted: 0,
    };
  },
});
