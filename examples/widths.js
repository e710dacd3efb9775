// What another number of channels costs: the widths of one width group, evaluated one by one.
//
//   node examples/widths.js [model.tflite]
import { loadNetwork } from 'paretou';
import { createEvaluator } from 'paretou/experimental';
import { allDesigns, buildSpace, chooseSystems, findWidthGroups, rowOf } from 'paretou/search';

const { network } = loadNetwork(process.argv[2] ?? 'test/goldens/models/story_standard.tflite');
const group = findWidthGroups(network).find(({ frozen }) => frozen === undefined);
if (group === undefined) throw new Error('this model has no width that can change');

const widths = [group.channels, 8, 12, 15, 17, 24];
const space = {
  ...buildSpace(network, { systems: chooseSystems(['ethos-u55-128'], {}), optimise: 'Performance' }),
  sites: [],
  groups: [{ group, widths }],
};
const designs = allDesigns(space);
const evaluator = createEvaluator(space);
widths.forEach((width, i) => {
  const { cycles_total, sram_total_bytes } = evaluator.evaluate(rowOf(designs, i));
  console.log(`${width} channels: ${cycles_total} cycles, ${sram_total_bytes} bytes through SRAM`);
});
