/**
 * Bytes per cycle that the cost models use for a memory (docs/model/systems.md#bandwidth): the product in float32,
 * written with six decimals, read back as float32, at least 0.0001. The port is 8 bytes wide if the *name* of the
 * system configuration starts with `Ethos_U55`, else 16, whatever the accelerator.
 */
export function bytesPerCycle(systemConfig: string, clockScale: number, portsUsed: number): number {
  const width = systemConfig.startsWith('Ethos_U55') ? 8 : 16;
  const exact = Math.fround(Math.fround(Math.fround(clockScale) * width) * Math.fround(portsUsed));
  return Math.max(Math.fround(sixDecimals(exact)), Math.fround(0.0001));
}

/** `x` rounded to six decimals as C's printf does it: of two equally near values the one with an even last digit. */
export function sixDecimals(x: number): number {
  const text = x.toFixed(6);
  const doubled = x * 2 ** 7;
  const onTie = Number.isInteger(doubled) && doubled % 2 !== 0;
  if (!onTie || Math.abs(x) > 2 ** 40) return Number(text);
  const below = x.toFixed(7).slice(0, -1);
  return Number(Number(below.at(-1)) % 2 === 0 ? below : text);
}
