import type { BlockConfig, CostCall, CyclesParts, Places } from '../cost/model.js';
import type { CostOp } from '../cost/operation.js';
import type { Layer, PerArea } from '../estimate/types.js';
import type { Evaluation } from '../estimate/evaluation.js';
import type { Entry } from '../schedule/entry.js';
import { figureAt, finalCall, finalParts, placesOf, TRAFFIC, trafficColumn } from '../schedule/figures.js';
import type { Machine } from '../schedule/machine.js';
import type { Plan } from '../schedule/plan.js';
import type { ProgramOp } from '../schedule/program.js';
import { perArea } from '../estimate/totals.js';

/** All that is known of one operation on the NPU: its rows of the report and the decisions behind them. */
export interface LayerFacts {
  readonly machine: Machine;
  readonly layer: Layer;
  /** Operations done in the same pass. */
  readonly fused: readonly Layer[];
  readonly op: ProgramOp;
  readonly cost: CostOp;
  readonly config: BlockConfig;
  readonly plan: Plan;
  readonly entry: Entry;
  /** Where its feature maps lie. */
  readonly places: Places;
  /** The whole operation. */
  readonly call: CostCall;
  readonly parts: CyclesParts;
  /** Its channels are those of a graph input or output, and so not free to change. */
  readonly fixedIfm: boolean;
  readonly fixedOfm: boolean;
  /** Bytes moved to and from each memory, as the totals of a network count them. */
  readonly traffic: PerArea<number>;
}

/** A row of the report with the rows fused onto it; facts only for operations on the NPU. */
export interface LayerGroup {
  readonly layer: Layer;
  readonly facts: LayerFacts | undefined;
}

const trafficOf = ({ figures }: Evaluation, op: number): PerArea<number> =>
  perArea((memory) =>
    Object.values(TRAFFIC).reduce<number>(
      (sum, role) => sum + figureAt(figures, op, trafficColumn(memory, role)),
      0,
    ),
  );

/**
 * Pairs the rows of a report with what they come from.
 * @param layers rows that `describe` makes of the evaluation
 */
export function layerGroups(evaluation: Evaluation, layers: readonly Layer[]): readonly LayerGroup[] {
  const { machine, program, scheduled } = evaluation;
  const groups: LayerGroup[] = [];
  let row = 0;
  program.ops.forEach((op, i) => {
    const layer = layers[row++]!;
    const fused: Layer[] = [];
    while (layers[row]?.fused === true) fused.push(layers[row++]!);
    const entry = scheduled.schedule[i]!;
    const { plan } = entry;
    if (plan === undefined) {
      groups.push({ layer, facts: undefined });
      return;
    }
    const { areas } = scheduled.placement;
    const places = placesOf(machine, op, areas);
    const call = finalCall(machine, plan, places, entry.buffer !== undefined);
    const tensors = (ids: readonly number[]) => ids.map((id) => program.tensors[id]!);
    const facts: LayerFacts = {
      machine,
      layer,
      fused,
      op,
      cost: plan.op,
      config: plan.config,
      plan,
      entry,
      places,
      call,
      parts: finalParts(machine, plan, call),
      fixedIfm: tensors(op.ifms).some(({ graphInput, constant }) => graphInput || constant),
      fixedOfm: tensors(op.ofms).some(({ graphOutput }) => graphOutput),
      traffic: trafficOf(evaluation, i),
    };
    groups.push({ layer, facts });
  });
  return groups;
}
