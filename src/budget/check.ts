import type { PeakItem } from '../estimate/types.js';
import type { Fit } from './fit.js';
import type { Baseline } from './baseline.js';
import type { Budget } from './budget-file.js';
import type { BudgetFigures, OperatorFigures, Quantity } from './figures.js';
import { grewMost, growthOf, leftTheNpu, pairOperators, type OperatorPair } from './growth.js';

/** One limit with the figure that it is of. */
export interface Verdict {
  readonly quantity: Quantity | 'operators_left_npu';
  /** Against a number of the budget, the baseline, or a memory of the part. */
  readonly against: 'budget' | 'baseline' | 'part';
  /** Undefined where there is no such figure. */
  readonly value: number | undefined;
  /** What it may be at most. */
  readonly most: number;
  /** Of the baseline, where the limit is relative to it. */
  readonly before?: number;
  readonly met: boolean;
}

/** What is behind a figure that is too high. */
export type Cause =
  | {
      readonly kind: 'grew';
      readonly operator: OperatorFigures;
      readonly by: number;
      readonly isNew: boolean;
    }
  | { readonly kind: 'longest'; readonly operator: OperatorFigures }
  | { readonly kind: 'peak'; readonly layer: string; readonly largest: PeakItem | undefined }
  | { readonly kind: 'cpu'; readonly operators: readonly OperatorFigures[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** A network held against its budget on one system. */
export interface Checked {
  readonly figures: BudgetFigures;
  readonly verdicts: readonly Verdict[];
  readonly met: boolean;
  /** What is behind each verdict that is not met, in their order. */
  readonly causes: readonly (Cause | undefined)[];
  /** Where the cycles changed against the baseline, most first. */
  readonly changed: readonly OperatorPair[];
}

const isMet = (value: number | undefined, most: number): boolean => value !== undefined && value <= most;

const limitVerdicts = ({ most }: Budget, { values }: BudgetFigures): Verdict[] =>
  [...most].map(([quantity, limit]): Verdict => {
    const value = values[quantity];
    return { quantity, against: 'budget', value, most: limit, met: isMet(value, limit) };
  });

/** What a figure may be over one of the baseline: in whole millionths, so that a figure just at the limit meets it. */
const mostOf = (before: number, over: number): number => (before * Math.round(1e6 * (1 + over))) / 1e6;

/** Limits of figures that the baseline does not know are not met: it has to be written again. */
const relativeVerdicts = (
  { baseline: rules }: Budget,
  { values }: BudgetFigures,
  baseline: Baseline,
  left: readonly OperatorFigures[],
): Verdict[] => {
  if (rules === undefined) return [];
  const verdicts = [...rules.mostOver].map(([quantity, share]): Verdict => {
    const [value, before] = [values[quantity], baseline.values[quantity]];
    const most = before === undefined ? NaN : mostOf(before, share);
    return {
      quantity,
      against: 'baseline',
      value,
      most,
      ...(before !== undefined && { before }),
      met: isMet(value, most),
    };
  });
  if (!rules.noOperatorLeaves) return verdicts;
  const value = left.length;
  return [
    ...verdicts,
    { quantity: 'operators_left_npu', against: 'baseline', value, most: 0, met: value === 0 },
  ];
};

const longest = (operators: readonly OperatorFigures[]): OperatorFigures | undefined =>
  operators.reduce<OperatorFigures | undefined>(
    (most, operator) => (most !== undefined && most.cycles >= operator.cycles ? most : operator),
    undefined,
  );

const causeOf = (
  { quantity, value }: Verdict,
  figures: BudgetFigures,
  pairs: readonly OperatorPair[] | undefined,
  left: readonly OperatorFigures[],
): Cause | undefined => {
  const { operators, peak, layers, fvpRefused } = figures;
  switch (quantity) {
    case 'cycles':
    case 'ms':
    case 'fvp_ms': {
      if (value === undefined) return { kind: 'unknown', why: fvpRefused ?? 'there is no such figure' };
      const grew = grewMost(pairs ?? []);
      if (grew !== undefined)
        return {
          kind: 'grew',
          operator: grew.now!,
          by: growthOf(grew),
          isNew: grew.before === undefined,
        };
      const most = longest(operators);
      return most && { kind: 'longest', operator: most };
    }
    case 'sram':
      return peak && { kind: 'peak', layer: layers[peak.layer]!.name, largest: peak.contents[0] };
    case 'cpu_operators':
      return { kind: 'cpu', operators: operators.filter(({ onCpu }) => onCpu) };
    case 'operators_left_npu':
      return { kind: 'cpu', operators: left };
    case 'flash':
      return undefined;
  }
};

const partVerdicts = ({ memories }: Fit): Verdict[] =>
  memories.flatMap(({ memory: quantity, needed: value, size: most }): Verdict[] =>
    most === undefined ? [] : [{ quantity, against: 'part', value, most, met: isMet(value, most) }],
  );

/** What figures are held against besides the budget's limits. */
export interface Against {
  readonly baseline?: Baseline | undefined;
  readonly fit?: Fit | undefined;
}

/** Holds the figures of a network against a budget, against a baseline and a part where there are such. */
export const check = (budget: Budget, figures: BudgetFigures, { baseline, fit }: Against = {}): Checked => {
  const pairs = baseline && pairOperators(figures.operators, baseline.operators);
  const left = leftTheNpu(pairs ?? []);
  const verdicts = [
    ...limitVerdicts(budget, figures),
    ...(fit === undefined ? [] : partVerdicts(fit)),
    ...(baseline === undefined ? [] : relativeVerdicts(budget, figures, baseline, left)),
  ];
  const changed = (pairs ?? [])
    .filter((pair) => growthOf(pair) !== 0)
    .sort((a, b) => Math.abs(growthOf(b)) - Math.abs(growthOf(a)));
  return {
    figures,
    verdicts,
    met: verdicts.every(({ met }) => met),
    causes: verdicts.map((verdict) => (verdict.met ? undefined : causeOf(verdict, figures, pairs, left))),
    changed,
  };
};
