import type { Column, ModelReport, Packed } from './contract.js';
import { fromPlanes, type Numbers } from './numbers.js';
import { isShare } from './words.js';

/** The designs of a model with their numbers unpacked. */
export interface Dataset {
  readonly model: ModelReport;
  readonly count: number;
  readonly rank: Numbers;
  readonly paretoRank: Numbers;
  readonly systemRank: Numbers;
  /** Per choice, then for the system, the digit of every row. */
  readonly digits: readonly Numbers[];
  /** Values of all rows, by column; NaN where one is not known. */
  readonly values: ReadonlyMap<string, ArrayLike<number>>;
  /** Values of the unchanged network per system, by column. */
  readonly unchanged: ReadonlyMap<string, readonly number[]>;
}

const known = (value: number | null | undefined): number => value ?? NaN;

/** Seven digits, which is what numbers of 32 bits hold. */
const sevenDigits = (values: Numbers): Float64Array =>
  Float64Array.from(values, (value) => Number(value.toPrecision(7)));

/**
 * Unpacks the designs of a model.
 * @param inflate what undoes base64 and deflate
 */
export const datasetOf = async (
  model: ModelReport,
  inflate: (text: string) => Promise<Uint8Array>,
): Promise<Dataset> => {
  const unpacked = async ({ kind, data }: Packed): Promise<Numbers> => fromPlanes(await inflate(data), kind);
  const [rank, paretoRank, systemRank, all] = await Promise.all(
    [model.rows.rank, model.rows.paretoRank, model.rows.systemRank, model.rows.digits].map(unpacked),
  );
  const count = model.designs.held;
  const digits = Array.from({ length: model.choices.length + 1 }, (_, i) =>
    all!.subarray(i * count, (i + 1) * count),
  );
  const unchanged = new Map(
    model.columns.map(({ name }, c) => [name, model.unchanged.map((values) => known(values[c]))]),
  );
  const values = new Map<string, ArrayLike<number>>();
  const systems = digits.at(-1)!;
  for (const { name, source } of model.columns) {
    if (source.from === 'rows') {
      const numbers = await unpacked(source.values);
      values.set(name, source.values.kind === 'f32' ? sevenDigits(numbers) : numbers);
    } else if (source.from === 'system') {
      values.set(
        name,
        Float64Array.from(systems, (system) => known(source.values[system])),
      );
    } else {
      const of = values.get(source.of)!;
      const by =
        source.by === 'clock' ? model.systems.map(({ coreClock }) => coreClock) : unchanged.get(source.of)!;
      values.set(
        name,
        Float64Array.from(systems, (system, i) => (source.times * of[i]!) / by[system]!),
      );
    }
  }
  return {
    model,
    count,
    rank: rank!,
    paretoRank: paretoRank!,
    systemRank: systemRank!,
    digits,
    values,
    unchanged,
  };
};

/** System of a row. */
export const systemOf = ({ digits }: Dataset, row: number): number => digits.at(-1)![row]!;

/** A row's value of a column; NaN where it is not known. */
export const valueAt = ({ values }: Dataset, column: string, row: number): number =>
  values.get(column)?.[row] ?? NaN;

/** The unchanged network's value of a column on a system. */
export const unchangedAt = ({ unchanged }: Dataset, column: string, system: number): number =>
  unchanged.get(column)?.[system] ?? NaN;

/** Id of the design of a row, as in `ranking.csv`. */
export const idOf = ({ model, digits }: Dataset, row: number): string => {
  const changes = model.choices.map(({ codes }, i) => codes[digits[i]![row]!]!).filter((code) => code !== '');
  return `${changes.join('.') || 'base'}@${model.systems[digits.at(-1)![row]!]!.code}`;
};

/** The rows of one design, by system; undefined where a system has none. */
export const onSystems = (data: Dataset, row: number): (number | undefined)[] => {
  const rows = data.model.systems.map((): number | undefined => undefined);
  const choices = data.digits.slice(0, -1);
  for (let i = 0; i < data.count; i++)
    if (choices.every((column) => column[i] === column[row])) rows[systemOf(data, i)] ??= i;
  return rows;
};

/** True of rows that are no more than the unchanged network. */
export const isUnchanged = ({ model, digits }: Dataset, row: number): boolean =>
  model.choices.every(({ codes }, i) => codes[digits[i]![row]!] === '');

/** A column by its name. */
export const columnNamed = ({ model }: Dataset, name: string): Column =>
  model.columns.find((column) => column.name === name)!;

/** Columns that differ between designs: those that are worth an axis. */
export const axisColumns = ({ model }: Dataset): Column[] =>
  model.columns.filter(({ name, source, unit }) => {
    const isError = model.columns.some(
      ({ error }) =>
        error !== undefined &&
        ('standard' in error ? error.standard === name : name === error.low || name === error.high),
    );
    return source.from !== 'system' && unit !== 'flag' && unit !== 'ratio' && !isError;
  });

/** True of columns whose values can be divided by those of the unchanged network. */
export const canBeRelative = (data: Dataset, { name, unit }: Column): boolean =>
  !isShare(unit) && unit !== 'ratio' && (data.unchanged.get(name) ?? []).every((value) => value > 0);

/** Values along an axis: as they are, or as multiples of the unchanged network's on the same system. */
export const axisValues = (data: Dataset, name: string, relative: boolean): ArrayLike<number> => {
  const values = data.values.get(name)!;
  if (!relative || !canBeRelative(data, columnNamed(data, name))) return values;
  const by = data.unchanged.get(name)!;
  return Float64Array.from(data.digits.at(-1)!, (system, i) => values[i]! / by[system]!);
};

/** The range that the error of a value spans; undefined where no error is known. */
export const errorRange = (
  data: Dataset,
  name: string,
  row: number,
  relative = false,
): readonly [low: number, high: number] | undefined => {
  const column = columnNamed(data, name);
  const { error } = column;
  if (error === undefined) return undefined;
  const value = valueAt(data, name, row);
  const by = relative && canBeRelative(data, column) ? unchangedAt(data, name, systemOf(data, row)) : 1;
  const range =
    'standard' in error
      ? ([-1, 1] as const).map((side) => value + side * valueAt(data, error.standard, row))
      : [valueAt(data, error.low, row), valueAt(data, error.high, row)];
  const [low, high] = [range[0]! / by, range[1]! / by];
  return Number.isNaN(low) || Number.isNaN(high) ? undefined : [low, high];
};
