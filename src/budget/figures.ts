import type { Estimate, Layer, MemoryPeak } from '../estimate/types.js';
import type { Evaluation } from '../estimate/evaluation.js';
import type { FvpResult } from '../fvp/fvp.js';

/** What a budget can limit. */
export const QUANTITIES = ['cycles', 'ms', 'fvp_ms', 'sram', 'flash', 'cpu_operators'] as const;

/** Name of a limit in a budget file. */
export type Quantity = (typeof QUANTITIES)[number];

/** An operator of the model with its figures: all layers that the compiler makes of it. */
export interface OperatorFigures {
  /** Index in the model; −1 for layers that come from none. */
  readonly operator: number;
  /** Of its output. */
  readonly name: string;
  readonly kind: string;
  readonly onCpu: boolean;
  readonly cycles: number;
}

/** What a budget is held against. */
export interface BudgetFigures {
  readonly accelerator: string;
  readonly systemConfig: string;
  readonly memoryMode: string;
  readonly optimise: 'Performance' | 'Size';
  /** Undefined where there is no such figure. */
  readonly values: Readonly<Record<Quantity, number | undefined>>;
  /** Why there are no FVP-like figures. */
  readonly fvpRefused: string | undefined;
  readonly operators: readonly OperatorFigures[];
  readonly peak: MemoryPeak | undefined;
  readonly layers: readonly Layer[];
}

/** The layers of a report by the operators that they come from. */
const operatorsOf = (layers: readonly Layer[]): OperatorFigures[] => {
  const found = new Map<string, OperatorFigures>();
  for (const layer of layers) {
    if (layer.fused) continue;
    const { origin: operator, name, tfliteOperator: kind } = layer;
    const key = operator < 0 ? `name ${name}` : String(operator);
    const known = found.get(key);
    found.set(key, {
      operator,
      name,
      kind,
      onCpu: layer.target === 'CPU' || known?.onCpu === true,
      cycles: layer.cycles + (known?.cycles ?? 0),
    });
  }
  return [...found.values()];
};

/** What a budget is held against, of an estimate. */
export const budgetFigures = (
  estimate: Estimate,
  { memory }: Pick<Evaluation, 'memory'>,
  fvp: FvpResult,
): BudgetFigures => ({
  accelerator: estimate.accelerator,
  systemConfig: estimate.systemConfig,
  memoryMode: estimate.memoryMode,
  optimise: estimate.optimise,
  values: {
    cycles: estimate.cycles,
    ms: (1000 * estimate.cycles) / estimate.coreClock,
    fvp_ms: 'refused' in fvp ? undefined : fvp.milliseconds,
    sram: estimate.memoryUsed.sram,
    flash: memory.constants,
    cpu_operators: estimate.cpuOperators,
  },
  fvpRefused: 'refused' in fvp ? fvp.refused : undefined,
  operators: operatorsOf(estimate.layers),
  peak: estimate.peak,
  layers: estimate.layers,
});
