import type { Cause, Checked, Verdict } from '../budget/check.js';
import type { OperatorFigures } from '../budget/figures.js';
import { growthOf, type OperatorPair } from '../budget/growth.js';
import { shortenMiddle } from '../safe-text.js';
import { aligned, grouped, kibibytes, plural, wrap } from '../text.js';
import type { Json } from './json-value.js';

/** Version of the shape of {@link checkJson}. */
export const CHECK_SCHEMA = 'paretou/check@1';

const LABELS: Readonly<Record<Verdict['quantity'], string>> = {
  cycles: 'cycles',
  ms: 'ms',
  fvp_ms: 'ms, FVP-like',
  sram: 'SRAM used, KiB',
  flash: 'weights and constants, KiB',
  cpu_operators: 'operators on the CPU',
  operators_left_npu: 'operators that left the NPU',
};

const valueText = (quantity: Verdict['quantity'], value: number | undefined): string => {
  if (value === undefined || Number.isNaN(value)) return 'unknown';
  switch (quantity) {
    case 'ms':
    case 'fvp_ms':
      return value.toFixed(3);
    case 'sram':
    case 'flash':
      return kibibytes(value, 1);
    default:
      return grouped(value);
  }
};

/** How much of the limit is used, or by how much the baseline is exceeded. */
const shareText = ({ value, most, before }: Verdict): string => {
  const of = before ?? most;
  if (value === undefined || Number.isNaN(of) || of === 0) return '';
  const share = 100 * (before === undefined ? value / of : value / of - 1);
  return `${before !== undefined && share > 0 ? '+' : ''}${share.toFixed(1)}%`;
};

const ROWS = ['', 'now', 'baseline', 'at most', 'share', ''] as const;

const rowOf = (verdict: Verdict): string[] => {
  const { quantity, value, before, most, met } = verdict;
  return [
    LABELS[quantity],
    valueText(quantity, value),
    before === undefined ? '' : valueText(quantity, before),
    valueText(quantity, most),
    shareText(verdict),
    met ? 'ok' : 'over',
  ];
};

const NAME_LENGTH = 40;

const operatorText = ({ operator, kind, name }: OperatorFigures): string =>
  `${operator < 0 ? '' : `operator ${operator} `}${kind} ${shortenMiddle(name, NAME_LENGTH)}`;

/** Operators that a sentence lists. */
const LISTED = 3;

const listText = (operators: readonly OperatorFigures[]): string =>
  operators.slice(0, LISTED).map(operatorText).join(', ') +
  (operators.length > LISTED ? ` and ${operators.length - LISTED} more` : '');

const causeText = (cause: Cause): string => {
  switch (cause.kind) {
    case 'grew':
      return `${operatorText(cause.operator)} ${cause.isNew ? 'is new, with' : 'grew most, by'} ${plural(cause.by, 'cycle')}`;
    case 'longest':
      return `${operatorText(cause.operator)} takes most, ${plural(cause.operator.cycles, 'cycle')}`;
    case 'peak':
      return (
        `it is fullest at ${shortenMiddle(cause.layer, NAME_LENGTH)}` +
        (cause.largest === undefined
          ? ''
          : `, with ${shortenMiddle(cause.largest.name, NAME_LENGTH)} (${kibibytes(cause.largest.bytes, 1)} KiB)`)
      );
    case 'cpu':
      return listText(cause.operators);
    case 'unknown':
      return cause.why;
  }
};

/** A sentence for each limit that is not met. */
export const overSentences = ({ verdicts, causes }: Checked): string[] =>
  verdicts.flatMap((verdict, i) => {
    if (verdict.met) return [];
    const { quantity, value, most, before } = verdict;
    const cause = causes[i];
    const limit =
      before === undefined
        ? `at most ${valueText(quantity, most)}`
        : `at most ${valueText(quantity, most)}, with a baseline of ${valueText(quantity, before)}`;
    const text = `${LABELS[quantity]}: ${valueText(quantity, value)}, ${limit}`;
    return [cause === undefined ? text : `${text}; ${causeText(cause)}`];
  });

const changeText = (pair: OperatorPair): string => {
  const growth = growthOf(pair);
  const cycles = `${growth > 0 ? '+' : ''}${grouped(growth)}`;
  const note = pair.now === undefined ? ' (gone)' : pair.before === undefined ? ' (new)' : '';
  return `${cycles} cycles: ${operatorText((pair.now ?? pair.before)!)}${note}`;
};

const CHANGES = 5;

const titleOf = ({ figures: { accelerator, systemConfig, memoryMode } }: Checked, model: string): string =>
  `${model} on ${accelerator}, ${systemConfig}, ${memoryMode}`;

/** A checked network for people. */
export const checkText = (checked: Checked, model: string): string => {
  const { verdicts, changed, met } = checked;
  return [
    wrap(titleOf(checked, model)),
    ...(verdicts.length === 0 ? [] : aligned([ROWS, ...verdicts.map(rowOf)], [1, 2, 3, 4])),
    ...overSentences(checked).map((sentence) => wrap(`over: ${sentence}`, '', '  ')),
    ...(changed.length === 0
      ? []
      : [
          'changes since the baseline:',
          ...changed.slice(0, CHANGES).map((pair) => wrap(changeText(pair), '  ', '    ')),
        ]),
    verdicts.length === 0 ? 'nothing is limited' : met ? 'within the budget' : 'over the budget',
  ].join('\n');
};

/** Text as it stands in a cell of a Markdown table. */
const markdownText = (text: string): string =>
  text.replace(/[\\`*_[\]<>|&~]/g, (character) => `\\${character}`);

const markdownRow = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;

/** A checked network as Markdown, for the summary of a build. */
export const checkMarkdown = (checked: Checked, model: string): string => {
  const { verdicts, changed, met } = checked;
  return [
    `### ${markdownText(titleOf(checked, model))}`,
    '',
    `**${met ? 'Within the budget' : 'Over the budget'}**`,
    '',
    ...(verdicts.length === 0
      ? []
      : [
          markdownRow(['figure', 'now', 'baseline', 'at most', 'share', 'verdict']),
          '| --- | ---: | ---: | ---: | ---: | --- |',
          ...verdicts.map((verdict) => markdownRow(rowOf(verdict))),
          '',
        ]),
    ...overSentences(checked).map((sentence) => `- ${markdownText(`over: ${sentence}`)}`),
    ...changed.slice(0, CHANGES).map((pair) => `- ${markdownText(changeText(pair))}`),
    '',
  ].join('\n');
};

const number = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

const operatorJson = ({ operator, name, kind }: OperatorFigures): { readonly [key: string]: Json } => ({
  operator,
  name,
  tflite_operator: kind,
});

const causeJson = (cause: Cause): Json => {
  const { kind } = cause;
  const sentence = causeText(cause);
  if (cause.kind === 'grew' || cause.kind === 'longest')
    return { kind, ...operatorJson(cause.operator), sentence };
  return { kind, sentence };
};

/** A checked network as data. */
export const checkJson = (checked: Checked, model: string): { readonly [key: string]: Json } => {
  const { figures, verdicts, causes, changed, met } = checked;
  return {
    schema: CHECK_SCHEMA,
    model,
    accelerator: figures.accelerator,
    system_config: figures.systemConfig,
    memory_mode: figures.memoryMode,
    met,
    verdicts: verdicts.map(({ quantity, against, value, most, before, met: each }, i) => ({
      quantity,
      against,
      value: number(value),
      at_most: number(most),
      baseline: number(before),
      met: each,
      cause: causes[i] === undefined ? null : causeJson(causes[i]),
    })),
    changed: changed.map((pair) => ({
      ...operatorJson((pair.now ?? pair.before)!),
      cycles: pair.now?.cycles ?? null,
      cycles_before: pair.before?.cycles ?? null,
    })),
  };
};
