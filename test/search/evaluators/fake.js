const wait = (milliseconds) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

/**
 * Figures that are a function of the digits alone; designs on a list throw, or end their worker. Parts are the digits,
 * as many as the system allows.
 */
export const createEvaluator = (space, values) => ({
  segmentFigures: (digits) => {
    const key = Array.from(digits).join('');
    if (space.network.name.includes('throwing') && key.startsWith('11')) throw new Error(`cannot do ${key}`);
    if (space.network.name.includes('ending') && key.startsWith('1010')) process.exit(3);
    return Float64Array.from(Array.from(digits).slice(0, digits.length - digits[digits.length - 1]));
  },
  evaluate: (digits) => {
    if (space.network.name.includes('slow')) wait(4);
    const key = Array.from(digits).join('');
    if (space.network.name.includes('throwing') && key.startsWith('11')) throw new Error(`cannot do ${key}`);
    if (space.network.name.includes('ending') && key.startsWith('1010')) process.exit(3);
    if (space.network.name.includes('hopeless')) process.exit(4);
    const sum = Array.from(digits).reduce((n, d, i) => (31 * n + d * (i + 1)) % 1009, 7);
    return {
      cycles_total: 1000 + sum,
      cycles_npu: 900 + sum,
      sram_total_bytes: 5000 + ((sum * 37) % 101),
      external_total_bytes: 1024 + sum,
      sram_memory_used_bytes: 2048,
      nn_macs: values === 'unknown' ? 20 : 10,
      encoded_weight_bytes: 77,
      cpu_operators: 0,
      predicted: sum % 2,
    };
  },
});
