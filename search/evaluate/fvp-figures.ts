import type { Evaluation } from '../../src/estimate/evaluation.js';
import { fvpLayer, type PlacedGraph } from '../../src/fvp/fvp.js';
import { fvpSetting, fvpTotals, summand, type FvpOptions } from '../../src/fvp/totals.js';
import type { System } from '../../src/npu/system.js';
import type { FigureTable } from '../../src/schedule/figures.js';
import type { FvpEstimated } from '../metrics.js';
import type { Space } from '../space/space.js';

/** Operations of a graph with their figures; the same row of figures means the same plan, buffering and places. */
export interface FiguredGraph extends PlacedGraph {
  readonly figures: Pick<FigureTable, 'rows'>;
}

/** What one operation adds to the sums of its network. */
interface Share {
  readonly cycles: number;
  readonly extrapolated: boolean;
}

const NOTHING: Share = { cycles: 0, extrapolated: false };

/** Numbers in a row of sums. */
export const FVP_SUMS = 2;

const UNKNOWN: FvpEstimated = { cycles: NaN, low: NaN, high: NaN };

/** FVP-like figures of the designs of one network on one system; remembers what layers take. */
export class FvpFigures {
  private readonly setting: ReturnType<typeof fvpSetting>;
  private readonly known = new WeakMap<Float64Array, Share>();

  constructor(system: System, options?: FvpOptions) {
    this.setting = fvpSetting(system, options);
  }

  /** Cycles that an operation adds; 0 where there are no figures. */
  cycles(graph: FiguredGraph, i: number): number {
    return this.shareOf(graph, i).cycles;
  }

  /** Adds up the operations of a graph, or of a part of it, from position `at` of a row of sums on. */
  addSums(graph: FiguredGraph, sums: Float64Array, at: number): void {
    for (let i = 0; i < graph.program.ops.length; i++) {
      const { cycles, extrapolated } = this.shareOf(graph, i);
      sums[at]! += cycles;
      if (extrapolated) sums[at + 1]! += cycles;
    }
  }

  /** Figures of a network by its sums and what it takes of the staging memory; NaN where there are none. */
  totals(sums: Float64Array, at: number, stagingBytes: number): FvpEstimated {
    if ('refused' in this.setting) return UNKNOWN;
    const parts = { cycles: sums[at]!, extrapolatedCycles: sums[at + 1]! };
    const totals = fvpTotals(this.setting, parts, stagingBytes);
    return 'refused' in totals ? UNKNOWN : totals;
  }

  private shareOf(graph: FiguredGraph, i: number): Share {
    const { setting } = this;
    if ('refused' in setting || graph.scheduled.schedule[i]!.plan === undefined) return NOTHING;
    const row = graph.figures.rows[i]!;
    let share = this.known.get(row);
    if (share === undefined) {
      const layer = fvpLayer(graph, i, setting.parameters);
      share =
        layer === undefined
          ? NOTHING
          : { cycles: summand(setting, layer.cycles), extrapolated: layer.extrapolated !== undefined };
      this.known.set(row, share);
    }
    return share;
  }
}

/** FVP-like figures of a space's designs, by system. */
export const fvpFiguresOf = ({ systems, fvp }: Space): ((system: number) => FvpFigures) => {
  const known: FvpFigures[] = [];
  return (system) => (known[system] ??= new FvpFigures(systems[system]!.system, fvp));
};

/** Those of an evaluation on its own. */
export const fvpFiguresFor = ({ machine }: Evaluation, options?: FvpOptions): FvpFigures =>
  new FvpFigures(machine.system, options);
