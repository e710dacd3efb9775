import type { BlockConfig, CostCall, CyclesParts } from '../cost/model.js';
import type { CostOp } from '../cost/operation.js';
import { EDGE } from '../cost/model.js';
import type { Layer, PerArea } from '../estimate-types.js';
import type { Evaluation } from '../estimate.js';
import type { Memory } from '../npu/system.js';
import type { Entry } from '../schedule/entry.js';
import { figureAt, finalParts, TRAFFIC, trafficColumn } from '../schedule/figures.js';
import { memoryOf, type Machine } from '../schedule/machine.js';
import type { Plan } from '../schedule/plan.js';
import type { ProgramOp } from '../schedule/program.js';
import { perArea } from '../schedule/totals.js';

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
  /** The whole operation, with its feature maps where they lie. */
  readonly call: CostCall;
  /** Undefined where the cost model has no MAC and output side. */
  readonly parts: CyclesParts | undefined;
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

/** Where a feature map of the operation lies; a missing second IFM lies where the first does. */
function wholeCall({ machine, scheduled }: Evaluation, op: ProgramOp, plan: Plan, entry: Entry): CostCall {
  const { system } = machine;
  const areas = scheduled.placement.areas;
  const at = (id: number): Memory => memoryOf(system, areas[id]!);
  const [, ofmH, ofmW, ofmC] = plan.op.ofm.shape;
  const [, ifmH, ifmW] = plan.op.ifms[0]!.shape;
  return {
    ofmH,
    ofmW,
    ofmC,
    ifmH,
    ifmW,
    edge: EDGE.whole,
    ifmMemory: at(op.ifms[0]!),
    ifm2Memory: at(op.ifms[1] ?? op.ifms[0]!),
    ofmMemory: at(op.ofms[0]!),
    scratchMemory: system.featureMaps,
    weightReadLatency: (entry.buffer === undefined ? system.constants : system.staging).readLatency,
  };
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
    const parts = finalParts(machine, op, plan, entry.buffer !== undefined, scheduled.placement.areas);
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
      call: wholeCall(evaluation, op, plan, entry),
      parts: parts.blocks > 0 ? parts : undefined,
      fixedIfm: tensors(op.ifms).some(({ graphInput, constant }) => graphInput || constant),
      fixedOfm: tensors(op.ofms).some(({ graphOutput }) => graphOutput),
      traffic: trafficOf(evaluation, i),
    };
    groups.push({ layer, facts });
  });
  return groups;
}
