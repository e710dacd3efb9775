import { RETAINED_NOTE, retainedMeans } from '../search/emit/retained-weights.js';
import { retainedCell } from '../search/report/amounts.js';
import type { Site } from '../search/space/sites.js';
import { grouped, wrap } from '../src/text.js';
import { spreadRows, type RetainedFront, type SingleChange } from './retained-front.js';
import { change, left, markdownTable, right } from './markdown.js';

/** Rows of the front that are shown. */
const SHOWN = 15;

const code = (text: string): string => `\`${text}\``;

const frontTable = (front: RetainedFront['front']): string =>
  markdownTable(
    [...right('cycles', 'change', 'SRAM KiB', 'retained', 'quantised'), ...left('weights', 'design')],
    front.map(({ design, numbers }) => [
      grouped(numbers.cycles_total),
      change(numbers.cycles_vs_baseline),
      grouped(numbers.sram_total_bytes / 1024),
      retainedCell(numbers.retained_energy),
      retainedCell(numbers.retained_energy_quantised),
      retainedMeans(numbers.retained_energy),
      code(design),
    ]),
  );

const singlesTable = (singles: readonly SingleChange[]): string => {
  const operators = [...new Set(singles.map(({ operator }) => operator))];
  const options = [...new Set(singles.map(({ option }) => option))];
  const cell = (option: string, operator: number): string => {
    const single = singles.find((s) => s.option === option && s.operator === operator);
    return single === undefined ? '' : `${retainedCell(single.retained, 2)} ${change(single.cyclesRatio)}`;
  };
  return markdownTable(
    [...left('option'), ...right(...operators.map((operator) => `site ${operator}`))],
    options.map((option) => [code(option), ...operators.map((operator) => cell(option, operator))]),
  );
};

const siteText = ({ operator, kernelHeight, kernelWidth, inputChannels, outputChannels }: Site): string =>
  `${operator}: ${kernelHeight}x${kernelWidth}, ${inputChannels} to ${outputChannels} channels`;

/** The front and the single changes of a network, as Markdown. */
export function retainedReport(front: RetainedFront, random: boolean): string {
  const { model, system, designs, method } = front;
  const shown = spreadRows(front.front, SHOWN);
  const size = `${grouped(front.front.length)} on the front of cycles and retained weights`;
  return [
    wrap(
      `${code(model)} on ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}: ` +
        `${grouped(designs)} designs (all options, no other widths; method ${method}), ${size}` +
        (shown.length < front.front.length ? `, ${shown.length} of them:` : ':'),
    ),
    ...(random ? ['', 'Its weights are random, so its shares stand for no trained network.'] : []),
    '',
    frontTable(shown),
    '',
    wrap(`${RETAINED_NOTE}. "quantised" is the same after the new weights were quantised again.`),
    '',
    'Each option at one site alone: retained weights of the layer, change of the cycles of the network.',
    wrap(`Sites: ${front.sites.map(siteText).join('; ')}.`),
    '',
    singlesTable(front.singles),
  ].join('\n');
}
