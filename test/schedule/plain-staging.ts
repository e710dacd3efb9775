/** Feature maps in staging memory as docs/model/scheduling.md#staging-memory words it. */
import type { Schedule } from '../../src/schedule/entry.js';
import type { Placement } from '../../src/schedule/liveness.js';
import { AREA } from '../../src/schedule/machine.js';
import type { Program } from '../../src/schedule/program.js';
import { plainTimeLine, plainUse, type Range } from './plain-ranges.js';

const bytesOf = ({ size }: Range): number => Math.ceil(size / 16) * 16;

/** @returns the area of each tensor, and how many ranges competed */
export function plainStaging(
  program: Program,
  schedule: Schedule,
  placement: Placement,
  limit: number,
): { areas: number[]; competing: number } {
  const L30 = Math.min(limit, 2 ** 30);
  const areas = [...placement.areas];
  const candidates = new Set(
    program.ops
      .flatMap((op, i) => (op.cost !== undefined && schedule[i]!.place === undefined ? op.ofms : []))
      .filter((id) => {
        const t = program.tensors[id]!;
        return t.consumers.length > 0 && !t.usedByCpu && !t.graphOutput && !t.persistent && !t.constant;
      }),
  );
  // 1
  for (const id of candidates) areas[id] = AREA.staging;
  const placed: Placement = { ...placement, areas: Uint8Array.from(areas) };
  const timeLine = plainTimeLine(program, schedule, placed, AREA.staging, true);
  const tensorsIn = (range: Range): number[] =>
    [...candidates].filter((id) => timeLine.rangeOf.get(id) === range);
  let open = timeLine.ranges.filter((range) => tensorsIn(range).length > 0);
  const max = plainUse(timeLine);
  const base = [...max];
  const add = (to: number[], { start, end, ...range }: Range, sign: number): void => {
    for (let x = start; x <= end; x++) to[x]! += sign * bytesOf({ start, end, ...range });
  };
  const over = (values: readonly number[], { start, end }: Range): number =>
    Math.max(...values.slice(start, end + 1));
  for (const range of open) add(base, range, -1);
  const peak = Math.max(...max);
  const evict = (range: Range): void => {
    for (const id of tensorsIn(range)) areas[id] = AREA.featureMaps;
    add(max, range, -1);
    open = open.filter((other) => other !== range);
  };
  // 2
  program.ops.forEach((op, i) => {
    const t = timeLine.times[i]!;
    if (op.cost === undefined) open.filter(({ start, end }) => start <= t && t <= end).forEach(evict);
  });
  let competing: Range[] = [];
  if (peak > L30) {
    // 4
    for (const range of [...open]) if (over(base, range) + bytesOf(range) > L30) evict(range);
    for (const range of open) {
      if (over(max, range) <= L30) add(base, range, 1);
      else competing.push(range);
    }
    competing = open.filter((range) => competing.includes(range));
    // 5
    const score = (range: Range): number => {
      const tensors = tensorsIn(range).map((id) => ({ id, ...program.tensors[id]! }));
      const inner = tensors.some(({ consumers }) =>
        consumers.some((c) => schedule[c]!.place !== undefined && !schedule[c]!.place.first),
      );
      if (inner) return 2 ** 31 - 1;
      let total = 0;
      for (const { id, consumers, producers } of tensors) {
        for (const c of consumers) {
          const elements = schedule[c]!.plan!.elements;
          const index = program.ops[c]!.ifms.indexOf(id);
          total += index === 1 ? elements.ifm2Read : elements.ifmRead;
        }
        for (const p of producers) total += schedule[p]!.plan!.elements.ofmWrite;
      }
      return total;
    };
    // 6
    const components: Range[][] = [];
    let latest = -1;
    for (const range of competing) {
      const current = components.at(-1);
      if (current !== undefined && range.start <= latest && current.length <= 20) {
        current.push(range);
        latest = Math.max(latest, range.end);
      } else {
        components.push([range]);
        latest = range.end;
      }
    }
    for (const component of components) {
      const scores = component.map(score);
      let best: { total: number; keep: boolean[] } = { total: 0, keep: component.map(() => false) };
      const search = (k: number, keep: boolean[], b: number[], m: number[], total: number): void => {
        const range = component[k];
        if (range === undefined) {
          if ((total | 0) > best.total || best.total === 0) best = { total: total | 0, keep };
          return;
        }
        if (over(b, range) + bytesOf(range) <= L30) {
          const kept = [...b];
          add(kept, range, 1);
          search(k + 1, [...keep, true], kept, m, total + scores[k]!);
          if (over(m, range) <= L30) return;
        }
        const evicted = [...m];
        add(evicted, range, -1);
        search(k + 1, [...keep, false], b, evicted, total);
      };
      search(0, [], base, max, 0);
      component.forEach((range, k) => {
        if (best.keep[k] === true) add(base, range, 1);
        else evict(range);
      });
    }
  }
  // 7
  program.ops.forEach((op, i) => {
    const { place } = schedule[i]!;
    if (op.cost === undefined || (place !== undefined && !place.first)) return;
    const ifms = op.ifms.filter((id) => !program.tensors[id]!.constant);
    if (ifms.every((id) => areas[id] === AREA.staging)) return;
    for (const id of ifms) {
      const readers = program.tensors[id]!.consumers;
      if (areas[id] !== AREA.staging || !candidates.has(id)) continue;
      if (readers.every((c) => program.ops[c]!.cost?.opClass === 'elementwise')) areas[id] = AREA.featureMaps;
    }
  });
  return { areas, competing: competing.length };
}
