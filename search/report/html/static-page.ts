import { idOf, systemOf, unchangedAt, valueAt, type Dataset } from '../../../report-html/dataset.js';
import { changeText, countText, isShare, labelText, plural, valueText } from '../../../report-html/words.js';
import { element, escaped } from './markup.js';
import { frontSvg } from './front-svg.js';

/** Designs of the table. */
const MOST_ROWS = 20;

/** How many designs there are, were evaluated and are in the file, in a sentence or two. */
const scopeText = ({ model: { designs, objectives } }: Dataset): string => {
  const by = objectives
    .map(({ column, direction }) => (direction === 'max' ? `${column}:max` : column))
    .join(', ');
  const rest =
    designs.held < designs.ranked
      ? `the fronts and the best of the others: ${countText(designs.held)}`
      : 'all';
  return (
    `${countText(designs.space)} designs in the space, ${countText(designs.evaluated)} evaluated, ` +
    `${countText(designs.front)} on the front of ${by}. This file holds ${rest} of the ` +
    `${plural(designs.ranked, 'design')} that meet the constraints.`
  );
};

const tableOf = (data: Dataset): string => {
  const columns = data.model.columns.filter(({ headline }) => headline);
  const rows = Array.from({ length: data.count }, (_, row) => row)
    .filter((row) => data.systemRank[row] === 1)
    .slice(0, MOST_ROWS);
  const number = (text: string): string => element('td', { class: 'number' }, escaped(text));
  const line = (name: string, values: readonly string[]): string =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('code', {}, escaped(name))),
      ...values.map(number),
    );
  const cell = (name: string, unit: string, row: number): string => {
    const value = valueAt(data, name, row);
    const change = changeText(unchangedAt(data, name, systemOf(data, row)), value);
    return isShare(unit) || change === '' ? valueText(unit, value) : `${valueText(unit, value)} ${change}`;
  };
  const head = columns.map((column) =>
    element('th', { scope: 'col', title: column.definition }, escaped(labelText(column))),
  );
  return element(
    'div',
    {
      class: 'wide',
      tabindex: 0,
      role: 'region',
      'aria-label': `First designs of the fronts of ${data.model.name}`,
    },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'design'), ...head)),
      element(
        'tbody',
        {},
        ...data.model.systems.map(({ code }, system) =>
          line(
            `unchanged@${code}`,
            columns.map(({ name, unit }) => valueText(unit, unchangedAt(data, name, system))),
          ),
        ),
        ...rows.map((row) =>
          line(
            idOf(data, row),
            columns.map(({ name, unit }) => cell(name, unit, row)),
          ),
        ),
      ),
    ),
  );
};

/**
 * What can be read of a model without a program: the fronts as a picture, and their first designs as a table.
 * @param named with the model's name as a heading
 */
export const staticModel = (data: Dataset, named: boolean): string =>
  element(
    'section',
    {},
    ...(named ? [element('h2', {}, escaped(data.model.name))] : []),
    element('p', {}, escaped(scopeText(data))),
    frontSvg(data),
    tableOf(data),
  );
