import { applyCommand } from '../apply-command.js';
import { csvOf } from '../csv.js';
import { idOf, systemOf, unchangedAt, valueAt } from '../dataset.js';
import { sortedRows, rangeOf } from '../selection.js';
import { changeText, countText, labelText, plural, valueText } from '../words.js';
import { button, copy, download, html, section, wide } from './dom.js';
import { isSameSelection, type Now, type Store } from './store.js';

const PAGE = 25;
const CHANGING: ReadonlySet<string> = new Set(['cycles', 'milliseconds', 'bytes', 'MACs', 'parameters']);

/** All columns of the selected designs, a page at a time. */
export const tableView = (store: Store): HTMLElement => {
  const { data, page } = store;
  const { columns } = data.model;
  let sort: { readonly column: string; readonly descending: boolean } | undefined;
  let from = 0;
  const body = html('tbody');
  const place = html('span', { class: 'place', 'aria-live': 'polite' });
  const turn = (by: number) => (): void => {
    from += by;
    draw(store.now());
  };
  const back = button('previous', turn(-PAGE));
  const on = button('next', turn(PAGE));

  const sortBy = (column: string): void => {
    sort =
      sort?.column !== column
        ? { column, descending: false }
        : sort.descending
          ? undefined
          : { column, descending: true };
    from = 0;
    const said =
      sort === undefined
        ? 'in the order of the ranking'
        : `sorted by ${column}, ${sort.descending ? 'largest' : 'smallest'} first`;
    store.say(said);
    draw(store.now());
  };
  const heads = columns.map((column) => {
    const head = html(
      'th',
      { scope: 'col', 'aria-sort': 'none' },
      button(labelText(column), () => sortBy(column.name), { title: `${column.name}: ${column.definition}` }),
    );
    return head;
  });

  const rowOf = (row: number, { pinned }: Now): HTMLElement => {
    const id = idOf(data, row);
    const pin = pinned.indexOf(row);
    const cells = columns.map(({ name, unit }) => {
      const value = valueAt(data, name, row);
      const change = CHANGING.has(unit)
        ? changeText(unchangedAt(data, name, systemOf(data, row)), value)
        : '';
      return html(
        'td',
        { class: 'number' },
        Number.isNaN(value) ? '' : valueText(unit, value),
        ...(change === '' || change === '=' ? [] : [html('span', { class: 'change' }, ` ${change}`)]),
      );
    });
    const command = applyCommand(data, row, page);
    return html(
      'tr',
      { class: pin < 0 ? '' : 'pinned' },
      html('td', { class: 'number' }, data.rank[row] === 0 ? '' : countText(data.rank[row]!)),
      html('td', { class: 'number' }, data.systemRank[row] === 0 ? '' : countText(data.systemRank[row]!)),
      html('th', { scope: 'row' }, html('code', {}, id)),
      ...cells,
      html(
        'td',
        { class: 'actions' },
        button(pin < 0 ? 'pin' : 'unpin', () => store.togglePin(row), {
          'aria-label': `${pin < 0 ? 'pin' : 'unpin'} ${id}`,
        }),
        button('copy', () => void copy(command).then(store.say), {
          title: command,
          'aria-label': `copy the command that applies ${id}`,
        }),
      ),
    );
  };

  const draw = (now: Now): void => {
    const rows = sortedRows(data, now.rows, sort);
    from = Math.max(0, Math.min(from, PAGE * Math.floor((rows.length - 1) / PAGE)));
    const shown = Array.from(rows.subarray(from, from + PAGE));
    const active = document.activeElement?.getAttribute('aria-label');
    body.replaceChildren(...shown.map((row) => rowOf(row, now)));
    if (active !== null && active !== undefined && document.activeElement === document.body)
      body
        .querySelector<HTMLElement>(
          `[aria-label="${CSS.escape(active.replace(/^(un)?pin/, active.startsWith('un') ? 'pin' : 'unpin'))}"]`,
        )
        ?.focus();
    place.textContent =
      rows.length === 0
        ? 'no design'
        : `${countText(from + 1)} to ${countText(from + shown.length)} of ${plural(rows.length, 'design')}`;
    back.disabled = from === 0;
    on.disabled = from + PAGE >= rows.length;
    heads.forEach((head, i) => {
      const isSorted = sort?.column === columns[i]!.name;
      head.setAttribute('aria-sort', isSorted ? (sort!.descending ? 'descending' : 'ascending') : 'none');
    });
  };
  store.follow((now, before) => {
    if (isSameSelection(now, before) && before?.pinned === now.pinned) return;
    if (before !== undefined && before.rows !== now.rows) from = 0;
    draw(now);
  });

  const save = button('download the selection as CSV', () => {
    download(
      `${data.model.name.replace(/[^\w.-]+/g, '_')}.csv`,
      csvOf(data, sortedRows(data, store.now().rows, sort)),
    );
    store.say('downloading');
  });
  const head = (text: string, title: string): HTMLElement => html('th', { scope: 'col', title }, text);
  return section(
    'table',
    'Table',
    'Sort by a heading: smallest first, largest first, then as ranked. Changes are against the unchanged network on the same system.',
    rangeFilter(store),
    html('p', { class: 'controls' }, back, on, place, save),
    wide(
      'Selected designs',
      html(
        'table',
        { class: 'all' },
        html(
          'thead',
          {},
          html(
            'tr',
            {},
            head('rank', 'place in the ranking; empty for a pick that the search did not meet'),
            head(
              'Pareto rank on the system',
              '1 for designs that no other on the same system beats in all objectives',
            ),
            head('design', 'what is changed, and the system'),
            ...heads,
            html('td'),
          ),
        ),
        body,
      ),
    ),
    html(
      'details',
      {},
      html('summary', {}, 'What the columns mean'),
      html(
        'dl',
        {},
        ...columns.flatMap(({ name, label, definition }) => [
          html('dt', {}, `${label} `, html('code', {}, name)),
          html('dd', {}, definition),
        ]),
      ),
    ),
  );
};

/** Filters by the range of a column, one range per column. */
const rangeFilter = (store: Store): HTMLElement => {
  const { columns } = store.data.model;
  const select = html('select', {});
  columns.forEach((column) => select.append(html('option', { value: column.name }, labelText(column))));
  const [least, most] = [
    html('input', { size: 9, inputmode: 'decimal' }),
    html('input', { size: 9, inputmode: 'decimal' }),
  ];
  const list = html('span', { class: 'chips' });
  const set = (column: string, range: readonly [number, number] | undefined): void => {
    const ranges = new Map(store.now().filter.ranges);
    if (range === undefined) ranges.delete(column);
    else ranges.set(column, range);
    store.filter({ ranges });
  };
  const form = html(
    'form',
    {
      class: 'controls',
      submit: (event) => {
        event.preventDefault();
        const range = rangeOf(least.value, most.value);
        set(select.value, range);
        store.say(range === undefined ? 'no range: pass a least or a most number' : 'filtered');
      },
    },
    html('label', {}, 'keep designs whose ', select),
    html('label', {}, 'is at least ', least),
    html('label', {}, 'and at most ', most),
    html('button', {}, 'filter'),
    list,
  );
  store.follow(({ filter: { ranges } }, before) => {
    if (before?.filter.ranges === ranges) return;
    list.replaceChildren(
      ...[...ranges].map(([name, [low, high]]) => {
        const bounds = [
          ...(low === -Infinity ? [] : [`≥ ${countText(low)}`]),
          ...(high === Infinity ? [] : [`≤ ${countText(high)}`]),
        ];
        return button(`${name} ${bounds.join(', ')} ×`, () => set(name, undefined), {
          'aria-label': `remove the filter of ${name}`,
        });
      }),
    );
  });
  return form;
};
