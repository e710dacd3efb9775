import { axisBottom, axisLeft } from 'd3-axis';
import { brush, type D3BrushEvent } from 'd3-brush';
import { scaleLinear } from 'd3-scale';
import { pointer, select } from 'd3-selection';
import { canBeRelative, columnNamed, idOf, type Dataset } from '../dataset.js';
import { labelText, tickText, valueText } from '../words.js';
import { detailsOf, sentenceOf } from './details.js';
import { html, section, svg } from './dom.js';
import { paintScatter } from './scatter-paint.js';
import { EDGE, HEIGHT, placeOf, scalesFor, type Scales } from './scatter-plane.js';
import { frontRows, type Now, type Store } from './store.js';

/** Pixels within which the pointer meets a point, and from which it drags. */
const NEAR = 24;
const DRAG = 3;
const axisTitle = (data: Dataset, name: string, relative: boolean): string => {
  const column = columnNamed(data, name);
  const better = column.direction === 'min' ? 'less is better' : 'more is better';
  const what = relative && canBeRelative(data, column) ? `${column.label}, × unchanged` : labelText(column);
  return `${what} · ${better}`;
};

const MARKS = [
  'Dots: designs, large on the fronts',
  'diamond: unchanged network',
  'triangle: knee',
  'star: pick',
  'ring: pinned',
];

/** The designs by two metrics. */
export const scatterView = (store: Store): HTMLElement => {
  const { data } = store;
  const canvas = html('canvas', { 'aria-hidden': 'true' });
  const overlay = svg('svg', { 'aria-hidden': 'true' });
  const across = svg('g');
  const up = svg('g');
  const brushed = svg('g', { class: 'brush' });
  const titles = [
    svg('text', { class: 'axis-title', 'text-anchor': 'middle' }),
    svg('text', { class: 'axis-title', 'text-anchor': 'middle' }),
  ] as const;
  overlay.append(across, up, ...titles, brushed);
  const tip = html('div', { class: 'tip', hidden: true });
  const chart = html(
    'div',
    {
      class: 'chart',
      id: 'scatter',
      tabindex: 0,
      role: 'application',
      'aria-label': 'Designs. Arrow keys walk the fronts, Enter pins, Escape clears.',
    },
    canvas,
    overlay,
    tip,
  );
  const panel = html('div', { class: 'panel', id: 'details' });
  let scales: Scales = { x: scaleLinear(), y: scaleLinear() };
  let width = 0;

  /** The selected row nearest to a place. */
  const nearest = ([px, py]: readonly [number, number]): number | undefined => {
    const now = store.now();
    let [found, least] = [undefined as number | undefined, NEAR ** 2];
    for (const row of now.rows) {
      const [x, y] = placeOf(scales, now, row);
      const distance = (x - px) ** 2 + (y - py) ** 2 - (data.systemRank[row] === 1 ? 9 : 0);
      if (distance < least) [found, least] = [row, distance];
    }
    return found;
  };

  let pressed: readonly [number, number] | undefined;
  const brushing = brush<unknown>().on('start brush end', (event: D3BrushEvent<unknown>) => {
    if (event.sourceEvent === null || event.sourceEvent === undefined) return;
    const touch = event.sourceEvent as MouseEvent & Partial<TouchEvent>;
    const place = pointer(touch.changedTouches?.[0] ?? touch, brushed);
    if (event.type === 'start') {
      pressed = place;
      return;
    }
    if (pressed === undefined || !place.every(Number.isFinite)) return;
    const isClick = Math.hypot(place[0] - pressed[0], place[1] - pressed[1]) < DRAG;
    if (isClick) {
      if (event.type !== 'end') return;
      const row = nearest(place);
      if (row !== undefined) store.togglePin(row);
      else if (event.selection === null) store.filter({ brush: undefined });
      moveBrush(store.now());
      return;
    }
    const [[x0, y0], [x1, y1]] = (event.selection ?? [
      [0, 0],
      [0, 0],
    ]) as [[number, number], [number, number]];
    if (event.selection === null) return;
    const range = (scale: Scales['x'], from: number, to: number): readonly [number, number] => {
      const ends = [scale.invert(from), scale.invert(to)].sort((a, b) => a - b);
      return [ends[0]!, ends[1]!];
    };
    store.filter({ brush: { x: range(scales.x, x0, x1), y: range(scales.y, y0, y1) } });
    if (event.type === 'end') store.say(`${store.now().rows.length} designs selected`);
  });
  const moveBrush = ({ filter: { brush: area } }: Now): void => {
    const pixels =
      area &&
      ([
        [scales.x(area.x[0]), scales.y(area.y[1])],
        [scales.x(area.x[1]), scales.y(area.y[0])],
      ] as [[number, number], [number, number]]);
    brushing.move(select(brushed), pixels ?? null);
    if (area === undefined) delete chart.dataset['brush'];
    else chart.dataset['brush'] = JSON.stringify(area);
  };

  const layOut = (now: Now): void => {
    width = Math.max(260, chart.clientWidth);
    for (const [name, value] of Object.entries({ width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` }))
      overlay.setAttribute(name, String(value));
    scales = scalesFor(data, now, width);
    const format = (value: unknown): string => tickText(Number(value));
    across.setAttribute('transform', `translate(0 ${HEIGHT - EDGE.bottom})`);
    up.setAttribute('transform', `translate(${EDGE.left} 0)`);
    select(across).call(
      axisBottom(scales.x)
        .ticks(Math.max(3, Math.min(8, width / 90)))
        .tickFormat(format),
    );
    select(up).call(axisLeft(scales.y).ticks(6).tickFormat(format));
    titles[0].textContent = axisTitle(data, now.x, now.relative);
    titles[0].setAttribute('transform', `translate(${(EDGE.left + width - EDGE.right) / 2} ${HEIGHT - 8})`);
    titles[1].textContent = axisTitle(data, now.y, now.relative);
    titles[1].setAttribute('transform', `translate(14 ${(HEIGHT - EDGE.bottom) / 2}) rotate(-90)`);
    brushing.extent([
      [EDGE.left, EDGE.top],
      [width - EDGE.right, HEIGHT - EDGE.bottom],
    ]);
    select(brushed).call(brushing);
    moveBrush(now);
  };

  const paint = (now: Now): void => paintScatter(canvas, { data, scales, width }, now);

  const showTip = (now: Now): void => {
    const { focus } = now;
    tip.hidden = focus === undefined;
    if (focus === undefined) return;
    const value = (name: string): string => {
      const { label, unit } = columnNamed(data, name);
      return `${label}: ${valueText(unit, data.values.get(name)![focus]!)}`;
    };
    tip.replaceChildren(
      html('code', {}, idOf(data, focus)),
      html('br'),
      value(now.x),
      html('br'),
      value(now.y),
    );
    const [x, y] = placeOf(scales, now, focus);
    tip.style.top = `${Math.max(0, y - 70)}px`;
    tip.style.left = x > width / 2 ? 'auto' : `${x + 16}px`;
    tip.style.right = x > width / 2 ? `${width - x + 16}px` : 'auto';
  };

  const showPanel = (now: Now): void => {
    const row = now.pinned.at(-1);
    panel.replaceChildren(
      ...(row === undefined
        ? [html('p', {}, 'No design is pinned. Click a design, or walk to it and press Enter.')]
        : detailsOf(store, row)),
    );
  };

  const hover = (event: MouseEvent): void => {
    if (event.buttons !== 0) return;
    const row = nearest(pointer(event, brushed));
    if (row !== store.now().focus) store.update({ focus: row });
  };
  chart.addEventListener('mousemove', hover);
  chart.addEventListener('mouseleave', () => store.update({ focus: undefined }));

  const STEPS: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowDown: 1,
    ArrowLeft: -1,
    ArrowUp: -1,
    Home: -Infinity,
    End: Infinity,
  };
  chart.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    const { focus, ...now } = store.now();
    if (step !== undefined) {
      event.preventDefault();
      const walk = frontRows(data, { ...now, focus });
      if (walk.length === 0) return;
      const from = focus === undefined ? -1 : walk.indexOf(focus);
      const start = from < 0 ? (step > 0 ? -1 : walk.length) : from;
      const to = Math.min(walk.length - 1, Math.max(0, start + step));
      store.update({ focus: walk[to]! });
      store.say(`${sentenceOf(store, walk[to]!)}; ${to + 1} of ${walk.length}`);
    } else if (event.key === 'Enter' && focus !== undefined) {
      event.preventDefault();
      store.togglePin(focus);
    } else if (event.key === 'Escape') {
      store.clear();
    }
  });

  let ready = false;
  const redraw = (now: Now, before: Now | undefined): void => {
    if (!ready) return;
    if (before?.axes !== now.axes) layOut(now);
    else if (before.filter.brush !== now.filter.brush) moveBrush(now);
    paint(now);
    showTip(now);
    if (before?.pinned !== now.pinned || before.axes !== now.axes) showPanel(now);
  };
  store.follow(redraw);
  const start = (): void => {
    if (chart.clientWidth === 0 || chart.clientWidth === width) return;
    ready = true;
    layOut(store.now());
    redraw(store.now(), store.now());
    showPanel(store.now());
  };
  new ResizeObserver(start).observe(chart);
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => paint(store.now()));

  return section(
    'designs',
    'Designs',
    `Drag to select, click to pin. Keyboard: arrows walk the fronts, Enter pins, Escape clears. ${MARKS.join('; ')}.`,
    html('div', { class: 'beside' }, chart, panel),
    systemLegend(data),
  );
};

const systemLegend = ({ model: { systems } }: Dataset): HTMLElement =>
  html(
    'p',
    { class: 'legend' },
    ...systems.map(({ code }, i) => html('span', {}, html('i', { class: `swatch system-${i % 8}` }), code)),
  );
