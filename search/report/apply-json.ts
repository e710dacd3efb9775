import { formatSubstitutions, formatWidths } from '../space/changes.js';
import { ENERGY_NOTE, energyWord } from '../substitute/retained-weights.js';
import type { DesignFigures } from '../evaluate/figures.js';
import type { RetainedEnergy } from '../substitute/substitution.js';
import type { Applied } from '../emit/describe-design.js';
import type { ChangedLayer } from '../emit/changed-layers.js';

/** Version of the shape of `appliedRecord`. */
export const APPLY_SCHEMA = 'paretou/apply@1';

/** A number, or null where it is not known. */
export const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Figures by the names of `ranking.csv`. */
export const figuresRecord = (figures: DesignFigures, coreClock: number): Record<string, number> => ({
  cycles_total: figures.cyclesTotal,
  cycles_npu: figures.cyclesNpu,
  inference_ms: (1000 * figures.cyclesTotal) / coreClock,
  sram_total_bytes: figures.sramTotalBytes,
  external_total_bytes: figures.externalTotalBytes,
  sram_memory_used_bytes: figures.sramMemoryUsedBytes,
  nn_macs: figures.macs,
  encoded_weight_bytes: figures.encodedWeightBytes,
  cpu_operators: figures.cpuOps,
});

/** Retained energy with the word for it. */
export const energyRecord = ({ before, after }: RetainedEnergy): Record<string, unknown> => ({
  retained_energy: known(before),
  retained_energy_quantised: known(after),
  weights: energyWord(before),
});

/** A layer that a design changes. */
export const layerRecord = (layer: ChangedLayer): Record<string, unknown> => ({
  operator: layer.operator,
  kind: layer.kind,
  ...(layer.kernel === undefined ? {} : { kernel: layer.kernel }),
  option: layer.option,
  input_channels: layer.inputChannels,
  output_channels: layer.outputChannels,
  parameters: layer.parameters,
  ...energyRecord(layer.energy),
});

/** A design's changes as a JSON object; figures have the names of `ranking.csv`, unknown energies are null. */
export const appliedRecord = (applied: Applied): Record<string, unknown> => {
  const { model, design, changes, layers, parameters, energy, energyUnknown, systems } = applied;
  return {
    schema: APPLY_SCHEMA,
    model,
    design,
    substitutions: formatSubstitutions(changes.substitutions),
    widths: formatWidths(changes.widths),
    parameters,
    ...energyRecord(energy),
    ...(energyUnknown === undefined ? {} : { energy_unknown: energyUnknown }),
    note: ENERGY_NOTE,
    layers: layers.map(layerRecord),
    systems: systems.map(({ system, before, after }) => ({
      accelerator: system.accelerator,
      system_config: system.systemConfig,
      memory_mode: system.memoryMode,
      before: figuresRecord(before, system.coreClock),
      after: figuresRecord(after, system.coreClock),
    })),
  };
};
