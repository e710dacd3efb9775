import { costsAt, kibText } from '../cliff-points.js';
import type { CliffCurve } from '../contract.js';
import { countText } from '../words.js';
import { cliffChart } from './cliff-chart.js';
import { chooser, html, section, wide } from './dom.js';
import type { Store } from './store.js';

const HEADS = ['channels', 'cycles', 'change in these layers', 'KiB of SRAM', 'change'];

/** All points of a curve. */
const tableOf = (curve: CliffCurve): HTMLElement =>
  wide(
    `Numbers of ${curve.title}`,
    html(
      'table',
      {},
      html('thead', {}, html('tr', {}, ...HEADS.map((head) => html('th', { scope: 'col' }, head)))),
      html(
        'tbody',
        {},
        ...curve.channels.map((channels, at) => {
          const costs = costsAt(curve, at);
          const cells = [countText(curve.cycles[at]!), costs.cycles, kibText(curve.sram[at]!), costs.sram];
          return html(
            'tr',
            {},
            html('th', { scope: 'row', class: 'number' }, String(channels)),
            ...cells.map((text) => html('td', { class: 'number' }, text)),
          );
        }),
      ),
    ),
  );

const figureOf = (curve: CliffCurve): HTMLElement => {
  const details = html('details', {}, html('summary', {}, 'all numbers'));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(tableOf(curve));
  });
  return html(
    'figure',
    { class: 'cliff' },
    html('figcaption', {}, curve.title),
    cliffChart(curve),
    html('ul', {}, ...curve.sentences.map((sentence) => html('li', {}, sentence))),
    details,
  );
};

/** What the unchanged network costs by the numbers of channels of its width groups. */
export const cliffsView = ({ data, cliffs: { systems, note } }: Store): HTMLElement => {
  const charts = html('div', { class: 'charts' });
  const show = (i: number): void => charts.replaceChildren(...(systems[i]?.curves ?? []).map(figureOf));
  const codes = systems.map(({ system }, i) => [String(i), data.model.systems[system]!.code] as const);
  show(0);
  return section(
    'cliffs',
    'Cliffs',
    'Compiler cycles and SRAM of the unchanged network by its numbers of channels. Diamond: today; dashed line: a step; ring: worth a look. Move over a chart; keyboard: arrows go to the next number, Page Up and Page Down past the next step, Escape back to today.',
    ...(note === null ? [] : [html('p', {}, note)]),
    ...(systems.length > 1 ? [chooser('channels on', codes, '0', (value) => show(Number(value)))] : []),
    ...(systems.length === 1 ? [html('p', {}, 'On ', html('code', {}, codes[0]![1]), '.')] : []),
    charts,
  );
};
