import { wrap } from '../../src/report/text.js';
import { countText, plural } from '../../src/theory/text.js';
import type { Constraint } from '../constraints.js';
import { aligned } from '../emit/applied-text.js';
import { ENERGY_NOTE, energyWord } from '../energy.js';
import type { DesignFigures } from '../evaluate/figures.js';
import type { PickAccount } from './account.js';
import type { Candidate, Wish } from './choose.js';
import { constraintText, missesOf } from './misses.js';
import type { Picked } from './pick.js';
import { PREFERENCE_TEXTS, pricedBy, priceOf } from './preference.js';
import { changePercent, energyText } from './words.js';

const kibibytes = (bytes: number): string =>
  (bytes / 1024).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const cheaperText = (wish: Wish): string =>
  pricedBy(wish.preference) === 'bytes' ? 'moves fewer bytes' : 'takes fewer cycles';

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
      [
        'parameters',
        countText(parameters.before),
        countText(parameters.after),
        changePercent(parameters.before, parameters.after),
      ],
      ['retained energy', '1', energyText(energy.before), energyWord(energy.before)],
      ['after quantising again', '1', energyText(energy.after), ''],
    ],
    [1, 2, 3],
  );
};

const section = (title: string, sentences: readonly string[]): string[] =>
  sentences.length === 0 ? [] : ['', title, ...sentences.map((s) => wrap(`${s}.`, '  ', '    '))];

const count = (n: number, noun: string): string => plural(n, noun);

/** How many designs there were to pick from. */
const choiceText = ({ evaluated, meeting, paying }: Picked, wish: Wish): string => {
  const { constraints } = wish;
  const paid = `${countText(paying)} of them ${pricedBy(wish.preference) === 'bytes' ? 'move fewer bytes' : 'take fewer cycles'} than the unchanged network`;
  return constraints.length === 0
    ? `${count(evaluated, 'design')} evaluated, ${paid}`
    : `${count(evaluated, 'design')} evaluated, ${countText(meeting)} meet ${constraints.map(constraintText).join(' ')}, ${paid}`;
};

/** What the searches have to say. */
const proofText = ({ sweeps, evaluated }: Picked): string[] => {
  const lines = sweeps.flatMap(({ explorations }) => explorations.flatMap((e) => e.lines));
  return lines.length > 0 ? lines : [`${count(evaluated, 'design')} of the space evaluated in full`];
};

/** A pick for people: figures, what changes and why, what stays and why. */
export const pickText = (picked: Picked, wish: Wish, account: PickAccount): string => {
  const { candidate, system, changed, widthsChanged, others, stays, energyUnknown, figures } = account;
  const { space } = picked.study;
  const steps = picked.refined?.steps ?? [];
  const head = `${space.network.name} on ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}: picked ${candidate.id}`;
  return [
    wrap(head),
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
            `the search found ${steps[0]!}; changed in ${count(steps.length, 'step')}, each judged in full`,
          ),
        ]),
    ...(picked.refined?.neighbours === undefined
      ? ['interrupted: not every single choice was tried again']
      : []),
    ...proofText(picked).map((line) => wrap(line)),
  ].join('\n');
};

const asked = (constraints: readonly Constraint[]): string => constraints.map(constraintText).join(' ');

const figuresText = ({ numbers, baseline }: Candidate, wish: Wish): string => {
  const unit = pricedBy(wish.preference);
  const price = `${countText(priceOf(wish.preference, numbers))} ${unit}`;
  const unchanged =
    baseline === undefined ? '' : ` (unchanged ${countText(priceOf(wish.preference, baseline))})`;
  return `${price}${unchanged}`;
};

/** Why nothing was picked, and what is nearest on each side, in a sentence. */
export const nothingText = (picked: Picked, wish: Wish): string => {
  const { space } = picked.study;
  const { constraints } = wish;
  const { cheaper, meeting } = picked.sides!;
  const name = space.network.name;
  const which = constraints.length === 0 ? '' : ` that meets ${asked(constraints)}`;
  const parts = [
    `no design of ${name}${which} ${cheaperText(wish)} than the unchanged network` +
      (picked.interrupted ? ' among those evaluated before the interruption' : ''),
  ];
  if (cheaper !== undefined) {
    parts.push(
      `the nearest of the cheaper ones is ${cheaper.id} with ${figuresText(cheaper, wish)}, ` +
        `which misses ${missesOf(cheaper.numbers, constraints).join(' and ')}`,
    );
  } else if (constraints.length > 0) parts.push('none is cheaper without these limits either');
  if (meeting !== undefined) {
    const energy = energyText(meeting.numbers.retained_energy);
    const how = constraints.length === 0 ? 'cheapest changed one' : 'cheapest changed one that meets them';
    parts.push(
      `the ${how} is ${meeting.id} with ${figuresText(meeting, wish)} and retained energy ${energy}`,
    );
  } else if (constraints.length > 0) parts.push('no changed design that was evaluated meets them');
  return parts.join('; ');
};
