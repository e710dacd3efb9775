import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';

/** One picture of the documents: which search it shows, and which parts of its page. */
interface Picture {
  readonly name: string;
  readonly command: readonly string[];
  readonly colorScheme: 'light' | 'dark';
  /** What is done before. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** First and last element that are seen. */
  readonly from: string;
  readonly to: string;
}

const GLYPHS = [
  ...['pick', 'example:glyphs', '--samples', 'example:glyphs'],
  ...['--accelerator-config', 'u55', '--options', 'separable'],
];
const STORY = [
  ...['sweep', 'example:story_standard', '--accelerator-config', 'u55'],
  ...['--options', 'separable:shifted-relu', '--widths', '0.5,0.75,1'],
];

/** Shows noise against cycles. */
const showNoise = async (page: Page): Promise<void> => {
  await page.getByLabel('up').selectOption('output_noise');
};

const PICTURES: readonly Picture[] = [
  {
    name: 'designs',
    command: GLYPHS,
    colorScheme: 'light',
    prepare: showNoise,
    from: '#designs',
    to: '#designs',
  },
  { name: 'accuracy', command: GLYPHS, colorScheme: 'light', from: '#accuracy', to: '#accuracy' },
  { name: 'choices', command: STORY, colorScheme: 'light', from: '#choices', to: '#choices' },
  {
    name: 'layers',
    command: GLYPHS,
    colorScheme: 'dark',
    from: '#layers',
    to: '#layers tbody tr:nth-child(10)',
  },
];

const WIDTH = 1100;
const root = fileURLToPath(new URL('../..', import.meta.url));
const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Searches and writes the page. @returns its path */
const pageOf = (command: readonly string[], name: string): string => {
  const directory = `results/screenshots/${name}`;
  const argv = [`${root}dist/cli/main.js`, ...command, '--html', '--quiet', '--output-dir', directory];
  const { status } = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`the search of ${name} ended with exit code ${status}`);
  return `${root}${directory}/report.html`;
};

/** Takes the pictures of docs/images. */
const main = async (): Promise<void> => {
  const executablePath = PLACES.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw new Error('there is no Chromium; install it, or name it in CHROMIUM');
  mkdirSync(`${root}docs/images`, { recursive: true });
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const pages = new Map<readonly string[], string>();
  for (const { name, command, colorScheme, prepare, from, to } of PICTURES) {
    const path = pages.get(command) ?? pageOf(command, name);
    pages.set(command, path);
    const context = await browser.newContext({ colorScheme, viewport: { width: WIDTH, height: 1000 } });
    const page = await context.newPage();
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    await prepare?.(page);
    const [top, bottom] = [await page.locator(from).boundingBox(), await page.locator(to).boundingBox()];
    const clip = { x: 0, y: top!.y - 8, width: WIDTH, height: bottom!.y + bottom!.height - top!.y + 20 };
    await page.screenshot({ path: `${root}docs/images/${name}.png`, fullPage: true, clip });
    await context.close();
  }
  await browser.close();
};

await main();
