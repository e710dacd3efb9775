import { axisColumns, canBeRelative, columnNamed } from '../dataset.js';
import { countText, labelText, plural } from '../words.js';
import { button, chooser, html, tick } from './dom.js';
import type { Store } from './store.js';

/** What applies to all parts of the page: axes, system, filters, and how many designs are selected. */
export const controlsView = (store: Store): HTMLElement => {
  const { data } = store;
  const { model } = data;
  const columns = axisColumns(data).map((column) => [column.name, labelText(column)] as const);
  const first = store.now();
  const systems = [
    ['-1', 'all systems'] as const,
    ...model.systems.map(({ code }, i) => [String(i), code] as const),
  ];
  const search = html('input', {
    type: 'search',
    size: 16,
    placeholder: '9l16 u65',
    input: () => store.filter({ text: search.value }),
  });
  const status = html('output', { id: 'status' });
  const front = tick('fronts only', false, (frontOnly) => store.filter({ frontOnly }));
  const system = chooser('on', systems, '-1', (value) => store.filter({ system: Number(value) }));
  store.follow(({ rows, filter, x, y, axes }, before) => {
    if (before !== undefined && before.rows === rows && before.filter === filter && before.axes === axes)
      return;
    const brushed =
      filter.brush === undefined
        ? ''
        : `, within the area by ${columnNamed(data, x).label} and ${columnNamed(data, y).label}`;
    status.textContent = `${countText(rows.length)} of ${plural(data.count, 'design')} selected${brushed}`;
    if (search.value !== filter.text) search.value = filter.text;
    front.querySelector('input')!.checked = filter.frontOnly;
    system.querySelector('select')!.value = String(filter.system);
  });
  const relative = tick('against the unchanged network', first.relative, (on) =>
    store.update({ relative: on }),
  );
  return html(
    'div',
    { class: 'controls sticky', role: 'group', 'aria-label': 'What is shown' },
    chooser('across', columns, first.x, (x) => store.update({ x })),
    chooser('up', columns, first.y, (y) => store.update({ y })),
    ...(model.systems.length > 1 ? [system] : []),
    ...(columns.some(([name]) => canBeRelative(data, columnNamed(data, name))) ? [relative] : []),
    front,
    html('label', {}, 'design contains ', search),
    button('clear', () => store.clear()),
    status,
  );
};
