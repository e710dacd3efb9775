/** What an element is made with: attributes, and listeners by the name of their event. */
export interface Parts {
  readonly [name: string]: string | number | boolean | undefined | ((event: Event) => void);
}

type Child = Node | string;

const fill = <E extends Element>(element: E, parts: Parts, children: readonly Child[]): E => {
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
};

/** An HTML element; texts become text, never markup. */
export const html = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  parts: Parts = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => fill(document.createElement(name), parts, children);

/** An SVG element. */
export const svg = <K extends keyof SVGElementTagNameMap>(
  name: K,
  parts: Parts = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', name), parts, children);

/** A button. */
export const button = (label: string, onClick: () => void, parts: Parts = {}): HTMLButtonElement =>
  html('button', { type: 'button', click: onClick, ...parts }, label);

/** A list to choose from, with its label. */
export const chooser = (
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  onChoose: (value: string) => void,
): HTMLLabelElement => {
  const select = html('select', { change: () => onChoose(select.value) });
  for (const [value, text] of options)
    select.append(html('option', { value, selected: value === chosen }, text));
  return html('label', {}, `${label} `, select);
};

/** A box to tick, with its label. */
export const tick = (
  label: string,
  checked: boolean,
  onTick: (checked: boolean) => void,
): HTMLLabelElement => {
  const box = html('input', { type: 'checkbox', checked, change: () => onTick(box.checked) });
  return html('label', {}, box, ` ${label}`);
};

/** A part of the page with a heading and a line that says what it shows. */
export const section = (
  id: string,
  title: string,
  hint: string,
  ...children: readonly Child[]
): HTMLElement =>
  html(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    html('h2', { id: `${id}-title` }, title),
    html('p', { class: 'hint' }, hint),
    ...children,
  );

/** Part of the page that scrolls sideways where it is too wide, with the keyboard too. */
export const wide = (label: string, ...children: readonly Child[]): HTMLDivElement =>
  html('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': label }, ...children);

/** A canvas fit for the screen's resolution; drawing is in CSS pixels. */
export const sized = (canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D => {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
};

/** A colour of the style sheet. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Copies a text. @returns what came of it, in words */
export const copy = async (text: string): Promise<string> => {
  try {
    await navigator.clipboard.writeText(text);
    return `copied: ${text}`;
  } catch {
    return 'this browser does not let the page copy: select the command and copy it yourself';
  }
};

/** Hands a text to the browser as a file. */
export const download = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  html('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};
