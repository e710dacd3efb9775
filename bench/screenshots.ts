import { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { note, print } from '../src/cli/streams.js';
import { inputError } from '../src/errors.js';
import { runCommand } from './run-command.js';

/** A search whose page is shown, with the models that it reads beside it. */
interface Search {
  readonly name: string;
  readonly command: readonly string[];
  /** The file that it needs is not part of the project. */
  readonly model?: 'resnet8';
}

/** One picture of the documents: which search it shows, and which parts of its page. */
interface Picture {
  readonly name: string;
  readonly search: Search;
  readonly colorScheme: 'light' | 'dark';
  /** What is done before. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** First and last element that are seen. */
  readonly from: string;
  readonly to: string;
}

const RESNET8_FILE = 'resnet8_int8.tflite';

const GLYPHS: Search = {
  name: 'glyphs',
  command: [
    ...['pick', 'example:glyphs', '--samples', 'example:glyphs'],
    ...['--accelerator-config', 'u55', '--options', 'separable'],
  ],
};
const STORY: Search = {
  name: 'story',
  command: [
    ...['sweep', 'example:story_standard', '--accelerator-config', 'u55'],
    ...['--options', 'separable:shifted-relu', '--widths', '0.5,0.75,1'],
  ],
};
const RESNET8: Search = {
  name: 'resnet8',
  model: 'resnet8',
  command: [
    ...['sweep', RESNET8_FILE, '--accelerator-config', 'ethos-u55-128'],
    ...['--options', 'separable', '--widths', '0.5,0.75,1'],
  ],
};

/** Shows a metric upwards. */
const showing =
  (metric: string) =>
  async (page: Page): Promise<void> => {
    await page.locator('label', { hasText: /^up / }).locator('select').selectOption(metric);
  };

const PICTURES: readonly Picture[] = [
  {
    name: 'designs',
    search: GLYPHS,
    colorScheme: 'light',
    prepare: showing('output_noise'),
    from: '#designs',
    to: '#designs',
  },
  { name: 'accuracy', search: GLYPHS, colorScheme: 'light', from: '#accuracy', to: '#accuracy' },
  { name: 'choices', search: STORY, colorScheme: 'light', from: '#choices', to: '#choices' },
  {
    name: 'layers',
    search: GLYPHS,
    colorScheme: 'dark',
    from: '#layers',
    to: '#layers tbody tr:nth-child(10)',
  },
  {
    name: 'resnet8',
    search: RESNET8,
    colorScheme: 'dark',
    prepare: showing('retained_energy'),
    from: '#designs',
    to: '#designs',
  },
  {
    name: 'cliffs',
    search: RESNET8,
    colorScheme: 'light',
    from: '#cliffs',
    to: '#cliffs figure:nth-child(6)',
  },
];

const WIDTH = 1100;
/** Larger pictures make the documents slow to load. */
const MOST_BYTES = 300_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = `${root}results/screenshots/`;
const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Searches and writes the page. @returns its path */
const pageOf = ({ name, command }: Search): string => {
  note(`searching for the page of ${name}`);
  const argv = [`${root}dist/cli/main.js`, ...command, '--html', '--quiet', '--output-dir', name];
  const { status } = spawnSync(process.execPath, argv, { cwd: scratch, stdio: 'inherit' });
  if (status !== 0) throw inputError(`${name}: its search ended with exit code ${status}`);
  return `${scratch}${name}/report.html`;
};

/** Puts a model where its search finds it by name alone. @returns false where there is none */
const fetchModel = (path: string): boolean => {
  if (!existsSync(path)) return false;
  copyFileSync(path, `${scratch}${RESNET8_FILE}`);
  return true;
};

interface ScreenshotOptions {
  readonly resnet8: string;
}

/** Takes the pictures that are named, or all. */
const takePictures = async (named: readonly string[], { resnet8 }: ScreenshotOptions): Promise<void> => {
  const executablePath = PLACES.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw inputError('there is no Chromium; install it, or name it in CHROMIUM');
  const unknown = named.find((each) => PICTURES.every(({ name }) => name !== each));
  if (unknown !== undefined)
    throw inputError(`${unknown} is no picture; there are ${PICTURES.map(({ name }) => name).join(', ')}`);
  const wanted = PICTURES.filter(({ name }) => named.length === 0 || named.includes(name));
  mkdirSync(scratch, { recursive: true });
  const hasModel = fetchModel(resnet8);
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const pages = new Map<Search, string>();
    for (const { name, search, colorScheme, prepare, from, to } of wanted) {
      if (search.model !== undefined && !hasModel) {
        note(`${name}.png stays as it is: there is no ${resnet8}; name the model with --resnet8`);
        continue;
      }
      const path = pages.get(search) ?? pageOf(search);
      pages.set(search, path);
      const context = await browser.newContext({ colorScheme, viewport: { width: WIDTH, height: 1000 } });
      const page = await context.newPage();
      await page.goto(pathToFileURL(path).href);
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
      // What stays at the top of the window would be over the pictures.
      await page.evaluate('document.querySelector(".sticky").style.position = "static"');
      await prepare?.(page);
      const [top, bottom] = [await page.locator(from).boundingBox(), await page.locator(to).boundingBox()];
      const clip = { x: 0, y: top!.y - 8, width: WIDTH, height: bottom!.y + bottom!.height - top!.y + 20 };
      const file = `docs/images/${basename(name)}.png`;
      await page.screenshot({ path: `${root}${file}`, fullPage: true, clip });
      await context.close();
      const { size } = statSync(`${root}${file}`);
      if (size > MOST_BYTES) throw inputError(`${file}: has ${size} bytes, more than ${MOST_BYTES}`);
      print(`wrote ${file}`);
    }
  } finally {
    await browser.close();
  }
};

const command = new Command('screenshots')
  .description('Takes the pictures of docs/images/ in Chromium.')
  .argument('[name...]', `pictures: ${PICTURES.map(({ name }) => name).join(', ')} (default: all)`)
  .option(
    '--resnet8 <path>',
    'the model of MLPerf Tiny that two pictures show',
    fileURLToPath(new URL(`../../../shared/models/${RESNET8_FILE}`, import.meta.url)),
  )
  .action(takePictures);
await runCommand(command);
