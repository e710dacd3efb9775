import { graphsOf } from '../estimate/totals.js';
import type { Evaluation } from '../estimate/evaluation.js';
import { familyOf, type AcceleratorName } from '../npu/accelerator-names.js';
import { placesOf } from '../schedule/figures.js';
import { layerBar } from './bars.js';
import { extrapolation } from './extrapolated.js';
import { featuresOf, type LayerFeatures, type ScheduledLayer } from './features.js';
import { layerCycles, type LayerTerms } from './formula.js';
import type { Factors } from './calibrate/factors.js';
import type { Parameters } from './parameters.js';
import type { ProfileName } from './profiles.js';
import { timingOf, type Refusal, type SystemTiming } from './timing.js';
import { fvpSetting, fvpTotals, noFigure, summand, type FvpOptions, type FvpTotals } from './totals.js';

/** One operation on the NPU with what is fused onto it. */
export interface FvpLayer extends LayerTerms {
  readonly features: LayerFeatures;
  /** Why nothing like it was measured. */
  readonly extrapolated: string | undefined;
}

/** The cycles that the vendor's FVP would count for a network. */
export interface FvpEstimate extends FvpTotals {
  readonly profile: SystemTiming['profile'];
  /** Of `cycles`, at the system's clock. */
  readonly milliseconds: number;
  readonly parameters: Parameters;
  /** Factors by the user's logs, if there are any; `network` is one on the total. */
  readonly calibration: (Factors & { readonly network: number }) | undefined;
  /** One per operation of the last graph; undefined for those of the CPU, which have no cycles. */
  readonly layers: readonly (FvpLayer | undefined)[];
  /** 80 % bar of one layer's cycles, as a share; undefined where layers were never measured. */
  readonly layerBar: number | undefined;
  /** Cycles in layers unlike any that was measured. */
  readonly extrapolatedCycles: number;
}

/** FVP-like cycles, or why there are none. */
export type FvpResult = FvpEstimate | Refusal;

/** Operations of a graph with where their tensors finally lie, as far as they matter here. */
export interface PlacedGraph extends Pick<Evaluation, 'machine'> {
  readonly program: Pick<Evaluation['program'], 'ops'>;
  readonly scheduled: Pick<Evaluation['scheduled'], 'schedule'> & {
    readonly placement: Pick<Evaluation['scheduled']['placement'], 'areas'>;
  };
}

/** An operation of a graph as the formula sees it; undefined for one of the CPU. */
export function scheduledLayer(
  { machine, program, scheduled }: PlacedGraph,
  i: number,
): ScheduledLayer | undefined {
  const { plan, slices, buffer } = scheduled.schedule[i]!;
  if (plan === undefined || slices === undefined) return undefined;
  const places = placesOf(machine, program.ops[i]!, scheduled.placement.areas);
  return { plan, slices, buffered: buffer !== undefined, places };
}

const scheduledLayers = (graph: Evaluation): readonly (ScheduledLayer | undefined)[] =>
  graph.program.ops.map((_, i) => scheduledLayer(graph, i));

/** An operation's cycles, and what they are from; undefined for one of the CPU. */
export function fvpLayer(graph: PlacedGraph, i: number, parameters: Parameters): FvpLayer | undefined {
  const layer = scheduledLayer(graph, i);
  if (layer === undefined) return undefined;
  const features = featuresOf(graph.machine, layer);
  const terms = layerCycles(features, parameters);
  return { ...terms, features, extrapolated: extrapolation(layer.plan.op, features, terms) };
}

/** What calibration compares with a measured total: the timing of its system and the features of all layers. */
export function measurable(
  evaluation: Evaluation,
  profile?: ProfileName,
): Refusal | { readonly timing: SystemTiming; readonly layers: readonly LayerFeatures[] } {
  const { machine, memory } = evaluation;
  const timing = timingOf(machine.system, profile);
  if ('refused' in timing) return timing;
  const layers = graphsOf(evaluation)
    .flatMap((graph) => scheduledLayers(graph))
    .flatMap((layer) => (layer === undefined ? [] : [featuresOf(machine, layer)]));
  const refused = noFigure(machine.system, memory.staging, layers.length > 0);
  return refused === undefined ? { timing, layers } : { refused };
}

/**
 * FVP-like cycles of an evaluated network, with their bar; or why there are none (docs/model/fvp.md).
 */
export function fvpEstimate(evaluation: Evaluation, options: FvpOptions = {}): FvpResult {
  const { machine, memory } = evaluation;
  const { system } = machine;
  const setting = fvpSetting(system, options);
  if ('refused' in setting) return setting;
  const { timing, parameters, calibration, factors, network } = setting;
  const graphs = graphsOf(evaluation).map((graph) =>
    graph.program.ops.map((_, i) => fvpLayer(graph, i, parameters)),
  );
  const all = graphs.flat().filter((layer) => layer !== undefined);
  const sum = (layers: readonly FvpLayer[]): number =>
    layers.reduce((total, { cycles }) => total + summand(setting, cycles), 0);
  const extrapolatedCycles = sum(all.filter(({ extrapolated }) => extrapolated !== undefined));
  const totals = fvpTotals(setting, { cycles: sum(all), extrapolatedCycles }, memory.staging);
  if ('refused' in totals) return totals;
  const accelerator = system.accelerator as AcceleratorName;
  return {
    ...totals,
    profile: timing.profile,
    milliseconds: (1000 * totals.cycles) / system.coreClock,
    parameters,
    calibration: calibration && { ...factors, network },
    layers: graphs.at(-1)!,
    layerBar: layerBar(accelerator, familyOf(accelerator)),
    extrapolatedCycles,
  };
}
