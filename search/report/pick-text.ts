import { isTie, TIE } from '../../src/fvp/bars.js';
import { beforeMeasuring } from '../rank/constraints.js';
import { aligned, grouped, lineWidth, plural, wrap } from '../../src/text.js';
import { AGREEMENT_NOTE, meansOf, RETAINED_NOTE } from '../emit/retained-weights.js';
import { countDesigns } from '../space/space.js';
import { accountNotes, type PickAccount } from './account/account.js';
import type { Candidate, Wish } from '../pick/candidates.js';
import {
  changePercent,
  constraintsText,
  minGainText,
  missesOf,
  missingFigures,
  priceNumber,
  priceText,
  retainedText,
  shortLabel,
  shortText,
} from './amounts.js';
import { isShown, METRIC_NAMES, METRICS, type MetricName, type MetricRow, type Unit } from '../metrics.js';
import { STOPPED_TEXTS } from '../explore/explorer.js';
import type { Picked } from '../pick/pick.js';
import { reasonLines } from './pick-reasons.js';
import { preferenceText, pricedBy, priceOf } from '../pick/preference.js';

const VERBS = {
  cycles: { one: 'takes fewer cycles', many: 'take fewer cycles' },
  bytes: { one: 'moves fewer bytes', many: 'move fewer bytes' },
  'FVP-like µs': { one: 'takes less FVP-like time', many: 'take less FVP-like time' },
} as const;

/** What a design has to be: `takes fewer cycles than the unchanged network by at least 1 % of them per change`. */
const cheaperText = (wish: Wish, count: number): string => {
  const price = pricedBy(wish);
  const { one, many } = VERBS[price];
  const least = wish.minGain === 0 ? '' : ` by at least ${minGainText(wish)} per change`;
  return `${count === 1 ? one : many} than the unchanged network${least}`;
};

/** The figure that the word for a design rests on. */
const wordedBy = ({ agreement }: MetricRow): MetricName =>
  Number.isNaN(agreement) ? 'retained_energy' : 'agreement';

/** Changes of these are not told in percent. */
const SHARES: ReadonlySet<Unit> = new Set(['share', 'noise', 'fraction', 'difference']);

/** The two networks side by side. */
const table = ({ before, after }: PickAccount): string[] => {
  const shown = METRIC_NAMES.filter((name) => METRICS[name].headline).filter(
    (name) =>
      isShown(name, after[name]) && (METRICS[name].unit !== 'operators' || before[name] + after[name] > 0),
  );
  return aligned(
    [
      ['', 'unchanged', 'picked', 'change'],
      ...shown.map((name) => {
        const isShare = SHARES.has(METRICS[name].unit);
        const change = isShare ? '' : changePercent(before[name], after[name]);
        const means = name === wordedBy(after) && !Number.isNaN(after[name]) ? meansOf(after) : '';
        return [
          shortLabel(name),
          isShown(name, before[name]) ? shortText(name, before[name]) : '',
          shortText(name, after[name]),
          isShare ? means : change,
        ];
      }),
    ],
    [1, 2, 3],
  );
};

/** How many designs there were to pick from. */
const choiceText = ({ study, sweeps, evaluated, meeting, paying }: Picked, wish: Wish): string => {
  const constraints = beforeMeasuring(wish.constraints);
  const { stopped } = sweeps[0];
  const total = countDesigns(study.space).toLocaleString('en-US');
  return [
    stopped === undefined
      ? `${plural(evaluated, 'design')} evaluated`
      : `${grouped(evaluated)} of ${total} designs evaluated, then ${STOPPED_TEXTS[stopped]}`,
    ...(constraints.length === 0
      ? []
      : [`${grouped(meeting)} of them ${meeting === 1 ? 'has' : 'have'} ${constraintsText(constraints)}`]),
    `${grouped(paying)} of these ${cheaperText(wish, paying)}`,
  ].join(', ');
};

/** What the searches have to say. */
const proofText = ({ sweeps, evaluated }: Picked): string[] => {
  const lines = sweeps.flatMap(({ explorations }) => explorations.flatMap((e) => e.lines));
  return lines.length > 0 ? lines : [`${plural(evaluated, 'design')} of the space evaluated in full`];
};

/** What came of it on which system; a design's id is not shortened, however long it is. */
const headLines = (picked: Picked, { system }: PickAccount, what: string, id?: string): string[] => {
  const { accelerator, systemConfig, memoryMode } = system;
  const text = `${picked.study.space.network.name} on ${accelerator}, ${systemConfig}, ${memoryMode}: ${what}`;
  if (id === undefined) return [wrap(text)];
  const line = `${text} ${id}`;
  return line.length <= lineWidth() ? [line] : [wrap(text), id];
};

/** The design that only some of the constraints keep from being picked. */
const cheaperLines = ({ cheaper }: Picked, wish: Wish): string[] => {
  if (cheaper === undefined) return [];
  const misses = missesOf(cheaper.numbers, wish.constraints).join(' and ');
  return ['', wrap(`Cheaper, but not safe: ${cheaper.id} with ${figuresText(cheaper, wish)} and ${misses}.`)];
};

/** How far along the front the pick was. */
const walkLines = ({ walk }: Picked): string[] =>
  walk === undefined
    ? []
    : [
        wrap(
          `${plural(walk.measured.length, 'design')} of ${grouped(walk.length)} along the front fitted and measured: ` +
            (walk.before === 0
              ? 'the most wanted one is taken'
              : `this is number ${grouped(walk.before + 1)}, and of those before it none that was measured holds`),
        ),
      ];

/** Said where no measurement would tell the two networks apart. */
const tieLines = ({ before, after }: PickAccount): string[] =>
  isTie(before.cycles_fvp, after.cycles_fvp)
    ? [wrap(`the FVP-like cycles of the two are within ${Math.round(100 * (TIE - 1))} %: too close to call`)]
    : [];

/** Said where a pick is for another figure than its reasons are told in. */
const countedLines = (wish: Wish): string[] =>
  pricedBy(wish) === 'FVP-like µs'
    ? [
        wrap(
          'the pick is by FVP-like time; cycles of single operators, and the reasons, are those of the compiler',
        ),
      ]
    : [];

/** How much a text leaves out. */
export interface Telling {
  /** How to get every reason in a sentence; without, each is in one. */
  readonly more?: string;
}

/** A pick for people: figures, what changes and why, what stays and why. */
export const pickText = (
  picked: Picked,
  wish: Wish,
  account: PickAccount,
  { more }: Telling = {},
): string => {
  const { candidate, retainedUnknown, after } = account;
  const steps = picked.refined?.steps ?? [];
  return [
    ...headLines(picked, account, 'picked', candidate.id),
    wrap(`${preferenceText(wish, picked.walk !== undefined)}: ${choiceText(picked, wish)}`),
    ...table(account),
    ...tieLines(account),
    wrap(Number.isNaN(after.agreement) ? RETAINED_NOTE : AGREEMENT_NOTE),
    ...(retainedUnknown === undefined ? [] : [wrap(`retained weights are not known: ${retainedUnknown}`)]),
    ...(after.predicted === 1
      ? [wrap('some encoded sizes are predicted, because the weights of those layers are not known')]
      : []),
    ...walkLines(picked),
    ...cheaperLines(picked, wish),
    ...countedLines(wish),
    ...reasonLines(wish, account, more),
    '',
    ...(steps.length === 0
      ? []
      : [
          wrap(
            `the search found ${steps[0]!}; changed in ${plural(steps.length, 'step')}, each judged in full`,
          ),
        ]),
    ...(picked.refined?.neighbours === undefined
      ? [`${STOPPED_TEXTS[picked.stopped ?? 'interrupted']}: not every single choice was tried again`]
      : []),
    ...proofText(picked).map((line) => wrap(line)),
    ...accountNotes(account).map((note) => wrap(`note: ${note}`)),
  ].join('\n');
};

const isUnchanged = ({ id }: Candidate): boolean => id.startsWith('base@');

/** `1,234 cycles (unchanged 2,345)`. */
const figuresText = ({ numbers, baseline }: Candidate, wish: Wish): string => {
  const unit = pricedBy(wish);
  const price = priceText(unit, priceOf(wish, numbers));
  return baseline === undefined
    ? price
    : `${price} (unchanged ${priceNumber(unit, priceOf(wish, baseline))})`;
};

/** Why nothing was picked, then what is nearest on each side. */
const nothingParts = (picked: Picked, wish: Wish): string[] => {
  const { constraints } = wish;
  const { cheaper, meeting } = picked.sides!;
  const limits = constraintsText(constraints);
  const meets = constraints.length > 0;
  const parts = [
    `no design of ${picked.study.space.network.name}${meets ? ` that has ${limits}` : ''} ` +
      cheaperText(wish, 1) +
      (picked.stopped === undefined ? '' : ` among those evaluated before ${STOPPED_TEXTS[picked.stopped]}`),
  ];
  const figures = (candidate: Candidate): string => figuresText(candidate, wish);
  if (cheaper !== undefined) {
    // A single limit is named before.
    const missing = constraints.length === 1 ? missingFigures : missesOf;
    const misses = missing(cheaper.numbers, constraints).join(' and ');
    parts.push(
      `the nearest cheaper one is ${cheaper.id} with ${figures(cheaper)}` +
        (misses === '' ? `, which saves less than ${minGainText(wish)} per change` : ` and ${misses}`),
    );
  } else if (meets) {
    parts.push('without these limits none is cheaper either');
  }
  if (meeting === undefined) {
    if (meets) parts.push('not even the unchanged network meets them');
  } else if (isUnchanged(meeting)) {
    parts.push(
      `${meets ? 'within the limits' : 'in the space'} there is only the unchanged network, with ` +
        priceText(pricedBy(wish), priceOf(wish, meeting.numbers)),
    );
  } else {
    const retained = retainedText(meeting.numbers.retained_energy);
    parts.push(
      `the cheapest of the changed ones${meets ? ' within the limits' : ''} is ${meeting.id} with ${figures(meeting)} ` +
        `and retained weights ${retained}`,
    );
  }
  return parts;
};

/** Parts of the account of nothing that the sentence takes; the others are details. */
const SENTENCE_PARTS = 2;

/** Why nothing was picked, and what is nearest, in a sentence. */
export const nothingText = (picked: Picked, wish: Wish): string =>
  nothingParts(picked, wish).slice(0, SENTENCE_PARTS).join('; ');

/** Of an account of the unchanged network: that nothing changes needs no reason. */
const stayingOf = (account: PickAccount): PickAccount => ({
  ...account,
  changed: [],
  widthsChanged: [],
  others: [],
});

/** What is to be said besides the sentence: what is nearest on the other side, and for each site and width the cheapest change, and what it would cost. */
export const nothingDetails = (
  picked: Picked,
  wish: Wish,
  account: PickAccount | undefined,
  { more }: Telling = {},
): string =>
  [
    ...(account === undefined ? [] : headLines(picked, account, 'nothing picked')),
    wrap(choiceText(picked, wish)),
    ...nothingParts(picked, wish)
      .slice(SENTENCE_PARTS)
      .map((part) => wrap(`${part.charAt(0).toUpperCase()}${part.slice(1)}.`)),
    ...countedLines(wish),
    ...(account === undefined ? [] : reasonLines(wish, stayingOf(account), more)),
    '',
    ...proofText(picked).map((line) => wrap(line)),
  ].join('\n');
