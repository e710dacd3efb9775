import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * Standard normal variates by the ziggurat method (G. Marsaglia, W. W. Tsang, "The Ziggurat Method for Generating
 * Random Variables", Journal of Statistical Software 5(8), 2000) with 128 layers of equal area.
 */
const LAYERS = 128;
const TAIL = 3.442619855899;
const LAYER_AREA = 9.91256303526217e-3;

/** Half the range of a 32-bit integer. */
const HALF_RANGE = 2 ** 31;

const density = (x: number): number => Math.exp(-0.5 * x * x);

/** Per layer: the integers below which a draw is accepted at once, the width per unit, the density at its edge. */
const accept = new Float64Array(LAYERS);
const width = new Float64Array(LAYERS);
const edgeDensity = new Float64Array(LAYERS);

const fillTables = (): void => {
  const base = LAYER_AREA / density(TAIL);
  accept[0] = (TAIL / base) * HALF_RANGE;
  width[0] = base / HALF_RANGE;
  edgeDensity[0] = 1;
  width[LAYERS - 1] = TAIL / HALF_RANGE;
  edgeDensity[LAYERS - 1] = density(TAIL);
  let edge = TAIL;
  for (let layer = LAYERS - 2; layer >= 1; layer--) {
    const inner = Math.sqrt(-2 * Math.log(LAYER_AREA / edge + density(edge)));
    accept[layer + 1] = (inner / edge) * HALF_RANGE;
    width[layer] = inner / HALF_RANGE;
    edgeDensity[layer] = density(inner);
    edge = inner;
  }
};

/** Uniform in (0, 1). */
export const uniform = (random: RandomGenerator): number =>
  (random.next() + HALF_RANGE + 0.5) / (2 * HALF_RANGE);

/** The remaining cases: the tail, the wedge beside a layer, or another try. */
const slowNormal = (random: RandomGenerator, first: number): number => {
  let draw = first;
  for (;;) {
    const layer = draw & (LAYERS - 1);
    const x = draw * width[layer]!;
    if (Math.abs(draw) < accept[layer]!) return x;
    if (layer === 0) {
      for (;;) {
        const beyond = -Math.log(uniform(random)) / TAIL;
        const height = -Math.log(uniform(random));
        if (2 * height >= beyond * beyond) return draw > 0 ? TAIL + beyond : -TAIL - beyond;
      }
    }
    const below = edgeDensity[layer]!;
    if (below + uniform(random) * (edgeDensity[layer - 1]! - below) < density(x)) return x;
    draw = random.next();
  }
};

/** Fills out[0, count) with independent standard normal variates. */
export const fillNormal = (random: RandomGenerator, out: Float64Array, count: number): void => {
  if (width[0] === 0) fillTables();
  for (let k = 0; k < count; k++) {
    const draw = random.next();
    const layer = draw & (LAYERS - 1);
    out[k] = Math.abs(draw) < accept[layer]! ? draw * width[layer]! : slowNormal(random, draw);
  }
};
