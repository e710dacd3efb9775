import type { Column } from '../contract.js';
import { applyCommand } from '../apply-command.js';
import { columnNamed, errorRange, idOf, systemOf, unchangedAt, valueAt } from '../dataset.js';
import { changeText, isShare, valueText } from '../words.js';
import { button, copy, html } from './dom.js';
import type { Store } from './store.js';

/** A design in a sentence, for readers that do not see the charts. */
export const sentenceOf = ({ data, now }: Store, row: number): string => {
  const { x, y } = now();
  const said = [...new Set([x, y])].map((name) => {
    const { label, unit } = columnNamed(data, name);
    const change = changeText(unchangedAt(data, name, systemOf(data, row)), valueAt(data, name, row));
    return `${label} ${valueText(unit, valueAt(data, name, row))}${change === '' ? '' : `, ${change}`}`;
  });
  return `${idOf(data, row)}: ${said.join('; ')}`;
};

/** How sure a value is, or else how it compares with the unchanged network's. */
const errorText = ({ data }: Store, { name, unit, error }: Column, row: number): string => {
  const range = errorRange(data, name, row);
  const value = valueAt(data, name, row);
  if (range === undefined)
    return isShare(unit) ? '' : changeText(unchangedAt(data, name, systemOf(data, row)), value);
  return error !== undefined && 'standard' in error
    ? `± ${valueText('fraction', valueAt(data, error.standard, row))}`
    : `${valueText(unit, range[0])} to ${valueText(unit, range[1])}`;
};

/** What is known of a design: its figures, and the command that writes its file. */
export const detailsOf = (store: Store, row: number): HTMLElement[] => {
  const { data, page } = store;
  const lines = data.model.columns
    .filter(({ name, headline }) => headline && !Number.isNaN(valueAt(data, name, row)))
    .map((column) => {
      const { name, unit } = column;
      const value = valueAt(data, name, row);
      return html(
        'tr',
        {},
        html('th', { scope: 'row', title: column.definition }, column.label),
        html('td', { class: 'number' }, valueText(unit, value)),
        html('td', { class: 'number change' }, errorText(store, column, row)),
      );
    });
  const command = applyCommand(data, row, page);
  return [
    html('h3', {}, html('code', {}, idOf(data, row))),
    html('table', { class: 'figures' }, html('tbody', {}, ...lines)),
    html('p', {}, html('code', { class: 'command' }, command)),
    button('copy the command', () => void copy(command).then(store.say)),
  ];
};
