import type { Evaluation } from '../../src/estimate.js';
import { MEMORY_INDEX, TRAFFIC, trafficColumn } from '../../src/schedule/figures.js';
import { forEachWeightTensor, graphsOf, macsOf } from '../../src/schedule/totals.js';
import { FIGURE_AT, SEGMENT_FIGURES } from './figures.js';

/**
 * Numbers per segment: `SEGMENT_FIGURES`. All but `sramMemoryUsedBytes` add up to the design's; of that one, the largest
 * over the segments is the design's.
 */
export const SEGMENT_FIGURE_COUNT = SEGMENT_FIGURES.length;

const SRAM = MEMORY_INDEX.Sram;

/** Bytes moved to and from one memory by one operation. */
function bytesMoved(row: Float64Array, memory: number): number {
  let bytes = 0;
  for (const role of Object.values(TRAFFIC)) bytes += row[trafficColumn(memory, role)]!;
  return bytes;
}

/**
 * Writes each segment's SRAM: the most that is live while its operations run, scaled so that the largest is what the
 * design takes. The two differ where allocation leaves gaps, and where constants lie in SRAM as well.
 *
 * @param used the design's bytes of SRAM
 */
function spreadMemory(evaluation: Evaluation, segments: Int32Array, used: number, rows: Float64Array): void {
  const { machine, scheduled, program } = evaluation;
  const { liveness, used: live } = scheduled.snapshot;
  const inSram = machine.system.staging.name === 'Sram' && program.ops.some((op) => op.cost !== undefined);
  const most = new Float64Array(rows.length / SEGMENT_FIGURE_COUNT);
  const raise = (segment: number, t: number): void => {
    const bytes = live[t] ?? 0;
    if (bytes > most[segment]!) most[segment] = bytes;
  };
  if (inSram) {
    segments.forEach((segment, i) => {
      const t = liveness.times[i]!;
      raise(segment, t);
      raise(segment, t + 1);
    });
    const last = segments.at(-1);
    if (last !== undefined) for (let t = liveness.times.at(-1)! + 2; t < live.length; t++) raise(last, t);
  }
  const peak = most.reduce((a, b) => Math.max(a, b), 0);
  most.forEach((bytes, segment) => {
    rows[segment * SEGMENT_FIGURE_COUNT + FIGURE_AT.sramMemoryUsedBytes] =
      peak === 0 ? used : Math.round((bytes * used) / peak);
  });
}

/** Adds the figures of a graph's operations to those of their segments. */
function addFigures(graph: Evaluation, segmentOf: (op: number) => number, rows: Float64Array): void {
  const { machine, program, scheduled, figures } = graph;
  const add = (op: number, figure: keyof typeof FIGURE_AT, value: number): void => {
    rows[segmentOf(op) * SEGMENT_FIGURE_COUNT + FIGURE_AT[figure]]! += value;
  };
  program.ops.forEach((op, i) => {
    const row = figures.rows[i]!;
    add(i, 'cyclesTotal', figures.cycles[i]!);
    add(i, 'cyclesNpu', figures.npuCycles[i]!);
    for (const memory of Object.values(MEMORY_INDEX)) {
      add(i, memory === SRAM ? 'sramTotalBytes' : 'externalTotalBytes', bytesMoved(row, memory));
    }
    add(i, 'macs', macsOf(machine, op, scheduled.schedule[i]!));
    if (op.cost === undefined) add(i, 'cpuOps', 1);
  });
  forEachWeightTensor(graph, (i, _, encodedBytes) => add(i, 'encodedWeightBytes', encodedBytes));
}

/**
 * Figures of every segment of an evaluated design, `SEGMENT_FIGURE_COUNT` numbers each. Every operation counts in its own
 * segment; a weight tensor that several operations read counts where it is read first. Further graphs, which no design
 * changes, count in the first segment.
 *
 * @param segments segment of each operation
 * @param used the design's bytes of SRAM
 */
export function segmentFigures(
  evaluation: Evaluation,
  segments: Int32Array,
  count: number,
  used: number,
): Float64Array {
  const rows = new Float64Array(count * SEGMENT_FIGURE_COUNT);
  const [entry, ...others] = graphsOf(evaluation);
  addFigures(entry!, (op) => segments[op]!, rows);
  for (const graph of others) addFigures(graph, () => 0, rows);
  spreadMemory(entry!, segments, used, rows);
  return rows;
}
