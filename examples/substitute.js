// Replaces one convolution, writes the model and estimates what was written.
//
//   node examples/substitute.js [model.tflite [output.tflite]]
import { writeFileSync } from 'node:fs';
import { createEstimator, loadNetwork, resolveSystem } from 'paretou';
import { buildSpace, chooseSystems, digitsOf, emitDesign, parseDesignId } from 'paretou/search';

const [input = 'test/goldens/models/story_standard.tflite', output = 'substituted.tflite'] =
  process.argv.slice(2);
const { model, network } = loadNetwork(input);
const systems = chooseSystems(['ethos-u55-128'], {});
const space = buildSpace(network, { systems, optimise: 'Performance', options: ['separable:shifted-relu'] });

const design = digitsOf(space, parseDesignId('1h')); // operator 1 becomes separable:shifted-relu
if (design === undefined) throw new Error('operator 1 of this model cannot become separable:shifted-relu');
writeFileSync(output, emitDesign(model, space, design));

const system = resolveSystem({ accelerator: 'ethos-u55-128' });
for (const file of [input, output]) {
  const { cycles } = createEstimator().estimate(loadNetwork(file).network, system, {
    optimise: 'Performance',
  });
  console.log(`${file}: ${cycles} cycles`);
}
