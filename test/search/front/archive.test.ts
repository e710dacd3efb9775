import fc from 'fast-check';
import { expect, it } from 'vitest';
import { emptyArchive, extended } from '../../../search/front/archive.js';
import { pointAt, pointsOf } from '../../../search/front/points.js';

const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((x, j) => x <= b[j]!) && a.some((x, j) => x < b[j]!);

for (const dimensions of [2, 3, 4]) {
  const generation = fc.array(
    fc.array(fc.integer({ min: 0, max: 6 }), { minLength: dimensions, maxLength: dimensions }),
    { maxLength: 20 },
  );

  it(`an archive holds the front of all that it was given, with ${dimensions} objectives`, () => {
    fc.assert(
      fc.property(fc.array(generation, { maxLength: 4 }), (generations) => {
        let archive = emptyArchive<string>(dimensions);
        generations.forEach((rows, g) => {
          const names = rows.map((row, i) => `${g}.${i}:${row.join()}`);
          const before = archive;
          archive = extended(before, names, pointsOf(rows, dimensions));
          const same = archive.members.join(' ') === before.members.join(' ');
          expect(archive === before).toBe(same);
        });
        const all = generations.flat();
        const best = all.filter((b) => !all.some((a) => dominates(a, b)));
        const points = archive.members.map((_, i) => pointAt(archive.points, i).join());
        expect([...points].sort()).toEqual([...new Set(best.map((row) => row.join()))].sort());
        // Of equal points the first stays.
        const named = generations.flatMap((rows, g) => rows.map((row, i) => `${g}.${i}:${row.join()}`));
        points.forEach((point, i) => {
          expect(archive.members[i]).toBe(named.find((name) => name.endsWith(`:${point}`)));
        });
      }),
      { seed: 20240607, numRuns: 60 },
    );
  });
}
