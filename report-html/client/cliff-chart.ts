import { axisBottom, axisLeft } from 'd3-axis';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { pointer, select } from 'd3-selection';
import { beyondStep, inKib, placeOfToday, pointText } from '../cliff-points.js';
import type { CliffCurve } from '../contract.js';
import { countText, tickText } from '../words.js';
import { html, svg } from './dom.js';

const [WIDTH, HEIGHT] = [340, 270];
const EDGE = { left: 52, right: 14 };
/** Top and bottom of the curves of cycles and of SRAM; what is above them says what they are. */
const CYCLES = [34, 130] as const;
const SRAM = [164, 226] as const;

type Scale = ScaleLinear<number, number>;

/** A scale from the least to the largest value, with some room. */
const scaleUp = (values: readonly number[], [top, bottom]: readonly [number, number]): Scale => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || most || 1) * 0.08;
  return scaleLinear([Math.max(0, least - room), most + room], [bottom, top]);
};

/** A line that is level over each number of channels. */
const stairs = (channels: readonly number[], values: readonly number[], x: Scale, y: Scale): string =>
  channels
    .map((channel, i) => {
      const [from, to, level] = [x(channel - 0.5), x(channel + 0.5), y(values[i]!)];
      return `${i === 0 || channels[i - 1] !== channel - 1 ? 'M' : 'L'}${from} ${level}H${to}`;
    })
    .join('');

/** The curves of cycles and SRAM, one above the other, with steps, today's number of channels and those worth a look. */
const drawing = (
  curve: CliffCurve,
): { readonly image: SVGSVGElement; readonly x: Scale; readonly mark: (at: number) => void } => {
  const { channels, cycles, steps, worth } = curve;
  const sram = curve.sram.map(inKib);
  const x = scaleLinear([channels[0]! - 0.5, channels.at(-1)! + 0.5], [EDGE.left, WIDTH - EDGE.right]);
  const panels = [
    {
      values: cycles,
      label: 'cycles',
      style: 'cycles',
      y: scaleUp(cycles, CYCLES),
      top: CYCLES[0],
      format: tickText,
    },
    {
      values: sram,
      label: 'SRAM, KiB',
      style: 'sram',
      y: scaleUp(sram, SRAM),
      top: SRAM[0],
      format: countText,
    },
  ];
  const image = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' });
  const bottom = svg('g', { transform: `translate(0 ${SRAM[1]})` });
  select(bottom).call(
    axisBottom(x)
      .ticks(8)
      .tickFormat((value) => (Number.isInteger(Number(value)) ? String(Number(value)) : '')),
  );
  image.append(bottom);
  for (const from of steps) {
    const at = x(from + 0.5);
    image.append(svg('path', { class: 'step', d: `M${at} ${CYCLES[0]}V${SRAM[1]}` }));
  }
  const next = steps.find((from) => from >= curve.today) ?? steps.at(-1);
  if (next !== undefined)
    image.append(
      svg(
        'text',
        { class: 'step-name', x: x(next + 0.5), y: CYCLES[0] - 6, 'text-anchor': 'middle' },
        `${next} → ${next + 1}`,
      ),
    );
  const now = placeOfToday(curve);
  const dots = panels.map(({ values, label, style, y, top, format }) => {
    const left = svg('g', { transform: `translate(${EDGE.left} 0)` });
    select(left).call(
      axisLeft(y)
        .ticks(4)
        .tickFormat((value) => format(Number(value))),
    );
    const diamond = `M${x(curve.today)} ${y(values[now]!) - 6}l6 6l-6 6l-6 -6z`;
    const dot = svg('circle', { class: 'here', r: 5 });
    image.append(
      left,
      svg('text', { class: 'axis-title', x: 4, y: top - 10 }, label),
      svg('path', { class: `stairs ${style}`, d: stairs(channels, values, x, y) }),
      ...worth.map((channel) =>
        svg('circle', { class: 'worth', cx: x(channel), cy: y(values[channels.indexOf(channel)]!), r: 6 }),
      ),
      svg('path', { class: 'unchanged', d: diamond }),
      dot,
    );
    return { dot, values, y };
  });
  image.append(
    svg(
      'text',
      { class: 'axis-title', x: (WIDTH + EDGE.left) / 2, y: HEIGHT - 8, 'text-anchor': 'middle' },
      'channels',
    ),
  );
  const mark = (at: number): void => {
    for (const { dot, values, y } of dots) {
      dot.setAttribute('visibility', at === now ? 'hidden' : 'visible');
      dot.setAttribute('cx', String(x(channels[at]!)));
      dot.setAttribute('cy', String(y(values[at]!)));
    }
  };
  return { image, x, mark };
};

/** A curve to look at: keys and the pointer go from one number of channels to the next, and a line says what each costs. */
export const cliffChart = (curve: CliffCurve): HTMLElement => {
  const { channels, title } = curve;
  const { image, x, mark } = drawing(curve);
  const now = placeOfToday(curve);
  const said = html('p', { class: 'here-text' });
  const slider = html(
    'div',
    {
      role: 'slider',
      tabindex: 0,
      'aria-label': title,
      'aria-valuemin': channels[0]!,
      'aria-valuemax': channels.at(-1)!,
    },
    image,
  );
  let at = now;
  const go = (to: number): void => {
    at = Math.min(channels.length - 1, Math.max(0, to));
    const text = pointText(curve, at);
    mark(at);
    said.textContent = text;
    slider.setAttribute('aria-valuenow', String(channels[at]!));
    slider.setAttribute('aria-valuetext', text);
  };
  const keys: Readonly<Record<string, () => number>> = {
    ArrowRight: () => at + 1,
    ArrowUp: () => at + 1,
    ArrowLeft: () => at - 1,
    ArrowDown: () => at - 1,
    PageUp: () => beyondStep(curve, at, 1),
    PageDown: () => beyondStep(curve, at, -1),
    Home: () => 0,
    End: () => channels.length - 1,
    Escape: () => now,
  };
  slider.addEventListener('keydown', (event) => {
    const to = keys[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to());
  });
  const follow = (event: PointerEvent): void => {
    const channel = x.invert(pointer(event, image)[0]);
    const distances = channels.map((each) => Math.abs(each - channel));
    go(distances.indexOf(Math.min(...distances)));
  };
  slider.addEventListener('pointermove', follow);
  slider.addEventListener('pointerdown', follow);
  slider.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') go(now);
  });
  go(now);
  return html('div', {}, slider, said);
};
