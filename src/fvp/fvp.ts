import { graphsOf } from '../estimate/totals.js';
import type { Evaluation } from '../estimate/evaluation.js';
import { familyOf, type AcceleratorName } from '../npu/accelerator-names.js';
import { placesOf } from '../schedule/figures.js';
import { barOf, layerBar } from './bars.js';
import { extrapolation } from './extrapolated.js';
import { featuresOf, type LayerFeatures, type ScheduledLayer } from './features.js';
import { layerCycles, type LayerTerms } from './formula.js';
import { factorOf, holdsFor, type Calibration } from './calibrate/calibration.js';
import { calibrated, NO_FACTORS, type Factors } from './calibrate/factors.js';
import type { Parameters } from './parameters.js';
import type { ProfileName } from './profiles.js';
import { timingOf, worse, type FvpClass, type Refusal, type SystemTiming } from './timing.js';

/** One operation on the NPU with what is fused onto it. */
export interface FvpLayer extends LayerTerms {
  readonly features: LayerFeatures;
  /** Why nothing like it was measured. */
  readonly extrapolated: string | undefined;
}

/** The cycles that the vendor's FVP would count for a network. */
export interface FvpEstimate {
  readonly profile: SystemTiming['profile'];
  readonly class: FvpClass;
  /** Clauses that say why the class is not "measured". */
  readonly why: readonly string[];
  readonly cycles: number;
  /** 80 % of measured totals lie between these. */
  readonly low: number;
  readonly high: number;
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

/** What the user says about the memories. */
export interface FvpOptions {
  /** A measured timing, to be used whatever the system says. */
  readonly profile?: ProfileName | undefined;
  /** What logs have changed. */
  readonly calibration?: Calibration | undefined;
  /** SHA-256 of the model's file, by which a calibration knows it. */
  readonly model?: string | undefined;
}

/** A network with more of its cycles in such layers is far from what was measured. */
const MOST_EXTRAPOLATED = 0.2;

/** Every operation of a graph as the formula sees it; undefined for those of the CPU. */
export function scheduledLayers({
  machine,
  program,
  scheduled,
}: Evaluation): readonly (ScheduledLayer | undefined)[] {
  return program.ops.map((op, i) => {
    const { plan, slices, buffer } = scheduled.schedule[i]!;
    if (plan === undefined || slices === undefined) return undefined;
    const places = placesOf(machine, op, scheduled.placement.areas);
    return { plan, slices, buffered: buffer !== undefined, places };
  });
}

const layersOf = (evaluation: Evaluation, parameters: Parameters): readonly (FvpLayer | undefined)[] =>
  scheduledLayers(evaluation).map((layer) => {
    if (layer === undefined) return undefined;
    const features = featuresOf(evaluation.machine, layer);
    const terms = layerCycles(features, parameters);
    return { ...terms, features, extrapolated: extrapolation(layer.plan.op, features, terms) };
  });

/** What calibration compares with a measured total: the timing of its system and the features of all layers. */
export function measurable(
  evaluation: Evaluation,
  profile?: ProfileName,
): Refusal | { readonly timing: SystemTiming; readonly layers: readonly LayerFeatures[] } {
  const { machine } = evaluation;
  const timing = timingOf(machine.system, profile);
  if ('refused' in timing) return timing;
  const layers = graphsOf(evaluation)
    .flatMap((graph) => scheduledLayers(graph))
    .flatMap((layer) => (layer === undefined ? [] : [featuresOf(machine, layer)]));
  const refused = noFigure(evaluation, layers.length);
  return refused === undefined ? { timing, layers } : { refused };
}

/** Why an evaluation has no such figure, whatever its system; undefined if nothing stands against it. */
function noFigure({ machine: { system }, memory }: Evaluation, layers: number): string | undefined {
  if (layers === 0) return 'nothing runs on the NPU';
  if (system.spilling && memory.staging > system.arenaCacheSize) {
    return 'the network does not fit into its memory, and the reference compiler stops with an error';
  }
  return undefined;
}

/**
 * FVP-like cycles of an evaluated network, with their bar; or why there are none (docs/model/fvp.md).
 */
export function fvpEstimate(
  evaluation: Evaluation,
  { profile, calibration, model }: FvpOptions = {},
): FvpResult {
  const { system } = evaluation.machine;
  const timing = timingOf(system, profile);
  if ('refused' in timing) return timing;
  const accelerator = system.accelerator as AcceleratorName;
  const family = familyOf(accelerator);
  const holds = calibration !== undefined && holdsFor(calibration, timing.memory);
  const factors = holds ? calibration.factors : NO_FACTORS;
  const network = calibration === undefined ? 1 : factorOf(calibration, model, family);
  const parameters = calibrated(accelerator, timing.memory, factors);
  const graphs = graphsOf(evaluation).map((graph) => layersOf(graph, parameters));
  const all = graphs.flat().filter((layer) => layer !== undefined);
  const refused = noFigure(evaluation, all.length);
  if (refused !== undefined) return { refused };
  const sum = (layers: readonly FvpLayer[]): number =>
    layers.reduce((total, { cycles }) => total + cycles, 0);
  const layersCycles = sum(all);
  const total = layersCycles * network;
  const extrapolatedCycles = sum(all.filter(({ extrapolated }) => extrapolated !== undefined));
  const share = extrapolatedCycles / layersCycles;
  const strange = share > MOST_EXTRAPOLATED;
  const known = strange ? worse(timing.class, 'far') : timing.class;
  const { low, high } = barOf(total, family, known, calibration?.bar ?? 0);
  return {
    profile: timing.profile,
    class: known,
    why: [
      ...timing.why,
      ...(calibration !== undefined && !holds ? ['the calibration is of another memory timing'] : []),
      ...(strange
        ? [`${Math.round(share * 100)}% of the cycles are in layers unlike any that was measured`]
        : []),
    ],
    cycles: Math.round(total),
    low: Math.floor(low),
    high: Math.ceil(high),
    milliseconds: (total / system.coreClock) * 1000,
    parameters,
    calibration: calibration && { ...factors, network },
    layers: graphs.at(-1)!,
    layerBar: layerBar(accelerator, family),
    extrapolatedCycles,
  };
}
