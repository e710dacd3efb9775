import { expect, test } from 'vitest';
import { hardwareByName } from '../../src/cost/hardware.js';
import { ACCELERATORS, acceleratorByName } from '../../src/index.js';
import { ACCELERATOR_NAMES, familyOf } from '../../src/npu/accelerator-names.js';

test('the library knows every accelerator that can be estimated', () => {
  expect([...ACCELERATORS.keys()]).toEqual([
    ...['32', '64', '128', '256'].map((macs) => `ethos-u55-${macs}`),
    ...['256', '512'].map((macs) => `ethos-u65-${macs}`),
    ...['128', '256', '512', '1024', '2048'].map((macs) => `ethos-u85-${macs}`),
  ]);
  expect(ACCELERATOR_NAMES).toEqual([...ACCELERATORS.keys()]);
});

test.each(ACCELERATOR_NAMES)('%s has the family and the MACs of its name', (name) => {
  const accelerator = acceleratorByName(name);
  expect(accelerator.family).toBe(familyOf(name));
  expect(hardwareByName(name).family).toBe(accelerator.family);
  expect(hardwareByName(name).peakMacs).toBe(Number(name.split('-')[2]));
});

test('any other name is a usage error', () => {
  expect(() => acceleratorByName('ethos-u99-1')).toThrow(/"ethos-u99-1" is not known/);
});
