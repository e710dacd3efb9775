import { METRICS, type MetricName } from '../../metrics.js';

/** What each metric is, in a sentence or two. */
const DEFINITIONS: Partial<Record<MetricName, string>> = {
  core_clock: 'Clock of the NPU in this system configuration.',
  cycles_total:
    'Cycles of one inference as the compiler estimates them, waiting for memory included. Compare designs on one system by it, not systems.',
  cycles_npu: 'Cycles in which the NPU computes, without waiting for memory.',
  inference_ms: 'Cycles over the clock: milliseconds of one inference.',
  sram_total_bytes: 'Bytes read from and written to SRAM during one inference.',
  external_total_bytes: 'Bytes read from and written to DRAM and flash during one inference.',
  sram_memory_used_bytes: 'Most bytes of SRAM that are in use at any time.',
  nn_macs: 'Multiplications with addition that the network asks for.',
  parameters: 'Weights and biases of the network.',
  encoded_weight_bytes: 'Bytes of the weights as they are compressed for the NPU.',
  retained_energy:
    'Share of the squared weights that a design keeps. A proxy, not accuracy: drop-in from 0.95, fine-tune from 0.8, else retrain.',
  cycles_vs_baseline: 'Cycles compared with the unchanged network on the same system.',
  sram_vs_baseline: 'SRAM bytes moved compared with the unchanged network on the same system.',
  retained_energy_quantised: 'Retained weights after the new weights were rounded to 8 bits.',
  cpu_operators: 'Operators that the compiler leaves to the CPU. They have no cycles here.',
  predicted: '1 where encoded sizes are predicted because the weights of changed layers are not known.',
  mac_utilisation: 'Multiplications done over those that the NPU could do in the same cycles.',
  weights_memory_used_bytes: 'Bytes of weights and other constants in memory.',
  output_noise:
    'Difference to the outputs of the original as a share of their variance: the sum of what each choice does alone on the samples.',
  output_noise_measured:
    'Difference to the outputs of the original as a share of their variance, measured on samples that the weights were not fitted to.',
  agreement: 'Share of the samples that the design gives the class of the original.',
  agreement_standard_error: 'Standard error of the agreement, from the number of samples.',
  accuracy: 'Share of the labelled samples whose class is right.',
  accuracy_standard_error: 'Standard error of the accuracy, from the number of samples.',
  accuracy_change: 'Accuracy less that of the original on the same samples.',
  accuracy_change_standard_error: 'Standard error of the change of the accuracy.',
};

/** What a metric is; its label where nothing more is said. */
export const definitionOf = (name: MetricName): string => DEFINITIONS[name] ?? METRICS[name].label;
