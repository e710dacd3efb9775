import { grouped, wrap } from '../../src/text.js';
import { reasonTable, type Column } from '../../src/report/reason-table.js';
import type { Wish } from '../pick/candidates.js';
import { pricedBy } from '../pick/preference.js';
import { STANDARD } from '../substitute/index.js';
import type { PickAccount } from './account/account.js';
import type { ChangedStory, ChangedWidth, OtherStory } from './account/changes.js';
import { cyclesOf, type Pair } from './account/pairs.js';
import type { Stay } from './account/stays.js';
import { choiceText, moreThan, type Alternative } from './account/variables.js';
import { changedSides, nameOf } from './account/words.js';
import { changePercent, priceNumber, retainedCell } from './amounts.js';

/** An account of which the reasons are told; what stays may be all that it has. */
type Reasons = Pick<PickAccount, 'candidate' | 'changed' | 'widthsChanged' | 'others' | 'stays'>;

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

const sentences = (told: readonly { readonly sentence: string }[]): string[] =>
  told.map(({ sentence }) => wrap(`${sentence}.`, '  ', '    '));

/** Every reason in a sentence. */
const inFull = ({ changed, widthsChanged, others, stays }: Reasons): string[] => [
  ...section('What changes:', sentences([...widthsChanged, ...changed])),
  ...section('What changes with it:', sentences(others)),
  ...section('What stays:', sentences(stays ?? [])),
];

/** A figure of the pick against that of another design, in the unit that the pick is for. */
const moreThanPick = (wish: Wish, { candidate }: Reasons, other: Alternative | undefined): number =>
  other === undefined ? NaN : moreThan(wish, candidate, other);

const SIDES = { input: 'in', output: 'out' } as const;

/** The option that replaces a layer; its channels where only they change: `16->8 in, 32->24 out`. */
const becomes = ({ layer }: ChangedStory): string =>
  layer.option === STANDARD
    ? changedSides(layer, ({ before, after }, side) => `${before}->${after} ${SIDES[side]}`).join(', ')
    : layer.option;

/** A line of the table of changes. */
interface Change {
  readonly operator: number;
  readonly what: string;
  readonly becomes: string;
  readonly pair: Pair | undefined;
  readonly retained: string;
  readonly undone: Alternative | undefined;
  readonly words: readonly string[];
}

/** Without a number for what was added. */
const OPERATOR: Column<Pick<Change, 'operator'>> = {
  heading: 'op',
  right: true,
  cell: ({ operator }) => (operator < 0 ? '' : String(operator)),
};
const LAYER: Column<Pick<Change, 'what'>> = { heading: 'layer', cell: ({ what }) => what };
const CYCLES: Column<Pick<Change, 'pair'>> = {
  heading: 'cycles',
  right: true,
  cell: ({ pair }) => (pair === undefined ? '' : grouped(cyclesOf(pair.after))),
};
const CHANGE: Column<Pick<Change, 'pair'>> = {
  heading: 'change',
  right: true,
  cell: ({ pair }) => (pair === undefined ? '' : changePercent(cyclesOf(pair.before), cyclesOf(pair.after))),
};

const widthChange = ({ operator, operators, channels, undone }: ChangedWidth): Change => ({
  operator,
  what: 'width',
  becomes: `${channels.before}->${channels.after} channels`,
  pair: undefined,
  retained: '',
  undone,
  words: operators.length > 1 ? [`with ${operators.filter((other) => other !== operator).join(', ')}`] : [],
});

const siteChange = (story: ChangedStory): Change => ({
  operator: story.layer.operator,
  what: story.pair === undefined ? story.layer.kind : nameOf(story.pair),
  becomes: becomes(story),
  pair: story.pair,
  retained: retainedCell(story.layer.retained.before),
  undone: story.undone,
  words: story.words,
});

const changesTable = (wish: Wish, account: Reasons): string[] => {
  const rows = [...account.widthsChanged.map(widthChange), ...account.changed.map(siteChange)];
  if (rows.length === 0) return [];
  const unit = pricedBy(wish);
  return reasonTable(rows, {
    columns: [
      OPERATOR,
      LAYER,
      { heading: 'becomes', cell: (row) => row.becomes },
      CYCLES,
      CHANGE,
      { heading: 'retained', right: true, cell: ({ retained }) => retained },
      {
        heading: `saves ${unit}`,
        right: true,
        cell: ({ undone }) => {
          const more = moreThanPick(wish, account, undone);
          return Number.isNaN(more) ? '' : priceNumber(unit, more);
        },
      },
    ],
    reason: 'why',
    words: ({ words }) => words,
    spare: [
      ['retained', 0],
      ['cycles', 0],
      [`saves ${unit}`, 0],
      ['layer', 0],
    ],
  });
};

const othersTable = (others: readonly OtherStory[]): string[] => {
  if (others.length === 0) return [];
  const rows = others.map(({ pair, words }) => ({
    operator: pair.operator,
    what: nameOf(pair),
    pair,
    words,
  }));
  return reasonTable(rows, {
    columns: [OPERATOR, LAYER, CYCLES, CHANGE],
    reason: 'why',
    words: ({ words }) => words,
    spare: [['layer', 16]],
  });
};

const staysTable = (wish: Wish, account: Reasons): string[] => {
  const { stays = [] } = account;
  if (stays.length === 0) return [];
  const unit = pricedBy(wish);
  return reasonTable(stays, {
    columns: [
      OPERATOR,
      LAYER,
      { heading: 'cycles', right: true, cell: ({ cycles }) => (cycles === undefined ? '' : grouped(cycles)) },
      {
        heading: 'best change',
        cell: ({ kind, best }) => (best === undefined ? '' : choiceText(kind, best)),
      },
      {
        heading: `more ${unit}`,
        right: true,
        cell: ({ best }) => {
          const more = moreThanPick(wish, account, best);
          return Number.isNaN(more) ? '' : `${more > 0 ? '+' : ''}${priceNumber(unit, more)}`;
        },
      },
    ],
    reason: 'why not',
    words: ({ words }) => words,
    spare: [
      ['cycles', 0],
      ['layer', 14],
      ['layer', 0],
    ],
  });
};

/** Reasons that a short account gives in full. */
const IN_FULL = 3;

/** The changed layers whose cycles change most, then the sites with most cycles that stay. */
const foremost = ({ changed, stays = [] }: Reasons): (ChangedStory | Stay)[] => {
  const size = ({ pair }: ChangedStory): number =>
    pair === undefined ? 0 : Math.abs(cyclesOf(pair.after) - cyclesOf(pair.before));
  return [
    ...changed.toSorted((a, b) => size(b) - size(a)),
    ...stays.filter(({ kind }) => kind === 'site').toSorted((a, b) => (b.cycles ?? 0) - (a.cycles ?? 0)),
  ];
};

/**
 * What changes, what changes with it and what stays, each with its reason.
 * @param more how to get every reason in a sentence: without, each is in one; with it, in a line of a table
 */
export const reasonLines = (wish: Wish, account: Reasons, more: string | undefined): string[] => {
  const { changed, widthsChanged, others, stays = [] } = account;
  if (more === undefined) return inFull(account);
  const told = foremost(account).slice(0, IN_FULL);
  const all = changed.length + widthsChanged.length + others.length + stays.length;
  const title = told.length < all ? `The most costly in full; ${more}:` : 'In full:';
  return [
    ...section('What changes:', changesTable(wish, account)),
    ...section('What changes with it:', othersTable(others)),
    ...section('What stays:', staysTable(wish, account)),
    ...section(title, sentences(told)),
  ];
};
