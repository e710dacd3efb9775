import { describe, expect, it } from 'vitest';
import type { ModelReport } from '../../../report-html/contract.js';
import { findCliffs } from '../../../search/explore/cliffs/find-cliffs.js';
import { cliffLines } from '../../../search/report/cliffs-text.js';
import { cliffsIn } from '../../../search/report/html/cliffs.js';
import { pack } from '../../../search/report/html/pack.js';
import { chooseSystem } from '../../../search/space/systems.js';
import { networkBuilder } from '../../../src/graph/build/builder.js';
import { conv2d, input } from '../../../src/graph/build/layers.js';
import { importNetwork } from '../../../src/graph/import.js';
import type { Network } from '../../../src/graph/network.js';
import { madeUpReport } from '../../report-html/reports.js';

const SYSTEMS = ['ethos-u55-128', 'ethos-u55-64'].map((accelerator) => chooseSystem({ accelerator }));

/** A row of 1x1 convolutions with so many channels each. */
const chain = (widths: readonly number[]): Network => {
  const builder = networkBuilder(1, 'chain');
  let map = input(builder, 'image', [1, 8, 8, 4]);
  for (const [i, filters] of [...widths, 4].entries())
    map = conv2d(builder, map, { name: `conv${i}`, filters, kernel: [1, 1], activation: 'RELU' });
  return importNetwork(builder.model([map]), 'chain');
};

/** A report of one row, on so many systems, whose pick is on one of them. */
const reportOn = (count: number, picked: number): ModelReport => ({
  ...madeUpReport(1).models[0]!,
  choices: [],
  systems: SYSTEMS.slice(0, count).map(({ code, system }) => ({
    code,
    accelerator: system.accelerator,
    systemConfig: system.systemConfig,
    memoryMode: system.memoryMode,
    coreClock: system.coreClock,
    system: { ...system },
  })),
  rows: { ...madeUpReport(1).models[0]!.rows, digits: pack([picked]) },
  marks: { pick: 0, knees: [], shown: [] },
});

describe('the cliffs of a report', () => {
  it('are those of the command, first on the system of the pick', async () => {
    const network = chain([16, 24]);
    const { systems, note } = await cliffsIn(network, reportOn(2, 1), {});
    expect(note).toBeNull();
    expect(systems.map(({ system }) => system)).toEqual([1, 0]);
    const found = await findCliffs({
      network,
      systems: SYSTEMS.toReversed(),
      optimise: 'Performance',
      around: 24,
      evaluate: { jobs: 1 },
    });
    for (const [i, { curves }] of systems.entries()) {
      const wanted = found.systems[i]!.curves.filter(({ kind }) => kind !== 'layer');
      expect(curves.map(({ cycles }) => cycles)).toEqual(
        wanted.map(({ points }) => points.map(({ cycles }) => cycles)),
      );
      expect(curves.map(({ sentences }) => sentences)).toEqual(wanted.map(cliffLines));
      for (const { channels, today, steps, worth } of curves)
        for (const each of [today, ...steps, ...worth]) expect(channels).toContain(each);
    }
  });

  it('are the curves with most cycles, and a sentence says what is left out', async () => {
    const widths = Array.from({ length: 15 }, (_, i) => 2 + i);
    const { systems, note } = await cliffsIn(chain(widths), reportOn(2, 0), {});
    expect(systems.map(({ system }) => system)).toEqual([0]);
    expect(systems[0]!.curves).toHaveLength(12);
    expect(note).toBe(
      'Not in this file: 3 curves with fewer cycles and those on u55-64. paretou cliffs shows them.',
    );
  });

  it('are left out where there is no time, or nothing can change', async () => {
    const late = await cliffsIn(chain([8]), reportOn(1, 0), { until: 0 });
    expect(late).toEqual({
      systems: [],
      note: 'Cliffs are not shown: there was no time left for them. paretou report makes this page with them.',
    });
    const stopped = await cliffsIn(chain([8]), reportOn(1, 0), { signal: AbortSignal.abort() });
    expect(stopped).toEqual(late);
    expect(await cliffsIn(chain([]), reportOn(1, 0), {})).toEqual({
      systems: [],
      note: 'No number of channels can change.',
    });
  });
});
