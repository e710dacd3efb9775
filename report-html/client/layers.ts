import type { LayerPair, LayerSide } from '../contract.js';
import { idOf } from '../dataset.js';
import { layerNote } from '../layer-note.js';
import { changeText, countText } from '../words.js';
import { html, section, svg, wide } from './dom.js';
import type { Store } from './store.js';

const BAR = 180;

/** Lines over the colour of a part, which tell it from the others without colour. */
const HATCHES = ['', 'M0 8L8 0', 'M0 0L8 8', 'M0 4H8', 'M4 0V8', 'M0 4H8M4 0V8', 'M0 8L8 0M0 0L8 8'] as const;

const patterns = (parts: readonly string[]): SVGSVGElement => {
  const defs = svg('defs');
  parts.forEach((_, i) => {
    const hatch = HATCHES[i % HATCHES.length]!;
    const lines = hatch === '' ? [] : [svg('path', { d: hatch, class: 'hatch' })];
    defs.append(
      svg(
        'pattern',
        { id: `part-${i}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' },
        svg('rect', { width: 8, height: 8, class: `part-${i}` }),
        ...lines,
      ),
    );
  });
  return svg('svg', { width: 0, height: 0, 'aria-hidden': 'true', class: 'patterns' }, defs);
};

/** Where the cycles of one side go: a bar to the scale of all. */
const barOf = (side: LayerSide | null, parts: readonly string[], most: number): Node => {
  if (side === null || side.cycles === 0) return document.createTextNode('');
  const text = side.shares.map(([part, cycles]) => `${parts[part]!} ${countText(cycles)}`).join(', ');
  const bar = svg('svg', { width: BAR, height: 16, role: 'img', 'aria-label': text }, svg('title', {}, text));
  let x = 0;
  for (const [part, cycles] of side.shares) {
    const width = (BAR * cycles) / most;
    bar.append(svg('rect', { x, y: 1, width, height: 14, fill: `url(#part-${part})`, class: 'piece' }));
    x += width;
  }
  return bar;
};

const described = (side: LayerSide | null): Node[] =>
  side === null
    ? [html('span', { class: 'hint' }, 'none')]
    : [
        html(
          'details',
          {},
          html('summary', {}, side.text),
          ...side.sentences.map((sentence) => html('p', { class: 'reason' }, sentence)),
        ),
      ];

const rowOf = (
  { operator, before, after }: LayerPair,
  parts: readonly string[],
  most: number,
): HTMLElement => {
  const [from, to] = [before?.cycles ?? 0, after?.cycles ?? 0];
  const number = (text: string): HTMLElement => html('td', { class: 'number' }, text);
  return html(
    'tr',
    { class: from === to ? '' : 'differs' },
    html('th', { scope: 'row' }, operator < 0 ? 'added' : String(operator)),
    html('td', {}, ...described(before)),
    number(countText(from)),
    html('td', {}, barOf(before, parts, most)),
    html('td', {}, barOf(after, parts, most)),
    number(countText(to)),
    number(changeText(from, to)),
    html('td', {}, ...described(after)),
  );
};

/** The layers of the unchanged network beside those of a design. */
export const layersView = (store: Store): HTMLElement => {
  const { data, layers } = store;
  const { parts, designs, note } = layers;
  const body = html('div');
  const about = html('p', { class: 'hint', 'aria-live': 'polite' });
  const weights = html('p', { class: 'hint' });
  const select = html('select', { change: () => show(Number(select.value)) });
  designs.forEach(({ row }, i) => select.append(html('option', { value: i }, idOf(data, row))));
  let shown = -1;
  const show = (i: number): void => {
    shown = i;
    select.value = String(i);
    const { pairs, row } = designs[i]!;
    weights.textContent = layerNote(data, row, pairs);
    const most = Math.max(
      1,
      ...pairs.flatMap(({ before, after }) => [before?.cycles ?? 0, after?.cycles ?? 0]),
    );
    const used = new Set(
      pairs.flatMap(({ before, after }) =>
        [before, after].flatMap((side) => side?.shares.map(([part]) => part) ?? []),
      ),
    );
    const legend = parts.flatMap((part, p) =>
      used.has(p)
        ? [
            html(
              'span',
              {},
              svg(
                'svg',
                { width: 16, height: 12, 'aria-hidden': 'true' },
                svg('rect', { width: 16, height: 12, fill: `url(#part-${p})`, class: 'piece' }),
              ),
              ` ${part}`,
            ),
          ]
        : [],
    );
    const heads = [
      'operator',
      'unchanged',
      'cycles',
      'where they go',
      'where they go',
      'cycles',
      'change',
      idOf(data, row),
    ];
    body.replaceChildren(
      html('p', { class: 'legend' }, ...legend),
      wide(
        'Table of layers',
        html(
          'table',
          { class: 'layers' },
          html('thead', {}, html('tr', {}, ...heads.map((head) => html('th', { scope: 'col' }, head)))),
          html('tbody', {}, ...pairs.map((pair) => rowOf(pair, parts, most))),
        ),
      ),
    );
  };
  store.follow(({ pinned }, before) => {
    if (designs.length === 0 || before?.pinned === pinned) return;
    const row = pinned.at(-1);
    const found = designs.findIndex((design) => design.row === row);
    about.textContent =
      row === undefined || found >= 0
        ? ''
        : `The layers of ${idOf(data, row)} are not in this file. Write the design with its command and pass the file to paretou explain.`;
    if (found >= 0 ? found !== shown : shown < 0) show(Math.max(0, found));
  });
  return section(
    'layers',
    'Layers: unchanged and changed',
    'Where the compiler’s cycles of each operator go, on the design’s own system. Layers are in this file for the pick and for designs that stand for the fronts.',
    ...(note === null ? [] : [html('p', {}, note)]),
    ...(designs.length === 0
      ? []
      : [patterns(parts), html('label', {}, 'design ', select), about, weights, body]),
  );
};
