import type { Evaluation } from '../../src/estimate/evaluation.js';
import { TRAFFIC, trafficColumn } from '../../src/schedule/figures.js';
import { forEachWeightTensor, graphsOf, macsOf, perArea, type Summands } from '../../src/estimate/totals.js';
import type { OperationFigures } from '../metrics.js';
import type { FiguredGraph, FvpFigures } from './fvp-figures.js';
import {
  FIGURE_AT,
  FIGURE_COUNT,
  overSegments,
  SEGMENT_FIGURE_COUNT,
  SEGMENT_FIGURES,
  type DesignFigures,
} from './figures.js';

/** Bytes moved to and from one memory by one operation. */
function bytesMoved(row: Float64Array, memory: number): number {
  let bytes = 0;
  for (const role of Object.values(TRAFFIC)) bytes += row[trafficColumn(memory, role)]!;
  return bytes;
}

/** Most bytes of SRAM that are live while each operation of a graph runs, and after the last one. */
function liveSram({ machine, scheduled, program }: Evaluation): Float64Array {
  const most = new Float64Array(program.ops.length);
  const inSram = machine.system.staging.name === 'Sram' && program.ops.some((op) => op.cost !== undefined);
  if (!inSram) return most;
  const { liveness, used } = scheduled.snapshot;
  const raise = (op: number, t: number): void => {
    most[op] = Math.max(most[op]!, used[t] ?? 0);
  };
  for (let op = 0; op < most.length; op++) {
    raise(op, liveness.times[op]!);
    raise(op, liveness.times[op]! + 1);
  }
  const last = most.length - 1;
  for (let t = liveness.times[last]! + 2; t < used.length; t++) raise(last, t);
  return most;
}

/** What the estimator says of each operation of a graph. */
function operationsOf(
  graph: Summands & FiguredGraph,
  fvp: FvpFigures,
  live: Float64Array | undefined,
): OperationFigures[] {
  const { machine, program, scheduled, figures } = graph;
  const encoded = new Float64Array(program.ops.length);
  forEachWeightTensor(graph, (i, _, encodedBytes) => (encoded[i]! += encodedBytes));
  return program.ops.map((op, i) => ({
    cycles: figures.cycles[i]!,
    npuCycles: figures.npuCycles[i]!,
    macs: macsOf(machine, op, scheduled.schedule[i]!),
    bytes: perArea((memory) => bytesMoved(figures.rows[i]!, memory)),
    encodedWeightBytes: encoded[i]!,
    liveSramBytes: live?.[i] ?? 0,
    onCpu: op.cost === undefined,
    fvpCycles: fvp.cycles(graph, i),
  }));
}

/** Figures that add up over operations, in the order of `FIGURES`; 0 for others. */
export function addedFigures(summands: Summands & FiguredGraph, fvp: FvpFigures): Float64Array {
  const figures = new Float64Array(FIGURE_COUNT);
  for (const operation of operationsOf(summands, fvp, undefined)) {
    for (const name of SEGMENT_FIGURES) {
      const { combine, of } = overSegments(name);
      if (combine === 'sum') figures[FIGURE_AT[name]]! += of(operation);
    }
  }
  return figures;
}

/** Scales the largest values of segments, so that the largest of them is what the design takes. */
function scaleLargest(rows: Float64Array, column: number, whole: number): void {
  let peak = 0;
  for (let at = column; at < rows.length; at += SEGMENT_FIGURE_COUNT) peak = Math.max(peak, rows[at]!);
  for (let at = column; at < rows.length; at += SEGMENT_FIGURE_COUNT) {
    rows[at] = peak === 0 ? whole : Math.round((rows[at]! * whole) / peak);
  }
}

/**
 * Figures of every segment of an evaluated design, `SEGMENT_FIGURES` of each. Every operation counts in its own segment;
 * a weight tensor that several operations read counts where it is read first. Further graphs, which no design changes,
 * count in the first segment. Of what is no sum but the largest value, the largest over the segments is the design's:
 * it differs from what the segments themselves take where allocation leaves gaps, and where constants lie in SRAM as
 * well.
 *
 * @param segments segment of each operation
 * @param whole the design's figures
 * @param fvp those of the system
 */
export function segmentFigures(
  evaluation: Evaluation,
  segments: Int32Array,
  count: number,
  whole: DesignFigures,
  fvp: FvpFigures,
): Float64Array {
  const rows = new Float64Array(count * SEGMENT_FIGURE_COUNT);
  const [entry, ...others] = graphsOf(evaluation);
  const add = (operation: OperationFigures, segment: number): void => {
    SEGMENT_FIGURES.forEach((name, column) => {
      const { combine, of } = overSegments(name);
      const at = segment * SEGMENT_FIGURE_COUNT + column;
      const value = of(operation);
      rows[at] = combine === 'sum' ? rows[at]! + value : Math.max(rows[at]!, value);
    });
  };
  operationsOf(entry!, fvp, liveSram(entry!)).forEach((operation, i) => add(operation, segments[i]!));
  for (const graph of others) for (const operation of operationsOf(graph, fvp, undefined)) add(operation, 0);
  SEGMENT_FIGURES.forEach((name, column) => {
    if (overSegments(name).combine === 'largest') scaleLargest(rows, column, whole[name]);
  });
  return rows;
}
