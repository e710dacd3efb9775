import { formatSubstitutions, formatWidths } from '../design.js';
import { ENERGY_NOTE, energyWord } from '../energy.js';
import type { DesignFigures } from '../evaluate/figures.js';
import type { Applied } from './applied.js';

/** Version of the shape of `appliedRecord`. */
export const APPLY_SCHEMA = 'paretou/apply@1';

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

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
    retained_energy: known(energy.before),
    retained_energy_quantised: known(energy.after),
    weights: energyWord(energy.before),
    ...(energyUnknown === undefined ? {} : { energy_unknown: energyUnknown }),
    note: ENERGY_NOTE,
    layers: layers.map((layer) => ({
      operator: layer.operator,
      kind: layer.kind,
      ...(layer.kernel === undefined ? {} : { kernel: layer.kernel }),
      option: layer.option,
      input_channels: layer.inputChannels,
      output_channels: layer.outputChannels,
      parameters: layer.parameters,
      retained_energy: known(layer.energy.before),
      retained_energy_quantised: known(layer.energy.after),
      weights: energyWord(layer.energy.before),
    })),
    systems: systems.map(({ system, before, after }) => ({
      accelerator: system.accelerator,
      system_config: system.systemConfig,
      memory_mode: system.memoryMode,
      before: figuresRecord(before, system.coreClock),
      after: figuresRecord(after, system.coreClock),
    })),
  };
};
