import { baselineRow, numbersAt, selectRows, type NumberRow, type Study, type Table } from '../columns.js';
import { worstExcess, type Constraint } from '../constraints.js';
import { changesOf, designId } from '../design.js';
import { objectivePoints, type Objective } from '../objectives.js';
import { paretoRanks } from '../pareto.js';
import { rowOf, type Digits, type Space } from '../space.js';
import { kneeDistances } from './knee.js';
import { comparePreferred, pays, type Preference } from './preference.js';

/** What a pick has to be. */
export interface Wish {
  readonly preference: Preference;
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
}

/** A design with its figures. */
export interface Candidate {
  readonly id: string;
  readonly digits: Uint16Array;
  readonly numbers: NumberRow;
  /** The unchanged network on the same system. */
  readonly baseline: NumberRow | undefined;
}

/** Evaluated designs of one space. */
export interface Evaluated {
  readonly space: Space;
  readonly studies: readonly Study[];
  readonly table: Table;
  /** The unchanged network on each system. */
  readonly baselines: readonly (NumberRow | undefined)[];
}

/** Designs with the figures of the unchanged network beside them. */
export const evaluatedOf = (studies: readonly [Study, ...Study[]], table: Table): Evaluated => {
  const [study] = studies;
  const { space } = study;
  return { space, studies, table, baselines: space.systems.map((_, system) => baselineRow(study, system)) };
};

const digitsOfRow = ({ studies, table }: Evaluated, i: number): Uint16Array =>
  rowOf(studies[table.study[i]!]!.designs, table.row[i]!);

/** Row `i` as a candidate. */
export const candidateAt = (evaluated: Evaluated, i: number): Candidate => {
  const digits = digitsOfRow(evaluated, i).slice();
  return {
    id: designId(evaluated.space, digits),
    digits,
    numbers: numbersAt(evaluated.table, i),
    baseline: evaluated.baselines[digits.at(-1)!],
  };
};

/** Layers and widths that a design changes. */
export const changeCount = (space: Space, digits: Digits): number => {
  const { substitutions, widths } = changesOf(space, digits);
  return substitutions.size + widths.size;
};

/** Negative where `a` is preferred to `b`: by the preference, then by fewer changes, then by id. */
export const compareCandidates = (
  preference: Preference,
  space: Space,
  a: Candidate,
  b: Candidate,
): number => {
  const byFigures = comparePreferred(preference, a.numbers, b.numbers);
  if (byFigures !== 0) return byFigures;
  const byChanges = changeCount(space, a.digits) - changeCount(space, b.digits);
  if (byChanges !== 0) return byChanges;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
};

/** The preferred one of some rows; undefined without rows. */
export const bestOf = (
  evaluated: Evaluated,
  rows: Iterable<number>,
  preference: Preference,
): Candidate | undefined => {
  let best: Candidate | undefined;
  for (const i of rows) {
    if (best !== undefined && comparePreferred(preference, numbersAt(evaluated.table, i), best.numbers) > 0)
      continue;
    const candidate = candidateAt(evaluated, i);
    if (best === undefined || compareCandidates(preference, evaluated.space, candidate, best) < 0)
      best = candidate;
  }
  return best;
};

/** Whether a row is cheaper than the unchanged network on its system. */
export const paysAt = (evaluated: Evaluated, i: number, preference: Preference): boolean =>
  pays(preference, numbersAt(evaluated.table, i), evaluated.baselines[digitsOfRow(evaluated, i).at(-1)!]);

/** Rows that meet the constraints. */
export const meetingRows = ({ table }: Evaluated, constraints: readonly Constraint[]): number[] =>
  Array.from({ length: table.count }, (_, i) => i).filter((i) => worstExcess(table, i, constraints) === 0);

/** The rows on the front of some rows that are farthest from the plane through its extremes, among those that pay. */
const kneeRows = (
  evaluated: Evaluated,
  rows: readonly number[],
  paying: ReadonlySet<number>,
  { objectives }: Wish,
): number[] => {
  const points = objectivePoints(selectRows(evaluated.table, Uint32Array.from(rows)), objectives);
  const ranks = paretoRanks(points);
  const front = rows.map((_, i) => i).filter((i) => ranks[i] === 1);
  const { dimensions, values } = points;
  const distances = kneeDistances({
    count: front.length,
    dimensions,
    values: Float64Array.from(
      front.flatMap((i) => [...values.subarray(i * dimensions, (i + 1) * dimensions)]),
    ),
  });
  let most = -Infinity;
  front.forEach((i, at) => {
    if (paying.has(rows[i]!)) most = Math.max(most, distances[at]!);
  });
  return front.filter((i, at) => distances[at] === most && paying.has(rows[i]!)).map((i) => rows[i]!);
};

/** What was chosen from. */
export interface Choice {
  readonly candidate: Candidate | undefined;
  /** Designs that meet the constraints, and those of them that are cheaper than the unchanged network. */
  readonly meeting: number;
  readonly paying: number;
}

/** The preferred design among those that meet the constraints and are cheaper than the unchanged network. */
export const choose = (evaluated: Evaluated, wish: Wish): Choice => {
  const { preference, constraints } = wish;
  const meeting = meetingRows(evaluated, constraints);
  const paying = meeting.filter((i) => paysAt(evaluated, i, preference));
  const rows =
    preference === 'knee' && paying.length > 0 ? kneeRows(evaluated, meeting, new Set(paying), wish) : paying;
  return {
    candidate: bestOf(evaluated, rows, preference),
    meeting: meeting.length,
    paying: paying.length,
  };
};
