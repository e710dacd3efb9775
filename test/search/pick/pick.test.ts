import { describe, expect, test } from 'vitest';
import type { MetricRow } from '../../../search/metrics.js';
import { metricsAt, tabulate, type Study } from '../../../search/rank/table.js';
import { baselinesOf } from '../../../search/rank/baselines.js';
import { constraintsOf, excess, type Constraint } from '../../../search/rank/constraints.js';
import { changesOf, designId } from '../../../search/space/changes.js';
import { evaluateDesigns } from '../../../search/evaluate/session.js';
import type { Method } from '../../../search/explore/methods.js';
import { candidateAt } from '../../../search/pick/candidates.js';
import { neighboursOf } from '../../../search/pick/neighbours.js';
import { pick, type Picked } from '../../../search/pick/pick.js';
import { bytesMoved, objectivesFor, pays, type Preference } from '../../../search/pick/preference.js';
import { allDesigns, rowOf, type Space } from '../../../search/space/space.js';
import { TIE } from '../../../src/fvp/bars.js';
import { randomSpace } from '../explore/random-space.js';

const evaluate = { jobs: 1 };

/** Every design of a space with its figures and those of the unchanged network. */
interface Known {
  readonly digits: Uint16Array;
  readonly numbers: MetricRow;
  readonly baseline: MetricRow;
  readonly id: string;
}

const everyDesign = async (space: Space): Promise<Known[]> => {
  const designs = allDesigns(space);
  const results = await evaluateDesigns(space, designs, evaluate);
  const baselines = await baselinesOf(space, designs, results, {});
  const study: Study = { model: 'm', space, designs, results, baselines };
  const table = tabulate([study]);
  const unchanged = baselines.map((figures) => ({
    ...metricsAt(table, 0),
    cycles_total: figures!.cycles_total,
    sram_total_bytes: figures!.sram_total_bytes,
    external_total_bytes: figures!.external_total_bytes,
  }));
  return Array.from({ length: table.count }, (_, i) => {
    const digits = rowOf(designs, table.row[i]!);
    return {
      digits,
      numbers: metricsAt(table, i),
      baseline: unchanged[digits.at(-1)!]!,
      id: designId(space, digits),
    };
  });
};

const pickFrom = (
  space: Space,
  preference: Preference,
  constraints: readonly Constraint[],
  method: Method = 'exhaustive',
  limit = 1e5,
  minGain = 0,
): Promise<Picked> => {
  const objectives = objectivesFor(preference, true);
  return pick({
    model: { name: 'm', space },
    wish: { preference, objectives, constraints, minGain },
    ...{ method, limit, seed: 1, workers: evaluate },
  });
};

const meets = (numbers: MetricRow, constraints: readonly Constraint[]): boolean =>
  constraints.every((constraint) => excess(constraint, numbers[constraint.column]) === 0);

/** What a preference compares, smaller first. */
const KEYS: Readonly<Record<Exclude<Preference, 'knee'>, (n: MetricRow) => readonly number[]>> = {
  cycles: (n) => [n.cycles_total, n.sram_total_bytes, -n.retained_energy],
  bandwidth: (n) => [bytesMoved(n), n.cycles_total, -n.retained_energy],
  retained: (n) => [-n.retained_energy, n.cycles_total, n.sram_total_bytes],
};

const compareKeys = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
};

const changes = (space: Space, digits: Uint16Array): number => {
  const { substitutions, widths } = changesOf(space, digits);
  return substitutions.size + widths.size;
};

const limitsOf = (minRetained: number | undefined): Constraint[] => constraintsOf({ minRetained });

describe('by FVP-like time', () => {
  const speed = 'inference_ms_fvp' as const;

  /** Spaces with several systems. */
  const spaces = [1, 2, 3, 4, 5, 6, 7, 8]
    .map((seed) => randomSpace(seed, 300))
    .filter(({ systems }) => systems.length > 1);

  test('the pick is the best of those that tie with the fastest', async () => {
    expect(spaces.length).toBeGreaterThan(2);
    let preferred = 0;
    for (const space of spaces) {
      const designs = allDesigns(space);
      const results = await evaluateDesigns(space, designs, evaluate);
      const baselines = await baselinesOf(space, designs, results, {});
      const table = tabulate([{ model: 'm', space, designs, results, baselines }]);
      const unchanged = space.systems.map(
        ({ system }, s) => (1000 * baselines[s]!.cycles_fvp) / system.coreClock,
      );
      const paying = Array.from({ length: table.count }, (_, i) => i)
        .filter((i) => table.columns[speed][i]! < unchanged[rowOf(designs, table.row[i]!).at(-1)!]!)
        .map((i) => metricsAt(table, i));
      const least = Math.min(...paying.map((numbers) => numbers[speed]));
      const key = (n: MetricRow): number[] => [
        Math.max(TIE * least, n[speed]),
        -n.retained_energy,
        n.sram_total_bytes,
        n[speed],
      ];
      const best = paying.map(key).sort(compareKeys)[0];
      const objectives = objectivesFor('cycles', true, speed);
      const { refined, cheaper } = await pick({
        model: { name: 'm', space },
        wish: { preference: 'cycles', speed, objectives, constraints: [], minGain: 0 },
        ...{ method: 'exhaustive', limit: 1e5, seed: 1, workers: evaluate },
      });
      expect(refined && key(refined.candidate.numbers)).toEqual(best);
      expect(cheaper).toBeUndefined();
      if (refined !== undefined && refined.candidate.numbers[speed] > least) preferred++;
    }
    expect(preferred).toBeGreaterThan(0);
  });
});

describe.each([3, 8, 21, 34])('random networks: %i', (seed) => {
  const space = randomSpace(seed, 300);
  let all: readonly Known[] | undefined;
  const everything = async (): Promise<readonly Known[]> => (all ??= await everyDesign(space));

  test.each(['cycles', 'bandwidth', 'retained'] as const)(
    'the pick is the best of all designs that meet the limits and pay: %s',
    async (preference) => {
      const designs = await everything();
      for (const minRetained of [undefined, 0.3, 0.7, 0.95]) {
        const constraints = limitsOf(minRetained);
        const candidates = designs.filter(
          ({ numbers, baseline }) => meets(numbers, constraints) && pays({ preference }, numbers, baseline),
        );
        const picked = await pickFrom(space, preference, constraints);
        const best = candidates.map(({ numbers }) => KEYS[preference](numbers)).sort(compareKeys)[0];
        const found = picked.refined && KEYS[preference](picked.refined.candidate.numbers);
        expect(found).toEqual(best);
        if (picked.refined !== undefined) {
          expect(picked.refined.steps).toEqual([]);
          continue;
        }
        const cheaper = designs.filter(({ numbers, baseline }) => pays({ preference }, numbers, baseline));
        const kept = cheaper.map(({ numbers }) => numbers.retained_energy);
        const nearest = picked.sides!.cheaper;
        expect(nearest?.numbers.retained_energy).toBe(kept.length === 0 ? undefined : Math.max(...kept));
        const within = designs.filter(
          ({ numbers, digits }) => meets(numbers, constraints) && changes(space, digits) > 0,
        );
        const price = (n: MetricRow): number => (preference === 'bandwidth' ? bytesMoved(n) : n.cycles_total);
        const { meeting } = picked.sides!;
        if (within.length === 0) expect(meeting === undefined || meeting.id.startsWith('base@')).toBe(true);
        else expect(price(meeting!.numbers)).toBe(Math.min(...within.map(({ numbers }) => price(numbers))));
      }
    },
  );

  test.each(['cycles', 'bandwidth', 'retained', 'knee'] as const)(
    'every change of the pick saves what it has to: %s',
    async (preference) => {
      const price = (n: MetricRow): number => (preference === 'bandwidth' ? bytesMoved(n) : n.cycles_total);
      for (const minGain of [0.01, 0.05, 0.2]) {
        const { refined } = await pickFrom(space, preference, [], 'exhaustive', 1e5, minGain);
        if (refined === undefined) {
          // Not even a single change does.
          for (const { digits, numbers, baseline } of await everything()) {
            const least = price(baseline) * (1 - minGain * changes(space, digits));
            expect(price(numbers) > least || changes(space, digits) === 0).toBe(true);
          }
          continue;
        }
        const { candidate, neighbours } = refined;
        const least = minGain * price(candidate.baseline!);
        for (let i = 0; i < neighbours!.table.count; i++) {
          const other = candidateAt(neighbours!, i);
          if (changes(space, other.digits) >= changes(space, candidate.digits)) continue;
          // Undoing it may only be kept from the pick where the rest would not be worth it any more.
          const rest = price(other.baseline!) - price(other.numbers);
          if (changes(space, other.digits) === 0 || rest < least * changes(space, other.digits)) continue;
          expect(price(other.numbers) - price(candidate.numbers)).toBeGreaterThan(least * (1 - 1e-9));
        }
      }
    },
  );

  test.each([
    ['cycles', 'sample', 12],
    ['bandwidth', 'evolve', 20],
    ['retained', 'sample', 12],
    ['knee', 'exhaustive', 1e5],
    ['cycles', 'exact', 1e5],
  ] as const)(
    'no single choice makes a pick better, and every change of it pays: %s, %s',
    async (preference, method, limit) => {
      const designs = new Map((await everything()).map((design) => [design.id, design]));
      const { refined } = await pickFrom(space, preference, [], method, limit);
      if (refined === undefined) return;
      const { candidate } = refined;
      expect(candidate.numbers).toEqual(designs.get(candidate.id)!.numbers);
      expect(pays({ preference }, candidate.numbers, candidate.baseline)).toBe(true);
      const neighbours = neighboursOf(space, candidate.digits);
      expect(refined.neighbours!.table.count).toBe(neighbours.count);
      for (let i = 0; i < neighbours.count; i++) {
        const { numbers, baseline } = designs.get(designId(space, rowOf(neighbours, i)))!;
        if (!pays({ preference }, numbers, baseline)) continue;
        if (preference !== 'knee') {
          const [theirs, own] = [KEYS[preference](numbers), KEYS[preference](candidate.numbers)];
          const order = compareKeys(theirs, own);
          expect(order).toBeGreaterThanOrEqual(0);
          if (order === 0)
            expect(changes(space, rowOf(neighbours, i))).toBeGreaterThanOrEqual(
              changes(space, candidate.digits),
            );
          continue;
        }
        const columns = ['cycles_total', 'sram_total_bytes'] as const;
        const better =
          columns.every((column) => numbers[column] < candidate.numbers[column]) &&
          numbers.retained_energy > candidate.numbers.retained_energy;
        expect(better).toBe(false);
      }
    },
  );
});

test('a knee is on the front, between the extremes', async () => {
  const space = randomSpace(8, 300);
  const { refined, sweeps } = await pickFrom(space, 'knee', []);
  const ranking = sweeps[0].rankings[0]!;
  const { id } = refined!.candidate;
  expect(ranking.ids.slice(0, ranking.frontSize)).toContain(id);
});

test('the exact search finds the same pick as the exhaustive one, and both sides where there is none', async () => {
  for (const seed of [5, 13]) {
    const space = randomSpace(seed, 300);
    for (const minRetained of [undefined, 0.6, 0.999]) {
      const constraints = limitsOf(minRetained);
      const [exact, all] = [
        await pickFrom(space, 'cycles', constraints, 'exact'),
        await pickFrom(space, 'cycles', constraints),
      ];
      expect(exact.refined?.candidate.id).toBe(all.refined?.candidate.id);
      if (all.sides === undefined) continue;
      expect(exact.sweeps.length).toBeGreaterThanOrEqual(1);
      expect(exact.sides!.cheaper?.numbers.retained_energy).toBe(all.sides.cheaper?.numbers.retained_energy);
      expect(exact.sides!.meeting === undefined).toBe(all.sides.meeting === undefined);
    }
  }
});

test('an abort gives what is finished, without a claim that every choice was tried', async () => {
  const space = randomSpace(8, 300);
  const controller = new AbortController();
  const objectives = objectivesFor('cycles', true);
  const picked = await pick({
    model: { name: 'm', space },
    wish: { preference: 'cycles', objectives, constraints: [], minGain: 0 },
    ...{ method: 'exhaustive', limit: 1e5, seed: 1 },
    workers: { jobs: 1, signal: controller.signal },
    onSearch: () => ({ update: () => undefined, stop: () => controller.abort() }),
  });
  expect(picked.stopped).toBe('interrupted');
  expect(picked.refined?.neighbours).toBeUndefined();
});
