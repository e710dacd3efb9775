import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModelReport, PageData, ReportData } from '../../../report-html/contract.js';
import { inputError } from '../../../src/errors.js';
import { cleanText } from '../../../src/safe-text.js';
import { element, escaped, scriptJson } from './markup.js';
import type { ModelParts } from './model-parts.js';
import { deflated } from './pack.js';
import { unpacked } from './reported.js';
import { staticModel } from './static-page.js';

/** The program and the style of the page. */
export interface Client {
  readonly script: string;
  readonly style: string;
}

/** From the built library, from the built command line, and from the sources. */
const FOLDERS = ['../../../report-html/', '../report-html/', '../../../dist/report-html/'];

/**
 * Reads what the build made for the page.
 * @throws an input error where it is missing
 */
const loadClient = (): Client => {
  const folders = FOLDERS.map((up) => fileURLToPath(new URL(up, import.meta.url)));
  const folder = folders.find((each) => existsSync(`${each}client.js`));
  if (folder === undefined)
    throw inputError(`client.js: the program of the report is not in ${folders[0]!}; reinstall paretou`);
  const read = (name: string): string => readFileSync(`${folder}${name}`, 'utf8');
  return { script: read('client.js'), style: read('report.css') };
};

const withoutFitted = (model: ModelReport): ModelReport => {
  const { fitted, ...rest } = model;
  return fitted === undefined ? model : rest;
};

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but what the page itself holds may run or be loaded. */
const policyOf = ({ script, style }: Client): string =>
  `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; base-uri 'none'; form-action 'none'`;

/**
 * One page that shows a report: data, program and style are in it, and without the program it still shows the fronts.
 * @param parts of each model
 */
export const reportPage = async (
  report: ReportData,
  parts: readonly ModelParts[],
  client: Client = loadClient(),
): Promise<string> => {
  const texts = (values: readonly object[]): string[] => values.map((each) => deflated(JSON.stringify(each)));
  const page: PageData = {
    ...report,
    // The layers of the pick are among the others.
    models: report.models.map(withoutFitted),
    layers: texts(parts.map(({ layers }) => layers)),
    cliffs: texts(parts.map(({ cliffs }) => cliffs)),
  };
  const models = await Promise.all(report.models.map(unpacked));
  const title = report.models.map(({ name }) => name).join(', ');
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policyOf(client))}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    element('title', {}, escaped(`${title} – Paretou`)),
    element('style', {}, client.style),
  ];
  const body = [
    element(
      'header',
      {},
      element('h1', {}, escaped(title)),
      element('p', {}, element('code', {}, escaped(cleanText(report.command)))),
    ),
    element(
      'main',
      { id: 'report' },
      element(
        'noscript',
        {},
        element('p', {}, 'Without JavaScript this page shows the first designs of the fronts.'),
      ),
      ...models.map((data) => staticModel(data, models.length > 1)),
    ),
    element(
      'footer',
      {},
      element(
        'p',
        {},
        escaped(`Paretou ${report.version}. Cycles, bytes and milliseconds are estimates, not measurements.`),
      ),
    ),
    element('script', { type: 'application/json', id: 'data' }, scriptJson(page)),
    element('script', {}, client.script),
  ];
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n${head.join('\n')}\n</head>\n<body>\n${body.join('\n')}\n</body>\n</html>\n`;
};
