import { readFileSync } from 'node:fs';
import type { CliffCurve, ModelCliffs, PageData, ReportData } from '../../report-html/contract.js';
import type { Dataset } from '../../report-html/dataset.js';
import { FIGURE_COUNT } from '../../search/evaluate/figures.js';
import { parseObjectives } from '../../search/rank/objectives.js';
import { rank, type Ranking } from '../../search/rank/ranking.js';
import { tabulate, type Study } from '../../search/rank/table.js';
import { noParts } from '../../search/report/html/model-parts.js';
import { unpacked } from '../../search/report/html/reported.js';
import { reportPage } from '../../search/report/html/page.js';
import { reportData } from '../../search/report/html/report-data.js';
import { buildSpace } from '../../search/space/build-space.js';
import { parseSpaceFile } from '../../search/space/space-file.js';
import { radicesOf } from '../../search/space/space.js';
import { emptyFigures, fakeSystems, residualNetwork } from '../search/fixture.js';

/** Numbers from 0 to 1, the same in every run. */
export const numbersFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
};

const SPACE = '{options: [standard, separable, "separable*2", lowrank*2], widths: [0.25, 0.5, 0.75, 1]}';

/** A study of so many designs, whose figures are made up: narrow networks take fewer cycles, by and large. */
export const madeUpStudy = (count: number, name = 'made_up'): Study => {
  const space = buildSpace(
    { ...residualNetwork(), name },
    { systems: fakeSystems(3), optimise: 'Performance', file: parseSpaceFile(SPACE, 'space.yaml') },
  );
  const radices = radicesOf(space);
  const random = numbersFrom(7);
  const digits = new Uint16Array(count * radices.length);
  for (let i = 0; i < digits.length; i++) digits[i] = Math.floor(random() * radices[i % radices.length]!);
  const figures = new Float64Array(count * FIGURE_COUNT);
  for (let row = 0; row < count; row++) {
    const size = radices.reduce((sum, radix, i) => sum + digits[row * radices.length + i]! / radix, 1);
    for (let i = 0; i < FIGURE_COUNT; i++)
      figures[row * FIGURE_COUNT + i] = Math.round((1e6 / size) * (0.5 + random()) * (1 + (i % 3)));
  }
  const base = { ...emptyFigures() };
  for (const key of Object.keys(base) as (keyof typeof base)[]) base[key] = 1e6;
  return {
    model: name,
    space,
    designs: { count, width: radices.length, digits },
    results: {
      figures,
      width: FIGURE_COUNT,
      known: new Uint8Array(count).fill(1),
      failures: new Map(),
      interrupted: false,
    },
    baselines: space.systems.map(() => base),
  };
};

/** The same, ranked. */
export const madeUpRanking = (count: number, name?: string): Ranking => {
  const studies = [madeUpStudy(count, name)];
  return rank(
    studies,
    tabulate(studies),
    parseObjectives('cycles_total,sram_total_bytes,retained_energy:max'),
  );
};

/** A report of such a ranking. */
export const madeUpReport = (
  count: number,
  { name, path = 'made_up.tflite' }: { name?: string; path?: string } = {},
): ReportData => {
  const ranking = madeUpRanking(count, name);
  return reportData([{ source: { path, sha256: '' }, ranking, evaluated: count }], {
    version: '0.0.0',
    command: `paretou sweep ${path}`,
    applyArguments: [],
    rows: count,
  });
};

/** Curves as many and as long as a page has at most, on one system. */
export const madeUpCliffs = (): ModelCliffs => {
  const channels = Array.from({ length: 49 }, (_, i) => 8 + i);
  const curve = (_: unknown, i: number): CliffCurve => ({
    title: `width group ${i}, 32 channels (operator ${i})`,
    today: 32,
    channels,
    cycles: channels.map((each) => 10_000 + 1000 * Math.ceil(each / 16)),
    sram: channels.map((each) => 1024 * Math.ceil(each / 16)),
    ownCycles: 4000,
    steps: [16, 32, 48],
    worth: [16],
    sentences: ['step: 32 -> 33 channels take 25% more cycles'],
  });
  return { systems: [{ system: 0, curves: Array.from({ length: 12 }, curve) }], note: null };
};

/** The page of a report without layers, with curves that are made up if there are any. */
export const pageOf = (report: ReportData, cliffs?: ModelCliffs): Promise<string> => {
  const none = noParts('they are not needed here');
  return reportPage(
    report,
    report.models.map(() => (cliffs === undefined ? none : { ...none, cliffs })),
  );
};

/** Data of the first model of a report. */
export const dataOf = (report: ReportData): Promise<Dataset> => unpacked(report.models[0]!);

/** What a page holds. */
export const dataInPage = (html: string): PageData => {
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)!;
  return JSON.parse(json!) as PageData;
};

/** The same for a file. */
export const dataInFile = (path: string): PageData => dataInPage(readFileSync(path, 'utf8'));
