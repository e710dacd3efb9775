import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine; undefined where there is none. */
export const browserPath = PLACES.find((path) => path !== undefined && path !== '' && existsSync(path));

if (browserPath === undefined)
  process.stderr.write(
    'tests of the HTML report in a browser are skipped: there is no Chromium (apt-get install chromium)\n',
  );

/** Starts the browser; as root it has no sandbox. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });

/** A page that was opened from the disk without a network, and all that it tried. */
export interface Opened {
  readonly page: Page;
  /** Requests but that for the file itself. */
  readonly requests: string[];
  readonly messages: string[];
  /** Milliseconds until it could be used. */
  readonly ready: number;
}

/** Opens a report from the disk and waits until all of it is drawn. */
export const openReport = async (
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Opened> => {
  const context = await browser.newContext({
    offline: true,
    viewport: { width: 1280, height: 1000 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  const [requests, messages]: [string[], string[]] = [[], []];
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') || request.url().includes('favicon')) requests.push(request.url());
  });
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(error.message));
  const started = performance.now();
  await page.goto(`file://${path}`);
  if (options.javaScriptEnabled !== false)
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return { page, requests, messages, ready: performance.now() - started };
};
