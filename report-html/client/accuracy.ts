import { axisBottom, axisLeft } from 'd3-axis';
import { scaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import { columnNamed, errorRange, idOf, valueAt, type Dataset } from '../dataset.js';
import { tickText, valueText } from '../words.js';
import { html, section, svg } from './dom.js';
import type { Now, Store } from './store.js';

const [WIDTH, HEIGHT] = [400, 300];
const EDGE = { left: 78, right: 12, top: 10, bottom: 44 };

/** What is drawn against what, and whether equality of both is drawn. */
interface Chart {
  readonly x: string;
  readonly y: string;
  readonly diagonal?: true;
}

/** What tells how fast a design is: what the search ranked by, where it did. */
const speedOf = ({ model: { objectives, columns } }: Dataset): string =>
  objectives.find(({ column }) =>
    columns.some(({ name, unit }) => name === column && ['cycles', 'milliseconds'].includes(unit)),
  )?.column ?? 'cycles_total';

const chartsOf = (data: Dataset): readonly Chart[] => [
  { x: 'output_noise', y: 'output_noise_measured', diagonal: true },
  ...['agreement', 'accuracy'].map((y): Chart => ({ x: speedOf(data), y })),
];

/** Charts of what was measured on samples; undefined where nothing was. */
export const accuracyView = (store: Store): HTMLElement | undefined => {
  const { data } = store;
  const rowsOf = ({ x, y }: Chart): number[] =>
    data.values.has(x) && data.values.has(y)
      ? Array.from({ length: data.count }, (_, row) => row).filter(
          (row) => !Number.isNaN(valueAt(data, x, row)) && !Number.isNaN(valueAt(data, y, row)),
        )
      : [];
  const charts = chartsOf(data)
    .map((chart) => ({ chart, rows: rowsOf(chart) }))
    .filter(({ rows }) => rows.length > 0);
  if (charts.length === 0) return undefined;

  const draw = ({ x, y, diagonal }: Chart, rows: readonly number[], { pinned, mask }: Now): SVGElement => {
    const xs = rows.map((row) => valueAt(data, x, row));
    const ys = rows.flatMap((row) => [valueAt(data, y, row), ...(errorRange(data, y, row) ?? [])]);
    const ends = (values: readonly number[]): [number, number] => {
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const room = (most - least || Math.abs(most) || 1) * 0.06;
      return [least - room, most + room];
    };
    const both = diagonal === true ? ends([...xs, ...ys]) : undefined;
    const across = scaleLinear(both ?? ends(xs), [EDGE.left, WIDTH - EDGE.right]);
    const up = scaleLinear(both ?? ends(ys), [HEIGHT - EDGE.bottom, EDGE.top]);
    const labels = [x, y].map((name) => columnNamed(data, name).label);
    const root = svg('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': `${labels[1]!} by ${labels[0]!}, ${rows.length} designs`,
    });
    const [bottom, left] = [
      svg('g', { transform: `translate(0 ${HEIGHT - EDGE.bottom})` }),
      svg('g', { transform: `translate(${EDGE.left} 0)` }),
    ];
    const { unit } = columnNamed(data, y);
    select(bottom).call(
      axisBottom(across)
        .ticks(4)
        .tickFormat((value) => tickText(Number(value))),
    );
    select(left).call(
      axisLeft(up)
        .ticks(5)
        .tickFormat((value) =>
          unit === 'fraction' ? valueText(unit, Number(value)) : tickText(Number(value)),
        ),
    );
    root.append(
      bottom,
      left,
      svg(
        'text',
        { class: 'axis-title', 'text-anchor': 'middle', x: (WIDTH + EDGE.left) / 2, y: HEIGHT - 8 },
        labels[0]!,
      ),
      svg(
        'text',
        {
          class: 'axis-title',
          'text-anchor': 'middle',
          transform: `translate(14 ${(HEIGHT - EDGE.bottom) / 2}) rotate(-90)`,
        },
        labels[1]!,
      ),
    );
    if (both)
      root.append(
        svg('path', {
          class: 'equal',
          d: `M${across(both[0])} ${up(both[0])}L${across(both[1])} ${up(both[1])}`,
        }),
      );
    for (const row of rows) {
      const [cx, cy] = [across(valueAt(data, x, row)), up(valueAt(data, y, row))];
      const range = errorRange(data, y, row);
      if (range) root.append(svg('path', { class: 'error', d: `M${cx} ${up(range[0])}V${up(range[1])}` }));
      const pin = pinned.indexOf(row);
      root.append(
        svg(
          'circle',
          {
            cx,
            cy,
            r: pin < 0 ? 4.5 : 7,
            class: pin >= 0 ? `pin-${pin}` : mask[row] === 1 ? 'measured' : 'left-out',
          },
          svg(
            'title',
            {},
            `${idOf(data, row)}: ${valueText(columnNamed(data, x).unit, valueAt(data, x, row))}, ${valueText(unit, valueAt(data, y, row))}`,
          ),
        ),
      );
    }
    return root;
  };
  const figures = html('div', { class: 'charts' });
  store.follow((now, before) => {
    if (before?.pinned === now.pinned && before.rows === now.rows) return;
    figures.replaceChildren(...charts.map(({ chart, rows }) => html('figure', {}, draw(chart, rows, now))));
  });
  return section(
    'accuracy',
    'Accuracy',
    'Designs that were measured on samples. Bars are one standard error to each side; on the line, predicted and measured noise are equal.',
    figures,
  );
};
