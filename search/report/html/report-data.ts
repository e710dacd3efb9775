import {
  REPORT_SCHEMA,
  type Choice,
  type Column,
  type ErrorColumns,
  type ModelReport,
  type ReportData,
} from '../../../report-html/contract.js';
import { isShare } from '../../../report-html/words.js';
import { cleanText } from '../../../src/safe-text.js';
import { isShown, METRIC_NAMES, METRICS, type MetricName, type MetricRow } from '../../metrics.js';
import { systemFronts } from '../../rank/representatives.js';
import { digitsAt, type Ranking } from '../../rank/ranking.js';
import { baselineRow } from '../../rank/table.js';
import { changesId, type Changes } from '../../space/changes.js';
import { countDesigns, exactCount, type Digits, type Space } from '../../space/space.js';
import type { Site } from '../../space/sites.js';
import { variablesOf } from '../account/variables.js';
import { known } from '../records.js';
import type { ModelSource } from '../sweep-json.js';
import { pack } from './pack.js';

/** Rows below the fronts that a report holds by default. */
export const DEFAULT_ROWS = 20_000;

/** Designs whose layers a report shows. */
const MOST_SHOWN = 10;

/** What a report of one model is made from. */
export interface ReportModel {
  readonly source: ModelSource;
  readonly ranking: Ranking;
  /** Designs that were evaluated, those that miss the constraints included. */
  readonly evaluated: number;
  /** Designs of which more is known than the ranking says, or that it does not have. */
  readonly further?: readonly KnownDesign[];
  /** The picked design, one of these. */
  readonly pick?: KnownDesign;
}

/** A design with its numbers. */
export interface KnownDesign {
  readonly digits: Digits;
  readonly numbers: MetricRow;
}

/** What a report says besides. */
export interface ReportFacts extends Pick<ReportData, 'version' | 'command' | 'applyArguments'> {
  /** Rows below the fronts. */
  readonly rows: number;
}

/** A row of a report: one of the ranking, a design of which more is known, or both. */
interface Row {
  readonly ranked: number | undefined;
  readonly known: KnownDesign | undefined;
}

const keyOf = (digits: Digits): string => Array.from(digits).join();

/** All that is on a front, then the best of the rest; the designs of which more is known are always among them. */
const rowsFor = ({ ranking, further = [] }: ReportModel, most: number): Row[] => {
  const { table, frontSize, systemRank } = ranking;
  const designs = new Map(further.map((design) => [keyOf(design.digits), design]));
  const rows: Row[] = [];
  for (let ranked = 0; ranked < table.count; ranked++) {
    const key = designs.size === 0 ? '' : keyOf(digitsAt(ranking, ranked));
    const known = designs.get(key);
    if (known !== undefined) designs.delete(key);
    if (ranked < frontSize + most || systemRank[ranked] === 1 || known !== undefined)
      rows.push({ ranked, known });
  }
  return [...rows, ...[...designs.values()].map((known): Row => ({ ranked: undefined, known }))];
};

const choicesOf = (space: Space): Choice[] => {
  const siteText = ({ kernelHeight, kernelWidth, inputChannels, outputChannels }: Site): string =>
    `${kernelHeight}x${kernelWidth}, ${inputChannels} to ${outputChannels} channels`;
  return variablesOf(space).map(({ position, kind, operator, operators, choices, unchanged }): Choice => {
    const isSite = kind === 'site';
    const changed = (choice: string): Changes => ({
      substitutions: new Map(isSite ? [[operator, choice]] : []),
      widths: new Map(isSite ? [] : [[operator, Number(choice)]]),
    });
    return {
      kind,
      operator,
      label: isSite
        ? `operator ${operator}: ${siteText(space.sites[position]!.site)}`
        : `channels of ${operators.length > 1 ? 'operators' : 'operator'} ${operators.join(', ')}`,
      options: choices,
      codes: choices.map((choice, digit) => (digit === unchanged ? '' : changesId(changed(choice)))),
    };
  });
};

/** Which columns hold the error of a metric: found by their names. */
const errorOf = (name: MetricName, shown: ReadonlyMap<MetricName, unknown>): { error?: ErrorColumns } => {
  const other = (ending: string): MetricName | undefined =>
    [...shown.keys()].find((candidate) => candidate === `${name}_${ending}`);
  const [standard, low, high] = [other('standard_error'), other('low'), other('high')];
  if (standard !== undefined) return { error: { standard } };
  return low !== undefined && high !== undefined ? { error: { low, high } } : {};
};

/** @param shown all metrics of the report with their values */
const columnOf = (name: MetricName, shown: ReadonlyMap<MetricName, Float64Array>, space: Space): Column => {
  const { label, unit, direction, source, definition, headline = false } = METRICS[name];
  const facts = { name, label, unit, headline, direction, definition, ...errorOf(name, shown) };
  switch (source.from) {
    case 'system': {
      const values = space.systems.map(({ system }) => known(source.read(system)));
      return { ...facts, source: { from: 'system', values } };
    }
    case 'quotient': {
      const { of, times, by } = source;
      return { ...facts, source: { from: 'quotient', of, times, by } };
    }
    default: {
      // Shares are stored with seven digits.
      const values = pack(shown.get(name)!, isShare(unit) ? 'f32' : undefined);
      return { ...facts, source: { from: 'rows', values } };
    }
  }
};

/** Digits of all rows, one digit after the other. */
const digitColumns = (rows: readonly Digits[]): Uint16Array => {
  const width = rows[0]?.length ?? 0;
  const columns = new Uint16Array(width * rows.length);
  rows.forEach((row, i) => {
    for (let j = 0; j < width; j++) columns[j * rows.length + i] = row[j]!;
  });
  return columns;
};

/** Rows that stand for the fronts of the systems, in turn: the unchanged network is in any report. */
const representatives = (ranking: Ranking): { knees: number[]; shown: number[] } => {
  if (ranking.table.count === 0) return { knees: [], shown: [] };
  const fronts = systemFronts(ranking, MOST_SHOWN).map(({ shown }) =>
    shown.filter(({ row, marks }) => row !== undefined && !marks.includes('base')),
  );
  const knees = fronts.flatMap((front) => front.filter(({ marks }) => marks.includes('knee')));
  const turns = Array.from({ length: MOST_SHOWN }, (_, turn) => fronts.flatMap((front) => front[turn] ?? []));
  const rowsOf = (shown: readonly { readonly row: number | undefined }[]): number[] =>
    shown.map(({ row }) => row!);
  return { knees: rowsOf(knees), shown: rowsOf([...knees, ...turns.flat()]) };
};

const modelReport = (entry: ReportModel, rowsBelow: number): ModelReport => {
  const { source, ranking, evaluated, pick } = entry;
  const study = ranking.studies[0]!;
  const { space } = study;
  const rows = rowsFor(entry, rowsBelow);
  const inReport = new Map(rows.map(({ ranked }, i) => [ranked, i]));
  const table = (name: MetricName): Float64Array =>
    Float64Array.from(
      rows,
      ({ ranked, known }) => known?.numbers[name] ?? ranking.table.columns[name][ranked!]!,
    );
  const shown = new Map(
    METRIC_NAMES.map((name) => [name, table(name)] as const).filter(([name, values]) =>
      isShown(name, ...some(values)),
    ),
  );
  const ofRanking = (ranks: Uint32Array): Uint32Array =>
    Uint32Array.from(rows, ({ ranked }) => (ranked === undefined ? 0 : ranks[ranked]!));
  const digits = rows.map(({ ranked, known }) => known?.digits ?? digitsAt(ranking, ranked!));
  const picked = pick && digits.findIndex((row) => keyOf(row) === keyOf(pick.digits));
  const standing = representatives(ranking);
  const place = (row: number): number => inReport.get(row)!;
  const withLayers = [...(picked === undefined ? [] : [picked]), ...standing.shown.map(place)];
  return {
    name: cleanText(study.model),
    path: source.path,
    sha256: source.sha256,
    optimise: space.optimise,
    designs: {
      space: exactCount(countDesigns(space)),
      evaluated,
      ranked: ranking.table.count,
      front: ranking.frontSize,
      held: rows.length,
    },
    objectives: ranking.objectives,
    choices: choicesOf(space),
    systems: space.systems.map(({ code, system }) => ({
      code,
      accelerator: system.accelerator,
      systemConfig: system.systemConfig,
      memoryMode: system.memoryMode,
      coreClock: system.coreClock,
      system: { ...system },
    })),
    columns: Array.from(shown.keys(), (name) => columnOf(name, shown, space)),
    unchanged: space.systems.map((_, system) => {
      const row = baselineRow(study, system);
      return Array.from(shown.keys(), (name) => known(row?.[name]));
    }),
    rows: {
      rank: pack(Uint32Array.from(rows, ({ ranked }) => (ranked === undefined ? 0 : ranked + 1))),
      paretoRank: pack(ofRanking(ranking.paretoRank)),
      systemRank: pack(ofRanking(ranking.systemRank)),
      digits: pack(digitColumns(digits)),
    },
    marks: {
      pick: picked ?? null,
      knees: standing.knees.map(place),
      shown: [...new Set(withLayers)].slice(0, MOST_SHOWN),
    },
  };
};

/** A value that is known, if there is one. */
const some = (values: Float64Array): number[] => {
  const found = values.find((value) => !Number.isNaN(value));
  return found === undefined ? [] : [found];
};

/** The content of `report.json`: the designs of a search, as far as a report shows them. */
export const reportData = (models: readonly ReportModel[], facts: ReportFacts): ReportData => ({
  schema: REPORT_SCHEMA,
  version: facts.version,
  command: facts.command,
  applyArguments: facts.applyArguments,
  models: models.map((model) => modelReport(model, facts.rows)),
});
