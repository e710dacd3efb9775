import { PARTS } from '../explain/account.js';
import type { Explanation, LayerExplanation } from '../explain/explain.js';
import { kernelText } from '../explain/words.js';
import { AREAS, type Area, type Estimate, type Layer } from '../estimate-types.js';
import type { Factor } from '../theory/factors.js';
import { utilisationOf } from '../theory/utilisation.js';
import { countText, percentText, plural, shareText } from '../theory/text.js';
import { cpuGroups, notes } from './notes.js';
import { AREA_NAMES, inferenceSeconds } from './summary.js';
import { LINE_WIDTH, shapeText, shortened, wrap } from './text.js';

/** Layers below this share of the cycles are only counted unless they are asked for. */
const SMALL = 0.005;
/** A factor above this is not shown. */
const NEARLY_ONE = 0.9995;
/** So many layers of the CPU are listed one by one. */
const CPU_LISTED = 20;

const operatorText = ({ origin }: Layer): string => (origin < 0 ? 'added' : `operator ${origin}`);

/** What the estimate is of, in two lines. */
export const headText = (estimate: Estimate): readonly string[] => [
  `${estimate.accelerator}, ${estimate.systemConfig}, ${estimate.memoryMode}, ${estimate.optimise}`,
];

/** Where a layer's name in a summary of bounds comes from: a memory's name for those that wait for one. */
export function boundName({ account, layer }: LayerExplanation): string {
  const area = layer.detail!.boundBy;
  return account.bound === 'memory' && area !== 'npu' ? AREA_NAMES[area] : PARTS[account.bound];
}

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
  const bytes = (area: Area): string => countText(estimate.traffic[area].total);
  return used.map((area, i) => `${i === 0 ? ';' : ','} ${AREA_NAMES[area]} ${bytes(area)} bytes`).join('');
}

function totals(estimate: Estimate): string {
  const { cycles, macs, macsPerCycle, coreClock } = estimate;
  const rate = cycles === 0 ? 0 : macs / (cycles * macsPerCycle);
  return (
    `${countText(cycles)} cycles, ${Number((inferenceSeconds(estimate) * 1000).toPrecision(4))} ms at ` +
    `${Number((coreClock / 1e6).toPrecision(6))} MHz; ${countText(macs)} MACs, ${percentText(rate)} of ` +
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

/** Heading of layers that are alike in all that is said of them. */
function heading(alike: readonly LayerExplanation[], text: string): string {
  const [first] = alike as readonly [LayerExplanation];
  if (alike.length > 1) {
    const origins = [...new Set(alike.map(({ layer }) => layer.origin))].filter((origin) => origin >= 0);
    const where =
      origins.length === 0 ? 'added' : `operator${origins.length > 1 ? 's' : ''} ${origins.join(', ')}`;
    return wrap(`${where}: ${text}  (${alike.length} layers alike, figures of each)`, '', '  ');
  }
  const line = `${operatorText(first.layer)}: ${text}`;
  return `${line}  ${shortened(first.layer.name, Math.max(12, LINE_WIDTH - line.length - 2))}`;
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
    `  utilisation ${percentText(layer.macs / (layer.cycles * peak))} of ${peak} MACs per cycle, the product of`,
    ...factors
      .filter(matters)
      .map(({ name, value, sentence }) =>
        wrap(`${name}: ${sentence}`, `    ${percentText(value).padEnd(7)} `, ' '.repeat(12)),
      ),
    ...(others.length === 0 ? [] : [wrap(others.join(' x '), '    ')]),
  ];
}

function body(explained: LayerExplanation, estimate: Estimate): string {
  const { layer, account, boundSentence, traversal, changes } = explained;
  const shares = account.shares.map(({ part, cycles }) => `${PARTS[part]} ${countText(cycles)}`).join(' + ');
  const share = shareText(layer.cycles / estimate.cycles);
  return [
    wrap(`${countText(layer.cycles)} cycles, ${share} of the network: ${shares}`, '  ', '    '),
    ...factorLines(explained, estimate.macsPerCycle),
    wrap(`bound by ${boundSentence}`, '  ', '    '),
    ...(traversal === undefined ? [] : [wrap(traversal.sentence, '  ', '    ')]),
    ...changes.map(({ sentence }) => wrap(`change: ${sentence}`, '  ', '    ')),
  ].join('\n');
}

/** A block for each layer; layers of which the same is said share one. */
function blocks(layers: readonly LayerExplanation[], estimate: Estimate): readonly string[] {
  const groups = new Map<string, { text: string; rest: string; alike: LayerExplanation[] }>();
  for (const explained of layers) {
    const text = layerText(explained);
    const rest = body(explained, estimate);
    const key = `${text}\n${rest}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { text, rest, alike: [explained] });
    else group.alike.push(explained);
  }
  return [...groups.values()].map(({ text, rest, alike }) => `${heading(alike, text)}\n${rest}`);
}

function restLine(rest: readonly LayerExplanation[], estimate: Estimate): readonly string[] {
  if (rest.length === 0) return [];
  const cycles = rest.reduce((sum, { layer }) => sum + layer.cycles, 0);
  const operators = [...new Set(rest.map(({ layer }) => layer.origin))].filter((origin) => origin >= 0);
  return [
    wrap(
      `${plural(rest.length, 'layer')} of less than ${percentText(SMALL)} each, ` +
        `${shareText(cycles / estimate.cycles)} together, not shown; ask for them with --layers ${operators.join(',')}.`,
    ),
  ];
}

function cpuLines(layers: readonly Layer[]): readonly string[] {
  if (layers.length === 0) return [];
  const lines = layers
    .slice(0, CPU_LISTED)
    .map((layer) =>
      wrap(
        `${operatorText(layer)}: ${layer.originalOperator}: ${layer.reason ?? 'no reason given'}`,
        '  ',
        '    ',
      ),
    );
  const more = layers.length - lines.length;
  return [
    [
      'On the CPU, without cycles in these figures:',
      ...lines,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join('\n'),
  ];
}

/** What a reader should know beside the layers; the layers of the CPU, which come first, are listed already. */
const noteLines = (estimate: Estimate): readonly string[] =>
  notes(estimate)
    .slice(cpuGroups(estimate).length > 0 ? 1 : 0)
    .map((paragraph) =>
      paragraph
        .split('\n')
        .map((line) => wrap(line))
        .join('\n'),
    );

/**
 * An explanation for people, lines of at most 110 characters: totals, then a block per layer, most cycles first.
 * @param all show small layers too
 */
export function explanationText(explanation: Explanation, all = false): string {
  const { estimate } = explanation;
  const sorted = [...explanation.layers].sort((a, b) => b.layer.cycles - a.layer.cycles);
  const shown = sorted.filter(({ layer }) => all || layer.cycles >= SMALL * estimate.cycles);
  const hasChanges = shown.some(({ changes }) => changes.length > 0);
  const paragraphs = [
    [
      `${estimate.network} on ${headText(estimate).join('\n')}`,
      wrap(totals(estimate)),
      ...(explanation.layers.length === 0 || estimate.cycles === 0
        ? []
        : [wrap(boundsLine(explanation, estimate.cycles))]),
      ...(shown.length > 1 ? ['Layers with most cycles come first.'] : []),
    ].join('\n'),
    ...blocks(shown, estimate),
    ...restLine(sorted.slice(shown.length), estimate),
    ...(hasChanges
      ? [
          wrap(
            'Changes are worked out for the layer alone: layers around it change with it, and the network has to be trained for them.',
          ),
        ]
      : []),
    ...cpuLines(explanation.cpuLayers),
    ...noteLines(estimate),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}
