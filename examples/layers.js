// The layers that take most of the cycles, and what bounds them.
//
//   node examples/layers.js [model.tflite]
import { createEstimator, loadNetwork, resolveSystem } from 'paretou';

const { network } = loadNetwork(process.argv[2] ?? 'test/goldens/models/story_separable_linear.tflite');
const system = resolveSystem({ accelerator: 'ethos-u55-128' });
const { cycles, layers } = createEstimator().estimate(network, system, { optimise: 'Performance' });

const slowest = layers
  .filter(({ fused }) => !fused)
  .toSorted((a, b) => b.cycles - a.cycles)
  .slice(0, 5);
for (const { name, operator, cycles: own, detail } of slowest) {
  const share = ((100 * own) / cycles).toFixed(1);
  console.log(`${name} (${operator}): ${own} cycles, ${share} %, bound by ${detail?.boundBy ?? 'the CPU'}`);
}
