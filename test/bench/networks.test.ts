import { expect, test } from 'vitest';
import { keywordLike, mobilenetLike, resnetLike } from '../../bench/networks.js';
import { spaceOf } from '../../bench/space.js';
import { countDesigns } from '../../search/space/space.js';
import { estimate } from '../../src/estimate/estimate.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { readModel, writeModel, type TfliteModel } from '../../src/tflite/model.js';

const networkOf = (model: TfliteModel): Network =>
  importNetwork(readModel(writeModel(model), 'built'), 'built');

// Multiply-accumulates in millions: 300 is what its authors state for MobileNet v2 1.0 (Sandler et al. 2018, table 4);
// the others are summed by hand: 0.320 + 4 · (0.072 + 0.512) + 0.001 and
// 0.442 + 4.719 + (1.180 + 2.359 + 0.131) + (1.180 + 2.359 + 0.131) + 0.001.
test.each([
  ['MobileNet v2', mobilenetLike, 300],
  ['keyword spotter', keywordLike, 2.657],
  ['ResNet', resnetLike, 12.502],
])('%s has the size of its model and runs on the NPU', (_, build, millions) => {
  const system = resolveSystem({ accelerator: 'ethos-u55-128' });
  const { macs, cpuOperators } = estimate(networkOf(build()), system, { optimise: 'Performance' });
  expect(Math.abs(macs / 1e6 - millions) / millions).toBeLessThan(0.05);
  expect(cpuOperators).toBe(0);
});

test('the ResNet has seven sites and six width groups', () => {
  const space = spaceOf(networkOf(resnetLike()), [{ accelerator: 'ethos-u55-128' }]);
  expect([space.sites.length, space.groups.length]).toEqual([7, 6]);
  expect(countDesigns(space)).toBe(3n ** 13n);
});
