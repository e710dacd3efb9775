import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCESS_SLOTS, accessSlot, CHANNEL, GROUP } from '../../../src/cost/channels.js';
import { accessCycles, channelBandwidth, copyCycles, readCycles } from '../../../src/cost/u85/bandwidth.js';
import type { U85Config } from '../../../src/cost/u85/block-config.js';
import { findU85Config } from '../../../src/cost/u85/find-config.js';
import { countU85Elements } from '../../../src/cost/u85/traffic.js';
import {
  chooseWeightFormat,
  decodeCycles,
  isFastWorthTrying,
  type EncodedWeights,
  type WeightFormat,
} from '../../../src/cost/u85/weight-format.js';
import { accelerator, DRAM, FLASH, operation, SRAM, view } from './fixtures.js';

const CHANNELS = ['memoryToMemory', 'ifmStream', 'weight', 'fastWeight', 'ifm', 'scale', 'write'] as const;

describe('bandwidth of a channel', () => {
  // Shipped systems, by docs/model/cycles-u85.md#channel-bandwidth.
  it.each([
    ['Sram', SRAM, 512, [20.48, 20.48, 20.48, 20.48, 20.48, 6.4, 20.48]],
    ['flash', FLASH, 128, [1, 1, 1, 1, 1, 1, 1]],
    ['Dram', DRAM, 128, [1.6384, 1.6384, 3.2768, 3.2768, 2.6624, 0.4096, 10.48576]],
    ['Dram', DRAM, 256, [2.6624, 2.6624, 3.2768, 3.2768, 3.2768, 0.4096, 10.48576]],
    ['Dram', DRAM, 512, [3.2768, 3.2768, 6.5536, 6.5536, 3.2768, 0.4096, 10.48576]],
    ['Dram', DRAM, 1024, [6.5536, 6.5536, 10.48576, 5.3248, 6.5536, 0.4096, 10.48576]],
    ['Dram', DRAM, 2048, [6.5536, 6.5536, 10.48576, 6.5536, 6.5536, 0.4096, 10.48576]],
  ] as const)('%s, %s MACs', (_, memory, macs, expected) => {
    const found = CHANNELS.map((name) => channelBandwidth(accelerator(macs), memory, CHANNEL[name]));
    found.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 5));
    for (const rate of found) expect(rate).toBe(Math.fround(rate));
  });

  it('is the whole memory’s without latency', () => {
    const memory = { ...SRAM, readLatency: 0 };
    expect(channelBandwidth(accelerator(128), memory, CHANNEL.scale)).toBe(32);
  });
});

describe('transfers', () => {
  // Transfers of ad01 and kws; the formula is docs/model/cycles-u85.md#u85-copies.
  it.each([
    [1024, DRAM, 8848, 1850],
    [1024, DRAM, 4544, 1193],
    [1024, FLASH, 4768, 4832],
  ] as const)('%s MACs: copy of %s bytes', (macs, from, bytes, cycles) => {
    expect(copyCycles(accelerator(macs), SRAM, from, bytes)).toBe(cycles);
  });

  it('reads in double precision', () => {
    expect(readCycles(accelerator(512), DRAM, 4080, CHANNEL.ifm)).toBe(1745);
  });
});

const encoded = (
  sourceSize: number,
  weightBytes: number,
  zeroCount: number,
  distinctCount: number,
): EncodedWeights => ({ sourceSize, weightBytes, zeroCount, distinctCount });

const config = (sparse: boolean): U85Config => ({
  ofmH: 1,
  ofmW: 1,
  ofmC: 16,
  ifmH: 1,
  ifmW: 1,
  ifmC: 16,
  traversal: 'depth-first',
  ublock: [1, 1, 16],
  accumulatorBits: 32,
  sparse,
  fast: false,
});

describe('choice of the weight format', () => {
  it('example 15 (a): sparse wins, fast is not tried', () => {
    const acc = accelerator(2048);
    const sparse = encoded(51200, 4352, 48663, 245);
    const dense = encoded(46080, 4256, 43543, 245);
    expect(decodeCycles(acc, DRAM, false, sparse)).toBe(915);
    expect(decodeCycles(acc, DRAM, false, dense)).toBe(905);
    expect(isFastWorthTrying(acc, DRAM, sparse, false)).toBe(false);
    const asked: string[] = [];
    const encode = (_: U85Config, format: WeightFormat): EncodedWeights => {
      asked.push(`${format.fast ? 'fast' : 'standard'} ${format.sparse ? 'sparse' : 'dense'}`);
      return format.sparse ? sparse : dense;
    };
    const chosen = chooseWeightFormat(
      acc,
      DRAM,
      { config: config(false), cycles: 4552 },
      { config: config(true), cycles: 3772 },
      encode,
      false,
    );
    expect(chosen).toEqual({ config: config(true), encoding: sparse });
    expect(asked).toEqual(['standard sparse', 'standard dense']);
  });

  it('example 15 (b): sparse blocks that take longer are not tried', () => {
    const dense = encoded(16384, 896, 16043, 20);
    const chosen = chooseWeightFormat(
      accelerator(1024),
      DRAM,
      { config: config(false), cycles: 4659 },
      { config: config(true), cycles: 4843 },
      (_, format) => {
        expect(format.sparse).toBe(false);
        return dense;
      },
      false,
    );
    expect(chosen.config.sparse).toBe(false);
  });

  it('example 16: fast wins where weights are not 2:4-sparse', () => {
    const acc = accelerator(1024);
    const standard = encoded(4096, 4160, 0, 250);
    const fast = encoded(4096, 4128, 0, 0);
    expect(decodeCycles(acc, FLASH, false, standard)).toBe(4224);
    expect(decodeCycles(acc, FLASH, true, fast)).toBe(4192);
    expect(isFastWorthTrying(acc, FLASH, standard, false)).toBe(true);
    const chosen = chooseWeightFormat(
      acc,
      FLASH,
      { config: config(false), cycles: 1248 },
      { config: config(true), cycles: 1032 },
      (_, format) => (format.sparse ? undefined : format.fast ? fast : standard),
      false,
    );
    expect(chosen).toEqual({ config: { ...config(false), fast: true }, encoding: fast });
  });

  it('takes the smallest encoding for size', () => {
    const sizes = { standard: encoded(1024, 700, 500, 4), fast: encoded(1024, 288, 0, 0) };
    const chosen = chooseWeightFormat(
      accelerator(512),
      SRAM,
      { config: config(false), cycles: 10 },
      undefined,
      (_, format) => (format.fast ? sizes.fast : sizes.standard),
      true,
    );
    expect(chosen.encoding).toBe(sizes.fast);
  });
});

describe('elements that blocks read (docs/model/cycles-u85.md#u85-elements)', () => {
  it('are a product of 32 bits, also below zero', () => {
    const acc = accelerator(512);
    let negative = 0;
    const axis = fc.integer({ min: 1, max: 4096 });
    fc.assert(
      fc.property(axis, axis, fc.integer({ min: 1, max: 65536 }), (h, w, c) => {
        const map = view(h, w, c, 8, 'NHWC');
        const op = operation('Transpose', [map], map);
        const config = findU85Config(op, acc, h, false)!;
        const extent = { ofmH: h, ofmW: w, ofmC: c, ifmH: h, ifmW: w };
        const { ifmRead } = countU85Elements(op, config, extent);
        const blocks = Math.ceil(h / config.ofmH) * Math.ceil(w / config.ofmW);
        const exact = BigInt(Math.min(h, config.ifmH) * Math.min(w, config.ifmW) * blocks) * BigInt(c);
        expect(ifmRead).toBe(Number(BigInt.asIntN(32, exact)));
        if (ifmRead < 0) negative++;
      }),
      { seed: 11, numRuns: 200 },
    );
    expect(negative).toBeGreaterThan(10);
  });

  it('occupy nobody where they are below zero, and leave the others their cycles', () => {
    const busy = new Float64Array(ACCESS_SLOTS);
    busy[accessSlot(CHANNEL.ifm, GROUP.featureMap)] = -(2 ** 31);
    expect(accessCycles(accelerator(512), SRAM, busy, 0)).toBe(0);
    busy[accessSlot(CHANNEL.write, GROUP.featureMap)] = 2048;
    expect(accessCycles(accelerator(512), SRAM, busy, 0)).toBe(100);
  });
});
