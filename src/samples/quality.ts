/** A mean over samples, and how far it may be off. */
export interface Mean {
  readonly value: number;
  readonly standardError: number;
}

/**
 * The mean of a value per sample with its standard error. For values of 0 and 1 that is the binomial √(p(1−p)/n); for
 * differences of such values it is the error of a paired comparison.
 */
export function meanOf(values: ArrayLike<number>): Mean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const value = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - value) ** 2;
  return { value, standardError: Math.sqrt(squares) / values.length };
}

/** The index of the greatest value in each row, the first of equal ones. */
export function topClasses(values: ArrayLike<number>, classes: number): Int32Array {
  const tops = new Int32Array(values.length / classes);
  for (let row = 0; row < tops.length; row++) {
    let top = 0;
    for (let i = 1; i < classes; i++) if (values[row * classes + i]! > values[row * classes + top]!) top = i;
    tops[row] = top;
  }
  return tops;
}

/** 1 for each place where two lists of classes are equal, else 0. */
export const equalClasses = (a: Int32Array, b: Int32Array): Float64Array =>
  Float64Array.from(a, (top, i) => (top === b[i] ? 1 : 0));

/** The share of classes that are the labels. */
export const accuracy = (classes: Int32Array, labels: Int32Array): Mean =>
  meanOf(equalClasses(classes, labels));

/** By how much the accuracy of a changed network is greater, with the standard error of a paired comparison. */
export function accuracyChange(original: Int32Array, changed: Int32Array, labels: Int32Array): Mean {
  const before = equalClasses(original, labels);
  return meanOf(equalClasses(changed, labels).map((right, i) => right - before[i]!));
}

/** Measures output noise, some samples after others. */
export interface NoiseMeter {
  /** Takes the outputs of two networks for the same samples, one sample after another. */
  readonly add: (original: ArrayLike<number>, changed: ArrayLike<number>) => void;
  /** The output noise of all samples so far; undefined where the original's outputs do not vary, but the others differ. */
  readonly noise: () => number | undefined;
}

/**
 * A meter of output noise: the sum of the squared differences between two networks' outputs, over the sum of the squared
 * deviations of the original's outputs from their means over the samples.
 * @param elements of the output of one sample
 */
export function createNoiseMeter(elements: number): NoiseMeter {
  const means = new Float64Array(elements);
  let [count, differences, deviations] = [0, 0, 0];
  return {
    add: (original, changed) => {
      for (let start = 0; start < original.length; start += elements) {
        count++;
        for (let i = 0; i < elements; i++) {
          const value = original[start + i]!;
          differences += (changed[start + i]! - value) ** 2;
          // Welford's recurrence: no difference of large sums.
          const before = value - means[i]!;
          means[i]! += before / count;
          deviations += before * (value - means[i]!);
        }
      }
    },
    noise: () => {
      if (differences === 0) return 0;
      return deviations > 0 ? differences / deviations : undefined;
    },
  };
}

/** The output noise of a changed network, from all its outputs and the original's. */
export function outputNoise(
  original: ArrayLike<number>,
  changed: ArrayLike<number>,
  elements: number,
): number | undefined {
  const meter = createNoiseMeter(elements);
  meter.add(original, changed);
  return meter.noise();
}
