import { columnNamed } from '../dataset.js';
import { flowsOf, optionCounts, optionsAt } from '../flows.js';
import { countText } from '../words.js';
import { button, colour, html, section, sized, wide } from './dom.js';
import { isSameSelection, type Now, type Store } from './store.js';

const GAP = 56;
/** Pixels of a column: around its options, and for each of their characters. */
const MARGIN = 14;
const CHARACTER = 7.4;
const LEAST_WIDTH = 56;
const HEAD = 26;
const LINE = 26;

/** Ends of a scale of colours that all readers can tell apart: dark blue and yellow, over grey. */
const SCALE = [
  [0, 45, 110],
  [125, 124, 120],
  [240, 200, 45],
] as const;

const scaleColour = (share: number): string => {
  const at = Math.min(0.9999, Math.max(0, share)) * 2;
  const [from, to, part] = [SCALE[Math.floor(at)]!, SCALE[Math.floor(at) + 1]!, at % 1];
  return `rgb(${from.map((value, i) => Math.round(value + (to[i]! - value) * part)).join(' ')})`;
};

/** Parallel axes: what the selected designs choose, site by site, group by group, and the system. */
export const choicesView = (store: Store): HTMLElement => {
  const { data } = store;
  const { model } = data;
  const canvas = html('canvas', { 'aria-hidden': 'true' });
  const positions = data.digits.map((_, position) => position);
  const most = Math.max(...positions.map((position) => optionsAt(model, position).length));
  const widths = positions.map((position) =>
    Math.max(
      LEAST_WIDTH,
      ...optionsAt(model, position).map((option) => MARGIN + Math.ceil(CHARACTER * option.length)),
    ),
  );
  const lefts = widths.map((_, i) => widths.slice(0, i).reduce((sum, each) => sum + each + GAP, 0));
  const [width, height] = [lefts.at(-1)! + widths.at(-1)!, HEAD + most * LINE];

  const keep = (position: number, digit: number): void => {
    const { kept } = store.now().filter;
    const digits = new Set(kept.get(position));
    if (!digits.delete(digit)) digits.add(digit);
    const others = [...kept].filter(([other]) => other !== position);
    store.filter({ kept: new Map(digits.size === 0 ? others : [...others, [position, digits]]) });
    const option = `${titleOf(position)} ${optionsAt(model, position)[digit]!}`;
    store.say(`${digits.has(digit) ? 'keeping' : 'no longer keeping'} ${option}`);
  };
  const titleOf = (position: number): string => {
    const choice = model.choices[position];
    if (choice === undefined) return 'system';
    return choice.kind === 'site' ? `op ${choice.operator}` : `ch ${choice.operator}`;
  };
  const bars: HTMLElement[][] = [];
  const buttons = positions.map((position) => {
    bars.push([]);
    return optionsAt(model, position).map((option, digit) => {
      const bar = html('i', { class: 'share' });
      bars[position]!.push(bar);
      const one = button('', () => keep(position, digit), { 'aria-pressed': 'false' });
      one.append(html('span', {}, option), bar);
      return one;
    });
  });
  const columns = positions.map((position) => {
    const column = html(
      'div',
      { role: 'group', class: 'column', 'aria-label': model.choices[position]?.label ?? 'system' },
      html(
        'div',
        { class: 'column-title', title: model.choices[position]?.label ?? 'system' },
        titleOf(position),
      ),
      ...buttons[position]!,
    );
    column.style.left = `${lefts[position]!}px`;
    column.style.width = `${widths[position]!}px`;
    return column;
  });
  const stage = html('div', { class: 'stage' }, canvas, ...columns);
  stage.style.width = `${width}px`;
  stage.style.height = `${height}px`;

  const middle = (digit: number): number => HEAD + digit * LINE + (LINE - 4) / 2;
  const curve = (context: CanvasRenderingContext2D, position: number, from: number, to: number): void => {
    const x0 = lefts[position]! + widths[position]!;
    const [x1, half] = [x0 + GAP, GAP / 2];
    context.beginPath();
    context.moveTo(x0, middle(from));
    context.bezierCurveTo(x0 + half, middle(from), x1 - half, middle(to), x1, middle(to));
    context.stroke();
  };

  const drawFlows = ({ rows, axes, pinned }: Now): void => {
    const context = sized(canvas, width, height);
    const flows = flowsOf(data, rows, axes.x);
    const means = flows
      .flat()
      .map(({ mean }) => mean)
      .filter(Number.isFinite);
    const [least, span] = [Math.min(...means), Math.max(...means) - Math.min(...means) || 1];
    flows.forEach((each, position) => {
      for (const { from, to, count, mean } of each) {
        context.strokeStyle = Number.isFinite(mean) ? scaleColour((mean - least) / span) : colour('dim');
        context.lineWidth = 1 + 12 * Math.sqrt(count / rows.length);
        context.globalAlpha = 0.65;
        curve(context, position, from, to);
      }
    });
    context.globalAlpha = 1;
    context.lineWidth = 3;
    pinned.forEach((row, i) => {
      context.strokeStyle = colour(`pin-${i}`);
      positions
        .slice(1)
        .forEach((position) =>
          curve(context, position - 1, data.digits[position - 1]![row]!, data.digits[position]![row]!),
        );
    });
  };

  const hint = html('p', { class: 'hint' });
  store.follow((now, before) => {
    if (isSameSelection(now, before) && before?.pinned === now.pinned) return;
    drawFlows(now);
    const counts = optionCounts(data, now.rows);
    buttons.forEach((column, position) =>
      column.forEach((one, digit) => {
        const count = counts[position]![digit]!;
        one.setAttribute('aria-pressed', String(now.filter.kept.get(position)?.has(digit) === true));
        one.title = `${optionsAt(model, position)[digit]!}: ${countText(count)} of the selected designs`;
        bars[position]![digit]!.style.width = `${(100 * count) / Math.max(1, now.rows.length)}%`;
        one.classList.toggle('none', count === 0);
      }),
    );
    hint.textContent = `Colour: ${columnNamed(data, now.x).label}, dark is little and yellow is much; width and bars: how many of the ${countText(now.rows.length)} selected designs.`;
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawFlows(store.now()));
  return section(
    'choices',
    'Choices',
    'One column for each site (op), each width group (ch) and the system. Click an option to keep only its designs, and again to let the others back in.',
    hint,
    wide('Parallel axes', stage),
  );
};
