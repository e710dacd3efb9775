import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** So many of the numbers from 0 to below `count`, each as likely as any other, in ascending order. */
export function choose(count: number, wanted: number, seed: number): readonly number[] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  if (wanted >= count) return numbers;
  const stream = xoroshiro128plus(Math.imul(seed, 0x9e3779b1) | 0);
  for (let i = 0; i < wanted; i++) {
    const j = uniformInt(stream, i, count - 1);
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers.slice(0, wanted).sort((a, b) => a - b);
}
