import { columnNamed, idOf, onSystems, unchangedAt, valueAt } from '../dataset.js';
import { labelText, valueText } from '../words.js';
import { html, section } from './dom.js';
import type { Store } from './store.js';

/** A line of bars: what it is of, its colour and its value per system. */
interface Series {
  readonly name: string;
  readonly style: string;
  readonly values: readonly number[];
}

/** What is shown, as far as it is known: what hardware would show rather than what the compiler reports. */
const METRICS = ['inference_ms_fvp', 'inference_ms', 'cycles_total'];

const FAMILIES = /^ethos-(u\d+)/;

/** The unchanged network and the pinned designs on every system, one small chart per kind of accelerator. */
export const acceleratorsView = (store: Store): HTMLElement => {
  const { data } = store;
  const { systems } = data.model;
  const metric = METRICS.find((name) => data.values.has(name))!;
  const column = columnNamed(data, metric);
  const charts = html('div', { class: 'charts' });
  const legend = html('p', { class: 'legend' });
  const families = [
    ...new Set(systems.map(({ accelerator }) => FAMILIES.exec(accelerator)?.[1] ?? accelerator)),
  ];

  const seriesOf = (pinned: readonly number[]): Series[] => [
    {
      name: 'unchanged',
      style: 'base',
      values: systems.map((_, system) => unchangedAt(data, metric, system)),
    },
    ...pinned.map((row, i) => ({
      name: idOf(data, row).replace(/@.*/, ''),
      style: `pin-${i}`,
      values: onSystems(data, row).map((other) => (other === undefined ? NaN : valueAt(data, metric, other))),
    })),
  ];

  const chartOf = (family: string, series: readonly Series[]): HTMLElement => {
    const own = systems
      .map((_, i) => i)
      .filter((i) => (FAMILIES.exec(systems[i]!.accelerator)?.[1] ?? systems[i]!.accelerator) === family);
    const most = Math.max(
      ...series.flatMap(({ values }) => own.map((i) => values[i]!)).filter((value) => !Number.isNaN(value)),
    );
    const bar = ({ name, style, values }: Series, i: number): HTMLElement => {
      const value = values[i]!;
      const line = html('div', { class: 'bar', title: `${name} on ${systems[i]!.code}` });
      const size = html('i', { class: style });
      size.style.width = Number.isNaN(value) ? '0' : `${(65 * value) / most}%`;
      line.append(
        size,
        html('span', {}, Number.isNaN(value) ? 'not in this file' : valueText(column.unit, value)),
      );
      return line;
    };
    const rows = own.map((i) =>
      html(
        'tr',
        {},
        html('th', { scope: 'row' }, systems[i]!.code),
        html('td', {}, ...series.map((each) => bar(each, i))),
      ),
    );
    return html(
      'table',
      { class: 'bars' },
      html('caption', {}, `Ethos-${family.toUpperCase()}`),
      html('tbody', {}, ...rows),
    );
  };

  store.follow(({ pinned }, before) => {
    if (before?.pinned === pinned) return;
    const series = seriesOf(pinned);
    legend.replaceChildren(
      ...series.map(({ name, style }) => html('span', {}, html('i', { class: `swatch ${style}` }), name)),
    );
    charts.replaceChildren(...families.map((family) => chartOf(family, series)));
  });
  return section(
    'accelerators',
    'Accelerators',
    `${labelText(column)} of the unchanged network and of the pinned designs.${metric === METRICS[0] ? '' : ' The compiler’s estimates compare designs on one system; do not compare systems by them.'}`,
    legend,
    charts,
  );
};
