import { factorsOf, type Factor } from '../theory/factors.js';
import { theoryOpOf } from '../theory/operation.js';
import { utilisationOf } from '../theory/utilisation.js';
import type { LayerFacts } from './facts.js';

/** What a layer's cycles are spent on. */
export const PARTS = {
  mac: 'MACs',
  output: 'output stage',
  scales: 'reading of scales',
  blocks: 'transfers between blocks',
  lastBlock: 'end of the last block',
  ends: 'first and last transfer',
  copy: 'reading and writing',
  columns: 'multiplying and adding up',
  weights: 'waiting for weights',
  table: 'loading of the table',
  memory: 'waiting for memory',
} as const;
export type Part = keyof typeof PARTS;

export interface Share {
  readonly part: Part;
  readonly cycles: number;
}

/** Where the cycles of a layer go. */
export interface Account {
  /** Their sum is the layer's cycles; those of 0 are left out. */
  readonly shares: readonly Share[];
  /** What sets the layer's cycles; the part to make faster. */
  readonly bound: Part;
  /** How well the operation fills the MAC array, values of 1 included; empty without MACs. */
  readonly factors: readonly Factor[];
  /** What the MACs wait for: the product with `factors` is the utilisation as reported. Empty without MACs. */
  readonly waits: readonly Factor[];
}

interface Run {
  readonly shares: readonly Share[];
  /** The stage that sets the pace between the first and the last transfer. */
  readonly stage: Part;
  readonly factors: readonly Factor[];
  readonly waits: readonly Factor[];
}

/** How well an operation fills the MAC array: in one figure on Ethos-U85, whose array has no theory here. */
function arrayFactors({ cost, config, machine, layer }: LayerFacts, macSide: number): readonly Factor[] {
  if (layer.macs === 0) return [];
  const { array, peakMacs } = machine.hardware;
  if (array !== undefined) return factorsOf(theoryOpOf(cost, config), array);
  const value = layer.macs / (macSide * peakMacs);
  return [{ name: 'MAC array', value, sentence: 'share of its MACs that have something to do' }];
}

function macRun(facts: LayerFacts): Run {
  const { parts, layer, machine } = facts;
  const { macCycles, macBlock, blocks, ifmIn, ofmOut, slowest: stage } = parts;
  const run = layer.detail!.runCycles;
  const ends = ifmIn + ofmOut;
  const body = run - ends;
  const rest: Part = stage === 'mac' ? 'lastBlock' : stage;
  const macSide = macBlock * blocks;
  const factors = arrayFactors(facts, macSide);
  const delayed =
    factors.length === 0 ? 1 : layer.macs / (macSide * machine.hardware.peakMacs * utilisationOf(factors));
  return {
    stage,
    shares: [
      { part: 'mac', cycles: macCycles },
      { part: rest, cycles: body - macCycles },
      { part: 'ends', cycles: ends },
    ],
    factors,
    waits: [
      {
        name: 'step delay',
        value: delayed,
        sentence: 'in blocks of one ublock the steps of the kernel wait for one another',
      },
      {
        name: PARTS[rest],
        value: macSide / body,
        sentence: 'the MACs stand still while the rest of the operation goes on',
      },
      {
        name: PARTS.ends,
        value: body / run,
        sentence: 'the first block waits for its IFM, after the last one its OFM is written',
      },
    ],
  };
}

function elementwiseRun({ parts, layer }: LayerFacts): Run {
  const { outputCycles, slowest: stage } = parts;
  return {
    stage,
    shares: [
      { part: 'output', cycles: outputCycles },
      { part: 'blocks', cycles: layer.detail!.runCycles - outputCycles },
    ],
    factors: [],
    waits: [],
  };
}

function runOf(facts: LayerFacts): Run {
  if (facts.parts.blocks > 0) return macRun(facts);
  const run = facts.layer.detail!.runCycles;
  switch (facts.cost.opClass) {
    case 'elementwise':
      return elementwiseRun(facts);
    case 'matmul': {
      const { layer, machine } = facts;
      const peak = machine.hardware.peakMacs;
      const value = layer.macs / (run * peak);
      const sentence = 'a product of two feature maps is multiplied and added up column by column';
      const factors = [{ name: 'matrix product', value, sentence }];
      return { stage: 'columns', shares: [{ part: 'columns', cycles: run }], factors, waits: [] };
    }
    default:
      return { stage: 'copy', shares: [{ part: 'copy', cycles: run }], factors: [], waits: [] };
  }
}

/** Splits the cycles of a layer on the NPU up. */
export function accountOf(facts: LayerFacts): Account {
  const { layer, cost } = facts;
  const run = runOf(facts);
  const { runCycles } = layer.detail!;
  const loading: Part = cost.lutBytes > 0 ? 'table' : 'weights';
  const shares = [
    ...run.shares,
    { part: loading, cycles: layer.npuCycles - runCycles },
    { part: 'memory', cycles: layer.cycles - layer.npuCycles },
  ] satisfies readonly Share[];
  const cyclesOf = (part: Part): number => shares.find((share) => share.part === part)?.cycles ?? 0;
  const ends = cyclesOf('ends');
  const waiting = cyclesOf(loading);
  const body = runCycles - ends;
  const bound: Part =
    cyclesOf('memory') > 0
      ? 'memory'
      : waiting > Math.max(body, ends)
        ? loading
        : ends > body
          ? 'ends'
          : run.stage;
  return {
    bound,
    shares: shares.filter(({ cycles }) => cycles !== 0),
    factors: run.factors,
    waits:
      run.factors.length === 0
        ? []
        : [
            ...run.waits,
            {
              name: PARTS[loading],
              value: runCycles / layer.npuCycles,
              sentence: 'they are not there yet when the operation could start',
            },
            {
              name: PARTS.memory,
              value: layer.npuCycles / layer.cycles,
              sentence: 'the memory is busy for longer than the NPU',
            },
          ],
  };
}
