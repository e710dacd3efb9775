import { LINE_WIDTH, wrap } from '../../src/report/text.js';
import { countText, plural } from '../../src/theory/text.js';
import { aligned } from './apply-text.js';
import { ENERGY_NOTE, energyWord } from '../substitute/retained-weights.js';
import type { DesignFigures } from '../evaluate/figures.js';
import type { Stopped } from '../explore/explorer.js';
import { countDesigns } from '../space/space.js';
import { accountNotes, type PickAccount } from '../pick/account.js';
import type { Candidate, Wish } from '../pick/candidates.js';
import { constraintText, minGainText, missesOf } from '../pick/misses.js';
import type { Picked } from '../pick/pick.js';
import { PREFERENCE_TEXTS, pricedBy, priceOf } from '../pick/preference.js';
import { changePercent, energyText } from '../pick/words.js';

const kibibytes = (bytes: number): string =>
  (bytes / 1024).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const VERBS = {
  cycles: { one: 'takes fewer cycles', many: 'take fewer cycles' },
  bytes: { one: 'moves fewer bytes', many: 'move fewer bytes' },
} as const;

/** What a design has to be: `takes fewer cycles than the unchanged network by at least 1 % of them per change`. */
const cheaperText = (wish: Wish, count: number): string => {
  const price = pricedBy(wish.preference);
  const { one, many } = VERBS[price];
  const least = wish.minGain === 0 ? '' : ` by at least ${minGainText(wish)} per change`;
  return `${count === 1 ? one : many} than the unchanged network${least}`;
};

const EARLY: Readonly<Record<Stopped, string>> = {
  time: 'the time was up',
  interrupted: 'interrupted',
};

/** The two networks side by side. */
const table = ({ figures, parameters, energy, system }: PickAccount): string[] => {
  const row = (
    name: string,
    value: (figures: DesignFigures) => number,
    text: (value: number) => string = countText,
  ): string[] => {
    const [before, after] = [value(figures.before), value(figures.after)];
    return [name, text(before), text(after), changePercent(before, after)];
  };
  const milliseconds = (ms: number): string => ms.toFixed(3);
  return aligned(
    [
      ['', 'unchanged', 'picked', 'change'],
      row('cycles', (f) => f.cyclesTotal),
      row('ms', (f) => (1000 * f.cyclesTotal) / system.coreClock, milliseconds),
      row('SRAM KiB moved', (f) => f.sramTotalBytes, kibibytes),
      row('DRAM and flash KiB moved', (f) => f.externalTotalBytes, kibibytes),
      row('SRAM KiB used', (f) => f.sramMemoryUsedBytes, kibibytes),
      row('MACs', (f) => f.macs),
      ...(figures.before.cpuOps + figures.after.cpuOps > 0
        ? [row('operators on the CPU', (f) => f.cpuOps)]
        : []),
      [
        'parameters',
        countText(parameters.before),
        countText(parameters.after),
        changePercent(parameters.before, parameters.after),
      ],
      [
        'retained energy',
        '1',
        energyText(energy.before),
        Number.isNaN(energy.before) ? '' : energyWord(energy.before),
      ],
      ['after quantising again', '1', energyText(energy.after), ''],
    ],
    [1, 2, 3],
  );
};

const section = (title: string, sentences: readonly string[]): string[] =>
  sentences.length === 0 ? [] : ['', title, ...sentences.map((s) => wrap(`${s}.`, '  ', '    '))];

/** How many designs there were to pick from. */
const choiceText = ({ study, sweeps, evaluated, meeting, paying }: Picked, wish: Wish): string => {
  const { constraints } = wish;
  const limits = constraints.map(constraintText).join(' ');
  const { stopped } = sweeps[0];
  const total = countDesigns(study.space).toLocaleString('en-US');
  return [
    stopped === undefined
      ? `${plural(evaluated, 'design')} evaluated`
      : `${countText(evaluated)} of ${total} designs evaluated, then ${EARLY[stopped]}`,
    ...(constraints.length === 0
      ? []
      : [`${countText(meeting)} of them ${meeting === 1 ? 'meets' : 'meet'} ${limits}`]),
    `${countText(paying)} of these ${cheaperText(wish, paying)}`,
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
  return line.length <= LINE_WIDTH ? [line] : [wrap(text), id];
};

/** A pick for people: figures, what changes and why, what stays and why. */
export const pickText = (picked: Picked, wish: Wish, account: PickAccount): string => {
  const { candidate, changed, widthsChanged, others, stays, energyUnknown, figures } = account;
  const steps = picked.refined?.steps ?? [];
  return [
    ...headLines(picked, account, 'picked', candidate.id),
    wrap(`${PREFERENCE_TEXTS[wish.preference]}: ${choiceText(picked, wish)}`),
    ...table(account),
    wrap(ENERGY_NOTE),
    ...(energyUnknown === undefined ? [] : [wrap(`energy is not known: ${energyUnknown}`)]),
    ...(figures.after.predicted
      ? [wrap('some encoded sizes are predicted, because the weights of those layers are not known')]
      : []),
    ...section('What changes:', [
      ...widthsChanged.map(({ sentence }) => sentence),
      ...changed.map(({ sentence }) => sentence),
    ]),
    ...section(
      'What changes with it:',
      others.map(({ sentence }) => sentence),
    ),
    ...section('What stays:', stays?.map(({ sentence }) => sentence) ?? []),
    '',
    ...(steps.length === 0
      ? []
      : [
          wrap(
            `the search found ${steps[0]!}; changed in ${plural(steps.length, 'step')}, each judged in full`,
          ),
        ]),
    ...(picked.refined?.neighbours === undefined
      ? [`${EARLY[picked.stopped ?? 'interrupted']}: not every single choice was tried again`]
      : []),
    ...proofText(picked).map((line) => wrap(line)),
    ...accountNotes(account).map((note) => wrap(`note: ${note}`)),
  ].join('\n');
};

const isUnchanged = ({ id }: Candidate): boolean => id.startsWith('base@');

const BEFORE: Readonly<Record<Stopped, string>> = {
  time: 'the time was up',
  interrupted: 'the interruption',
};

/** Why nothing was picked, and what is nearest on each side, in a sentence. */
export const nothingText = (picked: Picked, wish: Wish): string => {
  const { preference, constraints } = wish;
  const { cheaper, meeting } = picked.sides!;
  const limits = constraints.map(constraintText).join(' ');
  const meets = constraints.length > 0;
  const parts = [
    `no design of ${picked.study.space.network.name}${meets ? ` that meets ${limits}` : ''} ` +
      cheaperText(wish, 1) +
      (picked.stopped === undefined ? '' : ` among those evaluated before ${BEFORE[picked.stopped]}`),
  ];
  const figures = ({ numbers, baseline }: Candidate): string => {
    const price = `${countText(priceOf(preference, numbers))} ${pricedBy(preference)}`;
    return baseline === undefined
      ? price
      : `${price} (unchanged ${countText(priceOf(preference, baseline))})`;
  };
  if (cheaper !== undefined) {
    const misses = missesOf(cheaper.numbers, constraints).join(' and ');
    parts.push(
      `the nearest of the cheaper ones is ${cheaper.id} with ${figures(cheaper)}, which ` +
        (misses === '' ? `saves less than ${minGainText(wish)} per change` : `misses ${misses}`),
    );
  } else if (meets) {
    parts.push('without these limits none is cheaper either');
  }
  if (meeting === undefined) {
    if (meets) parts.push('not even the unchanged network meets them');
  } else if (isUnchanged(meeting)) {
    parts.push(
      `${meets ? 'within the limits' : 'in the space'} there is only the unchanged network, with ` +
        `${countText(priceOf(preference, meeting.numbers))} ${pricedBy(preference)}`,
    );
  } else {
    const energy = energyText(meeting.numbers.retained_energy);
    parts.push(
      `the cheapest of the changed ones${meets ? ' within the limits' : ''} is ${meeting.id} with ${figures(meeting)} ` +
        `and retained energy ${energy}`,
    );
  }
  return parts.join('; ');
};

/** What is to be said besides the sentence: for each site and width the cheapest change, and what it would cost. */
export const nothingDetails = (picked: Picked, wish: Wish, account: PickAccount | undefined): string =>
  [
    ...(account === undefined ? [] : headLines(picked, account, 'nothing picked')),
    wrap(choiceText(picked, wish)),
    ...section('What stays:', account?.stays?.map(({ sentence }) => sentence) ?? []),
    '',
    ...proofText(picked).map((line) => wrap(line)),
  ].join('\n');
