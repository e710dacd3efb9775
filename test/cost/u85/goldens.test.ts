import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CostOp } from '../../../src/cost/operation.js';
import type { U85Config } from '../../../src/cost/u85/block-config.js';
import {
  ACCESS_SLOTS,
  accessSlot,
  CHANNEL,
  GROUP,
  type Channel,
  type Group,
} from '../../../src/cost/channels.js';
import { EDGE, type CostCall, type Elements, type FeatureMapTransfer } from '../../../src/cost/model.js';
import { accessCycles, copyCycles, readCycles } from '../../../src/cost/u85/bandwidth.js';
import { u85RunCycles } from '../../../src/cost/u85/cycles.js';
import { findU85Config } from '../../../src/cost/u85/find-config.js';
import { streamsIfm } from '../../../src/cost/u85/output-rate.js';
import { countU85Elements, featureMapTransfers } from '../../../src/cost/u85/traffic.js';
import { decodeCycles } from '../../../src/cost/u85/weight-format.js';
import type { Memory, MemoryName } from '../../../src/npu/system.js';
import { sharedDir } from '../../shared.js';
import { goldenOperations, type GoldenOperation } from './golden-operations.js';

const TRAVERSAL = {
  'depth-first': 'DepthFirst',
  'part-kernel': 'PartKernel',
  depthwise: 'Depthwise',
} as const;

function callOf(op: CostOp, ifm: Memory, ifm2: Memory, ofm: Memory, weightReadLatency: number): CostCall {
  const [, ofmH, ofmW, ofmC] = op.ofm.shape;
  const [, ifmH, ifmW] = op.ifms[0]!.shape;
  return {
    ofmH,
    ofmW,
    ofmC,
    ifmH,
    ifmW,
    edge: EDGE.whole,
    ifmMemory: ifm,
    ifm2Memory: ifm2,
    ofmMemory: ofm,
    scratchMemory: ofm,
    weightReadLatency,
  };
}

/** The call that the scheduler makes: feature maps in the arena, weights not buffered. */
function arenaCall(g: GoldenOperation): CostCall {
  const place = (i: number): Memory =>
    g.memory(g.op.ifms[i]?.constant === true ? g.roles.constants : g.roles.feature_maps);
  const latency = g.memory(g.roles.constants).readLatency;
  return callOf(g.op, place(0), place(1), g.memory(g.roles.feature_maps), latency);
}

function shownConfig(config: U85Config | undefined): unknown {
  return (
    config && {
      ofm_block: [config.ofmH, config.ofmW, config.ofmC],
      ifm_block: [config.ifmH, config.ifmW, config.ifmC],
      traversal: TRAVERSAL[config.traversal],
      accumulator: config.accumulatorBits === 32 ? 'Acc32' : 'Acc48',
      ublock: config.ublock,
    }
  );
}

/** Access cycles of every memory of the run, from the run's own weights and buffering. */
function accessOf(
  g: GoldenOperation,
  config: U85Config,
  elements: Elements,
  maps: readonly FeatureMapTransfer[],
): Map<MemoryName, number> {
  const busy = new Map<MemoryName, Float64Array>();
  const occupy = (name: MemoryName, channel: Channel, group: Group, n: number): void => {
    const bytes = busy.get(name) ?? new Float64Array(ACCESS_SLOTS);
    busy.set(name, bytes);
    bytes[accessSlot(channel, group)]! += n;
  };
  for (const map of maps) occupy(map.memory.name, map.channel, GROUP.featureMap, map.bytes);
  const { weights } = g.detail;
  if (weights !== undefined) {
    const read = elements.passes * weights.weight_bytes;
    if (weights.buffered === null) occupy(weights.memory, CHANNEL.weight, GROUP.weight, read);
    else {
      const early = weights.buffered.prebuffer ? weights.range_bytes[0]! : 0;
      const copied = Math.max(weights.weight_bytes - early, 0);
      occupy(weights.memory, CHANNEL.memoryToMemory, GROUP.weight, copied);
      occupy(weights.buffered.memory, CHANNEL.write, GROUP.weight, copied);
      const channel = config.fast ? CHANNEL.fastWeight : CHANNEL.weight;
      occupy(weights.buffered.memory, channel, GROUP.weight, read);
    }
    occupy(weights.memory, CHANNEL.scale, GROUP.scale, elements.passes * weights.scale_bytes);
  }
  return new Map(
    [...busy].map(([name, bytes]) => [name, accessCycles(g.acc, g.memory(name), bytes, 0)] as const),
  );
}

const shownAccess = (access: Iterable<readonly [string, number]>): unknown =>
  Object.fromEntries([...access].filter(([, cycles]) => cycles > 0).sort());

const bytesOf = (maps: readonly FeatureMapTransfer[], role: FeatureMapTransfer['role']): number =>
  maps.reduce((sum, map) => (map.role === role ? sum + map.bytes : sum), 0);

/** What the reference wrote down for an operation, and what the cost model makes of its inputs. */
function compare(g: GoldenOperation): [found: unknown, expected: unknown] {
  const { op, acc, detail } = g;
  const { weights } = detail;
  const sparse = weights?.format.includes('Sparse2_4') === true;
  const blocks = findU85Config(op, acc, detail.stripe[1], sparse);
  if (blocks === undefined) return [undefined, detail.config];
  const config: U85Config = { ...blocks, fast: weights?.format.includes('Fast') === true };

  const ifm = g.memory(detail.ifm.memory);
  const ifm2 = g.memory((detail.ifm2 ?? detail.ifm).memory);
  const ofm = g.memory(detail.ofm.memory);
  const weightMemory = weights && g.memory(weights.buffered?.memory ?? weights.memory);
  const call = callOf(op, ifm, ifm2, ofm, weightMemory?.readLatency ?? 0);
  const elements = countU85Elements(op, config, call);
  const externals = g.externalMemories.map((name) => g.memory(name));
  const maps = featureMapTransfers(op, config, acc, elements, { ifm, ifm2, ofm, scratch: ofm, externals });
  const access = accessOf(g, config, elements, maps);

  const constants = g.memory(g.roles.constants);
  const staging = g.memory(g.roles.staging);
  const encoded = weights && {
    weightBytes: weights.weight_bytes,
    sourceSize: weights.source_bytes,
    zeroCount: config.fast ? 0 : weights.zeros,
    distinctCount: config.fast ? 0 : weights.distinct,
  };
  const buffered = weights !== undefined && weights.buffered !== null;
  const oneSlice = detail.depth_slices.length === 2;
  const estimate = detail.schedule_estimate;
  const ifmChannel = streamsIfm(op.kind) ? CHANNEL.ifmStream : CHANNEL.ifm;
  const arena = g.memory(op.ifms[0]!.constant ? g.roles.constants : g.roles.feature_maps);
  const subBytes = g.subs.reduce(
    (sum, sub) =>
      sum + ['ifm_read', 'ifm2_read', 'ofm_write'].reduce((n, key) => n + (sub.bytes?.[key] ?? 0), 0),
    0,
  );
  const found = {
    config: shownConfig(config),
    cycles: u85RunCycles(op, config, acc, call),
    scheduled: u85RunCycles(op, config, acc, { ...arenaCall(g), asDense: true }),
    elements: [elements.ifmRead, elements.ifm2Read, elements.ofmWrite, elements.passes],
    bytes: [bytesOf(maps, 'ifm'), bytesOf(maps, 'ifm2'), bytesOf(maps, 'ofm'), bytesOf(maps, 'external')],
    access: shownAccess(access),
    decode: encoded && decodeCycles(acc, constants, config.fast, encoded),
    copy: buffered ? copyCycles(acc, staging, constants, detail.cycles['first_dma_bytes']!) : 0,
    whole:
      buffered && oneSlice
        ? copyCycles(acc, staging, constants, weights.allocated_bytes)
        : detail.cycles['full_weight_transfer'],
    ifmRead: readCycles(acc, arena, estimate.ifm_read_bytes, ifmChannel),
  };
  const expected = {
    config: detail.config,
    cycles: detail.cycles['op'],
    scheduled: estimate.op_cycles,
    elements: ['ifm_read', 'ifm2_read', 'ofm_write', 'weight_refetch'].map((key) => detail.elements[key]),
    bytes: [...['ifm_read', 'ifm2_read', 'ofm_write'].map((key) => detail.bytes?.[key]), subBytes],
    access: shownAccess(Object.entries(detail.memory).map(([name, m]) => [name, m.cycles] as const)),
    decode: detail.weight_decode?.decode_or_fetch,
    copy: detail.cycles['first_dma_cycles'],
    whole: detail.cycles['full_weight_transfer'],
    ifmRead: estimate.ifm_read_cycles,
  };
  return [found, expected];
}

describe.skipIf(sharedDir === undefined)('reference runs on Ethos-U85', () => {
  it('gives every operation the same blocks, cycles and traffic', () => {
    let operations = 0;
    const wrong: unknown[] = [];
    for (const g of goldenOperations(join(sharedDir!, 'goldens'))) {
      const [found, expected] = compare(g);
      operations++;
      if (JSON.stringify(found) !== JSON.stringify(expected) && wrong.length < 5) {
        wrong.push({ where: g.where, found, expected });
      }
    }
    expect(wrong).toEqual([]);
    expect(operations).toBeGreaterThan(2000);
  });
});
