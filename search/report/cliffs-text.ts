import type { Network } from '../../src/graph/network.js';
import { aligned, grouped, kibibytes, lineWidth, plural, wrap } from '../../src/text.js';
import { cliffsOf, NOTHING, type Cliffs, type Curve, type Ratio } from '../explore/cliffs/curve.js';
import type { NetworkCurves, SystemCurves } from '../explore/cliffs/group-curves.js';
import { sketchLines } from './cliffs-sketch.js';

const channelsText = (n: number): string => plural(n, 'channel');

/** From this ratio on, times say more than percentages. */
const TIMES = 1.5;

const moreText = (ratio: number, what: string): string | undefined => {
  if (Math.abs(ratio - 1) <= NOTHING) return undefined;
  if (ratio >= TIMES) return `${ratio.toFixed(2)} times the ${what}`;
  const percent = `${(Math.abs(ratio - 1) * 100).toFixed(0)}%`;
  return `${percent} ${ratio > 1 ? 'more' : what === 'cycles' ? 'fewer' : 'less'} ${what}`;
};

/** `2.37 times the cycles and 50% more SRAM`. */
const costText = ({ cycles, sram }: Omit<Ratio, 'channels'>): string =>
  [moreText(cycles, 'cycles'), moreText(sram, 'SRAM')].filter((part) => part !== undefined).join(' and ') ||
  'as much';

const inverse = ({ cycles, sram }: Ratio): Omit<Ratio, 'channels'> => ({
  cycles: 1 / cycles,
  sram: 1 / sram,
});

const stepLine = ({ steps }: Cliffs, { channels, points }: Curve): string => {
  const under = steps.find((step) => step.channels === channels);
  if (under !== undefined)
    return `step: ${channelsText(channels)} are one too many: ${under.from} take ${costText(inverse(under))}`;
  const next = steps.find((step) => step.from >= channels);
  return next === undefined
    ? `step: none up to ${channelsText(points.at(-1)!.channels)}`
    : `step: ${next.from} -> ${next.channels} channels take ${costText(next)}`;
};

const widerLine = ({ free, faster }: Cliffs): string => {
  if (faster !== undefined) return `wider: ${channelsText(faster.channels)} take ${costText(faster)}`;
  return free === undefined
    ? 'wider: every wider number costs more'
    : `wider: up to ${channelsText(free.channels)} cost no more`;
};

const narrowerLine = ({ idle, saves }: Cliffs, { channels }: Curve): string => {
  const parts = [
    ...(idle === undefined
      ? []
      : [`${idle === channels - 1 ? '' : `${idle} to `}${channelsText(channels - 1)} gain nothing`]),
    ...(saves === undefined ? [] : [`${channelsText(saves.channels)} take ${costText(saves)}`]),
  ];
  return `narrower: ${parts.join('; ') || 'there is nothing narrower'}`;
};

/** What a curve says, in three lines. */
export const cliffLines = (curve: Curve): readonly [string, string, string] => {
  const cliffs = cliffsOf(curve);
  return [stepLine(cliffs, curve), widerLine(cliffs), narrowerLine(cliffs, curve)];
};

const nameOf = ({ kind, operators, channels }: Curve): string => {
  if (kind === 'width') return `all of ${channels}`;
  return `${kind} ${operators[0]!}`;
};

/** A curve by what varies along it. */
export const titleOf = (curve: Curve, network: Network): string => {
  const { kind, operators, channels } = curve;
  const of = `${operators.length === 1 ? 'operator' : 'operators'} ${operators.join(', ')}`;
  if (kind === 'width') return `all groups of ${channelsText(channels)} together (${of})`;
  if (kind === 'group') return `width group ${operators[0]!}, ${channelsText(channels)} (${of})`;
  const { kind: layer } = network.graphs[0].operators[operators[0]!]!;
  return `${layer} alone, ${channelsText(channels)} (${of})`;
};

/** Curves that are shown in full by default. */
const SHOWN = 3;
/** Steps so many channels away from today's are near. */
const NEAR = 2;

/** Cycles at stake near today's number of channels, as a share of the network's. */
const stake = (curve: Curve): number =>
  cliffsOf(curve)
    .steps.filter(({ from, channels }) => channels > curve.channels - NEAR && from < curve.channels + NEAR)
    .reduce((most, { cycles, sram }) => Math.max(most, (cycles - 1) * curve.ownCycles, sram - 1), 0);

const standsOut = (curves: readonly Curve[]): Curve[] => {
  const whole = curves.filter(({ kind }) => kind !== 'layer');
  const from = whole.length === 0 ? curves : whole;
  const [near, rest] = [from.filter((c) => stake(c) > 0), from.filter((c) => stake(c) === 0)];
  const chosen = [
    ...near.sort((a, b) => stake(b) - stake(a)),
    ...rest.sort((a, b) => b.ownCycles - a.ownCycles),
  ].slice(0, SHOWN);
  return curves.filter((curve) => chosen.includes(curve));
};

const changeText = (ratio: number): string =>
  Math.abs(ratio - 1) <= NOTHING ? '=' : `${ratio > 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(0)}%`;

const HEADINGS = ['channels of', 'now', 'of cycles', 'saves', 'SRAM', 'free to', 'step', 'cycles', 'SRAM'];
/** Columns that narrow terminals do without. */
const SPARE = [2, 4];
const WIDE = 70;

const tableRow = (curve: Curve, { cycles_total: total }: SystemCurves['today']): string[] => {
  const { steps, saves, free } = cliffsOf(curve);
  const next = steps.find(({ from }) => from >= curve.channels);
  return [
    nameOf(curve),
    String(curve.channels),
    `${((100 * curve.ownCycles) / total).toFixed(1)}%`,
    saves === undefined ? '' : `${saves.channels}: ${changeText(saves.cycles)}`,
    saves === undefined ? '' : changeText(saves.sram),
    free === undefined ? '' : String(free.channels),
    next === undefined ? '' : `${next.from}->${next.channels}`,
    next === undefined ? '' : changeText(next.cycles),
    next === undefined ? '' : changeText(next.sram),
  ];
};

const tableLines = ({ curves, today: figures }: SystemCurves): string[] => {
  const rows = [HEADINGS, ...curves.map((curve) => tableRow(curve, figures))];
  const fitting = lineWidth() >= WIDE ? rows : rows.map((row) => row.filter((_, i) => !SPARE.includes(i)));
  return aligned(fitting, fitting[0]!.map((_, i) => i).slice(1));
};

const systemLines = (found: SystemCurves, network: Network, all: boolean): string[] => {
  const { system, curves, today: figures } = found;
  const shown = all ? curves : standsOut(curves);
  return [
    wrap(`${network.name} on ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}`),
    `${grouped(figures.cycles_total)} cycles, ${kibibytes(figures.sram_memory_used_bytes, 1)} KiB of SRAM used`,
    ...shown.flatMap((curve) => [
      '',
      wrap(titleOf(curve, network)),
      ...sketchLines(curve),
      ...cliffLines(curve).map((line) => wrap(line, '  ', '    ')),
    ]),
    '',
    ...(curves.length === 0 ? ['no number of channels can change'] : tableLines(found)),
    ...(shown.length < curves.length ? [`sketched: ${shown.length} of ${curves.length}`] : []),
  ];
};

const NOTES = [
  'cycles: of the layers that write or read these channels; SRAM: the peak of the network',
  'saves: the widest narrower number that saves 2 % or more; free to: the widest that costs under 2 % more',
  'layer: its outputs alone, as a network of one layer; more channels are zeros, which take few bytes of weights',
];

/** Curves for people: sketches of those that stand out, or of all, and a table. */
export const cliffsText = (
  { systems, frozen }: NetworkCurves,
  network: Network,
  { all }: { readonly all: boolean },
): string =>
  [
    ...systems.flatMap((system) => [...systemLines(system, network, all), '']),
    ...NOTES.map((note) => wrap(note)),
    ...(frozen.length === 0
      ? []
      : [
          wrap(
            `cannot change: ${frozen.map(({ operator, frozen: why }) => `group ${operator} (${why!})`).join(', ')}`,
          ),
        ]),
  ].join('\n');
