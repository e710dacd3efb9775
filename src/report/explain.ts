import { PARTS } from '../explain/account.js';
import type { Explanation, LayerExplanation } from '../explain/types.js';
import { operatorsOf, type OperatorExplanation } from '../explain/operators.js';
import { boundName, boundWords, NEARLY_ONE, roughly } from '../explain/few-words.js';
import { kernelText, layerName } from '../explain/words.js';
import { AREAS, type Area, type Estimate, type Layer } from '../estimate/types.js';
import type { Factor } from '../theory/factors.js';
import { utilisationOf } from '../theory/utilisation.js';
import { grouped, lineWidth, percentText, plural, shapeText, shareText, shortened, wrap } from '../text.js';
import { fvpText } from './fvp.js';
import { notes } from './notes.js';
import { reasonTable } from './reason-table.js';
import { inferenceSeconds } from './summary.js';
import { AREA_NAMES } from '../estimate/types.js';

/** Layers below this share of the cycles are only counted unless they are asked for. */
const SMALL = 0.005;

/** Small operators together have no more than this share of the cycles: else some of them are shown too. */
const MOST_HIDDEN = 0.1;
/** Kinds of operations of one operator that are shown; more if the operator was asked for. */
const SHOWN_PARTS = 2;
const SHOWN_IF_ASKED = 20;

const isNamedAlike = ({ tfliteOperator, operator }: Layer): boolean =>
  tfliteOperator.replace(/_/g, '').toLowerCase() === operator.toLowerCase();

/** `operator 4`, with its name in TFLite where the operation is called otherwise. */
const operatorText = (layer: Layer): string => {
  if (layer.origin < 0) return 'added';
  return `operator ${layer.origin}${isNamedAlike(layer) ? '' : `, ${shortened(layer.tfliteOperator, 40)}`}`;
};

/** What the estimate is of, in two lines. */
export const headText = (estimate: Estimate): readonly string[] => [
  `${estimate.accelerator}, ${estimate.systemConfig}, ${estimate.memoryMode}, ${estimate.optimise}`,
];

function boundsLine({ layers }: Explanation, cycles: number): string {
  const byBound = new Map<string, { count: number; cycles: number }>();
  for (const explained of layers) {
    const name = boundName(explained);
    const sum = byBound.get(name) ?? { count: 0, cycles: 0 };
    byBound.set(name, { count: sum.count + 1, cycles: sum.cycles + explained.layer.cycles });
  }
  const parts = [...byBound]
    .sort(([, a], [, b]) => b.cycles - a.cycles)
    .map(([name, sum]) => `${name} ${shareText(sum.cycles / cycles)} (${plural(sum.count, 'layer')})`);
  return `Cycles by what bounds their layers: ${parts.join(', ')}.`;
}

function trafficText(estimate: Estimate): string {
  const used = AREAS.filter((area) => estimate.traffic[area].total > 0);
  const bytes = (area: Area): string => grouped(estimate.traffic[area].total);
  return used.map((area, i) => `${i === 0 ? ';' : ','} ${AREA_NAMES[area]} ${bytes(area)} bytes`).join('');
}

function totals(estimate: Estimate): string {
  const { cycles, macs, macsPerCycle, coreClock } = estimate;
  const rate = cycles === 0 ? 0 : macs / (cycles * macsPerCycle);
  return (
    `${grouped(cycles)} cycles, ${Number((inferenceSeconds(estimate) * 1000).toPrecision(4))} ms at ` +
    `${Number((coreClock / 1e6).toPrecision(6))} MHz; ${grouped(macs)} MACs, ${percentText(rate)} of ` +
    `${macsPerCycle} per cycle${trafficText(estimate)}.`
  );
}

/** What a layer is, without its operator's number and name. */
function layerText({ facts, layer }: LayerExplanation): string {
  const detail = layer.detail!;
  const fused = facts.fused.map(({ operator }) => ` + ${operator}`).join('');
  return [
    `${layer.operator}${fused}`,
    kernelText(facts),
    `${detail.ifmShapes.map(shapeText).join(' and ')} -> ${shapeText(detail.ofmShape)} ${detail.ofmType}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Operators that a heading lists. */
const LISTED = 30;

const listText = (origins: readonly number[], separator: string): string =>
  origins.slice(0, LISTED).join(separator) + (origins.length > LISTED ? `${separator}…` : '');

/** A name that has less room than that goes to a line of its own. */
const LEAST_NAME = 12;

/** Heading of layers that are alike in all that is said of them. */
function heading(alike: readonly LayerExplanation[], text: string): string {
  const [first] = alike as readonly [LayerExplanation];
  if (alike.length > 1) {
    const origins = [...new Set(alike.map(({ layer }) => layer.origin))].filter((origin) => origin >= 0);
    const where = origins.length > 1 ? `operators ${listText(origins, ', ')}` : operatorText(first.layer);
    return wrap(`${where}: ${text}  (${grouped(alike.length)} layers alike, figures of each)`, '', '  ');
  }
  const line = `${operatorText(first.layer)}: ${text}`;
  const { name } = first.layer;
  const room = lineWidth() - line.length - 2;
  return room < LEAST_NAME ? wrap(`${line} ${name}`, '', '  ') : `${line}  ${shortened(name, room)}`;
}

/** The factors of a product that matter: those of the MAC array with their sentences, the others on one line. */
function factorLines({ account, layer }: LayerExplanation, peak: number): readonly string[] {
  const { factors, waits } = account;
  if (factors.length + waits.length === 0) return [];
  const matters = ({ value }: Factor): boolean => value < NEARLY_ONE;
  const rest = utilisationOf([...factors, ...waits].filter((factor) => !matters(factor)));
  const others = waits.filter(matters).map(({ name, value }) => `${percentText(value)} ${name}`);
  if (rest > 0 && rest < NEARLY_ONE) others.push(`${percentText(rest)} all else`);
  return [
    wrap(
      `utilisation ${percentText(layer.macs / (layer.cycles * peak))} of ${peak} MACs per cycle, the product of`,
      '  ',
      '    ',
    ),
    ...factors
      .filter(matters)
      .map(({ name, value, sentence }) =>
        wrap(`${name}: ${sentence}`, `    ${percentText(value).padEnd(7)} `, ' '.repeat(12)),
      ),
    ...(others.length === 0 ? [] : [wrap(others.join(' x '), '    ')]),
  ];
}

function body(explained: LayerExplanation, estimate: Estimate): string {
  const { layer, account, boundSentence, fvpSentence, traversal, changes } = explained;
  const shares = account.shares.map(({ part, cycles }) => `${PARTS[part]} ${grouped(cycles)}`).join(' + ');
  const share = shareText(layer.cycles / estimate.cycles);
  return [
    wrap(`${grouped(layer.cycles)} cycles, ${share} of the network: ${shares}`, '  ', '    '),
    ...factorLines(explained, estimate.macsPerCycle),
    wrap(`bound by ${boundSentence}`, '  ', '    '),
    ...(fvpSentence === undefined ? [] : [wrap(`FVP-like: ${fvpSentence}`, '  ', '    ')]),
    ...(traversal === undefined ? [] : [wrap(traversal.sentence, '  ', '    ')]),
    ...changes.map(({ sentence }) => wrap(`change: ${sentence}`, '  ', '    ')),
  ].join('\n');
}

/** Layers of which the same is said. */
interface Block {
  readonly text: string;
  readonly rest: string;
  readonly alike: LayerExplanation[];
}

/** Puts layers together of which the same is said, in order of the first of each. */
function blocksOf(layers: readonly LayerExplanation[], estimate: Estimate): readonly Block[] {
  const blocks = new Map<string, Block>();
  for (const explained of layers) {
    const text = layerText(explained);
    const rest = body(explained, estimate);
    const key = `${text}\n${rest}`;
    const block = blocks.get(key);
    if (block === undefined) blocks.set(key, { text, rest, alike: [explained] });
    else block.alike.push(explained);
  }
  return [...blocks.values()];
}

const blockText = ({ text, rest, alike }: Block): string => `${heading(alike, text)}\n${rest}`;

/** Kinds of operations that are named. */
const KINDS = 4;

/** Of what kind the operations of an operator are, and their cycles together, most first. */
function kindsOf({ layers }: OperatorExplanation): readonly [string, { count: number; cycles: number }][] {
  const kinds = new Map<string, { count: number; cycles: number }>();
  for (const { layer } of layers) {
    const known = kinds.get(layer.operator) ?? { count: 0, cycles: 0 };
    kinds.set(layer.operator, { count: known.count + 1, cycles: known.cycles + layer.cycles });
  }
  return [...kinds].sort(([, a], [, b]) => b.cycles - a.cycles);
}

/** What the operations of an operator are, those with most cycles first; nothing where they are of one kind. */
function kindsLine(operator: OperatorExplanation): readonly string[] {
  const kinds = kindsOf(operator);
  if (kinds.length < 2 || operator.cycles === 0) return [];
  const parts = kinds.map(
    ([kind, { count, cycles }]) => `${grouped(count)} x ${kind} ${shareText(cycles / operator.cycles)}`,
  );
  const more = parts.length > KINDS ? `, ${parts.length - KINDS} more kinds` : '';
  return [wrap(`of its cycles: ${parts.slice(0, KINDS).join(', ')}${more}`, '  ', '    ')];
}

/** An operator of which there is more to say: its operations in a line, then those with most cycles. */
function partsBlocks(operator: OperatorExplanation, estimate: Estimate, most: number): readonly string[] {
  const { origin, tfliteOperator, layers, cycles, advice } = operator;
  if (layers.length === 1) {
    return blocksOf(layers, estimate).map((block) => `${blockText(block)}\n  change: ${advice!}`);
  }
  const text =
    `operator ${origin}, ${shortened(tfliteOperator, 40)}, is ${plural(layers.length, 'operation')} here: ` +
    `${grouped(cycles)} cycles, ${shareText(cycles / estimate.cycles)} of the network`;
  const cyclesOf = ({ alike }: Block): number => alike[0]!.layer.cycles * alike.length;
  const parts = [...blocksOf(layers.slice(0, LOOKED_AT), estimate)].sort((a, b) => cyclesOf(b) - cyclesOf(a));
  const shown = parts.slice(0, most);
  const head = [
    wrap(text, '', '  '),
    ...kindsLine(operator),
    ...(advice === undefined ? [] : [wrap(advice, '  ', '    ')]),
  ];
  const rest = parts.length > most || layers.length > LOOKED_AT;
  return [
    head.join('\n'),
    ...shown.map(blockText),
    ...(rest ? [`  ... and other operations of operator ${origin}`] : []),
  ];
}

/** Operations of one operator that are worked into blocks: there may be tens of thousands. */
const LOOKED_AT = 1000;

/** Blocks of operators, those of one operation in a row together, so that alike ones share one. */
function operatorBlocks(
  operators: readonly OperatorExplanation[],
  estimate: Estimate,
  all: boolean,
): readonly string[] {
  const result: string[] = [];
  let single: LayerExplanation[] = [];
  const flush = (): void => {
    result.push(...blocksOf(single, estimate).map(blockText));
    single = [];
  };
  for (const operator of operators) {
    if (operator.layers.length === 1 && operator.advice === undefined) single.push(operator.layers[0]!);
    else {
      flush();
      result.push(...partsBlocks(operator, estimate, all ? SHOWN_IF_ASKED : SHOWN_PARTS));
    }
  }
  flush();
  return result;
}

/** How many operators, most cycles first, are shown: those that are not small, and more where many are. */
function shownCount(sorted: readonly OperatorExplanation[], total: number): number {
  let shown = 0;
  let hidden = sorted.reduce((sum, { cycles }) => sum + cycles, 0);
  while (shown < sorted.length) {
    const { cycles } = sorted[shown]!;
    if (cycles < SMALL * total && hidden <= MOST_HIDDEN * total) break;
    hidden -= cycles;
    shown++;
  }
  return shown;
}

function restLine(rest: readonly OperatorExplanation[], estimate: Estimate): readonly string[] {
  if (rest.length === 0) return [];
  const cycles = rest.reduce((sum, operator) => sum + operator.cycles, 0);
  const origins = rest.map(({ origin }) => origin).filter((origin) => origin >= 0);
  return [
    wrap(
      `${plural(rest.length, 'operator')} of less than ${percentText(SMALL)} each, ` +
        `${shareText(cycles / estimate.cycles)} together, not shown: operators ${listText(origins, ', ')} of the model.`,
    ),
  ];
}

/** The change of an operator of one operation that would save most. */
function changeWords({ layers }: OperatorExplanation): string {
  const [only] = layers;
  if (only === undefined || layers.length > 1) return '';
  const [best] = only.changes.toSorted((a, b) => b.cyclesSaved - a.cyclesSaved);
  return best?.words[0] ?? '';
}

/** Why an operator takes its cycles: what bounds its operation, or of what kind most of them are. */
function words(operator: OperatorExplanation): readonly string[] {
  const [main] = operator.layers;
  if (operator.layers.length === 1) return boundWords(main!);
  const kinds = operator.cycles === 0 ? [] : kindsOf(operator).slice(0, KINDS);
  return [
    plural(operator.layers.length, 'operation'),
    ...kinds.map(([kind, { cycles }]) => `${kind} ${roughly(cycles / operator.cycles)}`),
  ];
}

/** A line for each operator. */
const operatorTable = (
  operators: readonly OperatorExplanation[],
  { cycles: all, macsPerCycle }: Estimate,
): readonly string[] =>
  reasonTable(operators, {
    columns: [
      { heading: 'op', right: true, cell: ({ origin }) => (origin < 0 ? 'added' : String(origin)) },
      {
        heading: 'layer',
        cell: ({ layers, tfliteOperator }) => (layers.length > 1 ? tfliteOperator : layerName(layers[0]!)),
      },
      { heading: 'cycles', right: true, cell: ({ cycles }) => grouped(cycles) },
      { heading: 'share', right: true, cell: ({ cycles }) => (all === 0 ? '' : shareText(cycles / all)) },
      {
        heading: 'of peak',
        right: true,
        cell: ({ layers, cycles }) => {
          const macs = layers.reduce((sum, { layer }) => sum + layer.macs, 0);
          return macs === 0 || cycles === 0 ? '' : shareText(macs / (cycles * macsPerCycle));
        },
      },
      { heading: 'change', cell: changeWords },
    ],
    reason: 'bound by',
    words,
    spare: [
      ['of peak', 0],
      ['layer', 32],
      ['change', 0],
      ['share', 0],
      ['layer', 20],
    ],
  });

/** Operators with most cycles that a short explanation gives in full. */
const IN_FULL = 3;

/** What an explanation leaves out. */
export interface Telling {
  /** Small layers are told too. */
  readonly all?: boolean;
  /** How to get everything: only the layers with most cycles are then told in sentences, and all in a table. */
  readonly more?: string;
}

/**
 * An explanation for people, as wide as the terminal: totals, then the layers, most cycles first.
 */
export function explanationText(explanation: Explanation, { all = false, more }: Telling = {}): string {
  const { estimate } = explanation;
  const sorted = [...operatorsOf(explanation.layers)].sort((a, b) => b.cycles - a.cycles);
  const shown = all ? sorted : sorted.slice(0, shownCount(sorted, estimate.cycles));
  const hasChanges = shown.some(({ layers }) => layers.some(({ changes }) => changes.length > 0));
  const isShort = more !== undefined && shown.length > IN_FULL;
  const rest = restLine(sorted.slice(shown.length), estimate);
  const paragraphs = [
    [
      wrap(`${estimate.network} on ${headText(estimate).join('\n')}`),
      wrap(totals(estimate)),
      ...(explanation.layers.length === 0 || estimate.cycles === 0
        ? []
        : [wrap(boundsLine(explanation, estimate.cycles)), ...fvpText(explanation.fvp)]),
      ...(shown.length > 1 ? ['Layers with most cycles come first.'] : []),
    ].join('\n'),
    ...(isShort
      ? [
          operatorTable(shown, estimate).join('\n'),
          ...rest,
          wrap(`The ${IN_FULL} with most cycles in full; ${more}:`),
          ...operatorBlocks(shown.slice(0, IN_FULL), estimate, all),
        ]
      : [...operatorBlocks(shown, estimate, all), ...rest]),
    ...(hasChanges
      ? [
          wrap(
            'Changes are computed for the layer alone. The layers around it change with it, and the network has to be trained again.',
          ),
        ]
      : []),
    ...notes(estimate, { numbered: true }),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}
