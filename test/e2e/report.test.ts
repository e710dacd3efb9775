import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axisValues, idOf } from '../../report-html/dataset.js';
import { EVERYTHING, selectedRows, type Filter } from '../../report-html/selection.js';
import { reportData } from '../../search/report/html/report-data.js';
import { metricsAt } from '../../search/rank/table.js';
import { digitsAt } from '../../search/rank/ranking.js';
import { browserPath, openReport, startBrowser } from '../report-html/browser.js';
import {
  dataInFile,
  dataOf,
  madeUpCliffs,
  madeUpRanking,
  madeUpReport,
  pageOf,
} from '../report-html/reports.js';
import { built, main, remark, temporaryFolder } from '../program.js';

const { folder, at } = temporaryFolder('report');

const paretou = (...argv: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [main, ...argv], { cwd: folder, encoding: 'utf8' });

/** A search of two systems that all tests look at. */
const SYSTEMS = ['--accelerator-config', 'ethos-u55-64,ethos-u55-128'];
const SWEEP = ['sweep', 'example:story_standard', ...SYSTEMS, '--widths', '0.5,1'];

describe.skipIf(!built)(`paretou report${remark}`, () => {
  beforeAll(() => {
    const { status, stderr } = paretou(...SWEEP, '--jobs', '1', '--html', '--output-dir', 'run');
    expect(status, stderr).toBe(0);
  });

  test('makes the page of sweep --html again', () => {
    const { status, stdout } = paretou('report', 'run', '--output', 'again.html');
    expect(stdout).toBe('wrote again.html\n');
    expect(status).toBe(0);
    expect(readFileSync(at('again.html'), 'utf8')).toBe(readFileSync(at('run/report.html'), 'utf8'));
  });

  test('shows all but layers and cliffs where the model is gone', () => {
    copyFileSync(
      fileURLToPath(new URL('../goldens/models/story_standard.tflite', import.meta.url)),
      at('gone.tflite'),
    );
    expect(paretou('sweep', 'gone.tflite', '--jobs', '1', '--quiet', '--output-dir', 'gone').status).toBe(0);
    expect(existsSync(at('gone/report.html'))).toBe(false);
    rmSync(at('gone.tflite'));
    const { status, stdout, stderr } = paretou('report', 'gone');
    expect(stdout).toBe('wrote gone/report.html\n');
    expect(stderr).toMatch(/^note: layers and cliffs are not shown: gone\.tflite: /);
    expect(status).toBe(0);
    copyFileSync(
      fileURLToPath(new URL('../goldens/models/story_separable_relu.tflite', import.meta.url)),
      at('gone.tflite'),
    );
    expect(paretou('report', 'gone').stderr).toBe(
      'note: layers and cliffs are not shown: gone.tflite has changed since the search\n',
    );
  });

  test('says in one sentence what it cannot read', () => {
    expect(paretou('report', 'nowhere')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(
        /^error: nowhere\/report\.json: there is no such file; [^\n]*\n$/,
      ) as string,
    });
    writeFileSync(at('report.json'), '{"schema": "paretou/report@2"}');
    expect(paretou('report', '.')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^error: report\.json: it is no paretou\/report@1/) as string,
    });
    expect(existsSync(at('report.html'))).toBe(false);
    rmSync(at('report.json'));
  });

  test('pick writes the page with the pick marked', async () => {
    const { status, stdout } = paretou(
      'pick',
      'example:story_standard',
      '--options',
      'separable:shifted-relu',
      '--accept-retrain',
      '--jobs',
      '1',
      '--html',
      '--output-dir',
      'pick',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('wrote pick/report.html');
    const page = dataInFile(at('pick/report.html'));
    const data = await dataOf(page);
    const { design } = JSON.parse(readFileSync(at('pick/pick.json'), 'utf8')) as { design: string };
    expect(idOf(data, data.model.marks.pick!)).toBe(design);
    expect(data.model.marks.shown[0]).toBe(data.model.marks.pick);
  });
});

/** Finds what is hard to use for some readers. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const violations = async (page: Page): Promise<unknown> =>
  page.evaluate(
    `${AXE}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`,
  );

const status = (page: Page): Promise<string> => page.locator('#status').innerText();
const spoken = (page: Page): Promise<string> => page.locator('#spoken').innerText();
const pinned = (page: Page): Promise<string> => page.locator('#details h3').innerText();

/** Presses a place of the chart, moves to another and lets go. */
const drag = async (
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> => {
  await page.locator('#scatter').scrollIntoViewIfNeeded();
  const box = (await page.locator('#scatter').boundingBox())!;
  await page.mouse.move(box.x + from[0], box.y + from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + to[0], box.y + to[1], { steps: 4 });
  await page.mouse.up();
};

const brushOf = async (page: Page): Promise<NonNullable<Filter['brush']>> =>
  JSON.parse((await page.locator('#scatter').getAttribute('data-brush'))!) as NonNullable<Filter['brush']>;

describe.skipIf(!built || browserPath === undefined)('the page in a browser', () => {
  let browser: Browser;
  const run = at('run/report.html');

  beforeAll(async () => {
    if (!existsSync(run)) paretou(...SWEEP, '--jobs', '1', '--html', '--output-dir', 'run');
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  test.for(['light', 'dark'] as const)(
    'has no faults that axe finds, asks for nothing and says nothing, %s',
    async (colorScheme) => {
      for (const width of [320, 1280]) {
        const { page, requests, messages } = await openReport(browser, run, {
          colorScheme,
          viewport: { width, height: 800 },
        });
        await page.locator('summary').first().click();
        await page.locator('#cliffs summary').first().click();
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect([...requests, ...messages]).toEqual([]);
        await page.context().close();
      }
    },
  );

  test('looks the same each time', async () => {
    const images = [];
    for (let i = 0; i < 2; i++) {
      const { page } = await openReport(browser, run);
      images.push(await page.screenshot({ fullPage: true }));
      await page.context().close();
    }
    expect(images[0]!.equals(images[1]!)).toBe(true);
  });

  test('shows the fronts without JavaScript, and in print', async () => {
    const { page, messages } = await openReport(browser, run, { javaScriptEnabled: false });
    expect(await page.locator('svg.front circle').count()).toBeGreaterThan(2);
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(4);
    expect(await page.locator('main').innerText()).toContain('base@u55-128');
    expect(messages).toEqual([]);
    await page.context().close();
    const printed = await openReport(browser, run, { colorScheme: 'dark' });
    await printed.page.emulateMedia({ media: 'print' });
    expect(await printed.page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    );
    await printed.page.context().close();
  });

  test('counts the same designs in a brush as Node does', async () => {
    const report = madeUpReport(3000);
    writeFileSync(at('brush.html'), await pageOf(report));
    const data = await dataOf(report);
    const { page, messages } = await openReport(browser, at('brush.html'));
    for (const relative of [true, false]) {
      await page.getByLabel('against the unchanged network').setChecked(relative);
      for (const [from, to] of [
        [
          [150, 40],
          [420, 300],
        ],
        [
          [600, 350],
          [300, 150],
        ],
      ] as const) {
        await drag(page, from, to);
        const brush = await brushOf(page);
        const axes = {
          x: axisValues(data, 'cycles_total', relative),
          y: axisValues(data, 'sram_total_bytes', relative),
        };
        const count = selectedRows(data, { ...EVERYTHING, brush }, axes).length;
        expect(count).toBeGreaterThan(20);
        expect(count).toBeLessThan(2900);
        await expect
          .poll(() => status(page))
          .toMatch(new RegExp(`^${count.toLocaleString('en-US')} of 3,000 designs selected, within`));
      }
    }
    await page.locator('#scatter').press('Escape');
    await expect.poll(() => status(page)).toBe('3,000 of 3,000 designs selected');
    expect(await page.locator('#scatter').getAttribute('data-brush')).toBeNull();
    expect(messages).toEqual([]);
    await page.context().close();
  });

  test('walks, pins and clears by keyboard, and says so', async () => {
    const { page, messages } = await openReport(browser, run);
    const chart = page.locator('#scatter');
    await chart.press('Home');
    const first = await spoken(page);
    expect(first).toMatch(/^\S+@u55-\d+: .+ [\d.,]+, [^;]*; SRAM bytes moved [\d,]+, [^;]*; 1 of \d+$/);
    await chart.press('ArrowRight');
    await expect.poll(() => spoken(page)).toMatch(/; 2 of \d+$/);
    await chart.press('ArrowLeft');
    await expect.poll(() => spoken(page)).toBe(first);
    await chart.press('End');
    const last = await spoken(page);
    expect(last).toMatch(/; (\d+) of \1$/);
    await chart.press('Enter');
    await expect.poll(() => pinned(page)).toBe(last.split(':')[0]);
    await chart.press('Escape');
    await expect.poll(() => page.locator('#details').innerText()).toMatch(/^No design is pinned/);
    expect(await spoken(page)).toBe('cleared: all designs are selected');
    expect(messages).toEqual([]);
    await page.context().close();
  });

  test('shows what the pointer is on, and pins it by a click', async () => {
    const { page } = await openReport(browser, run);
    const chart = page.locator('#scatter');
    await chart.press('Escape');
    await chart.press('Home');
    const wanted = (await spoken(page)).split(':')[0]!;
    const tip = page.locator('.tip');
    await expect.poll(() => tip.innerText()).toContain(wanted);
    // Where the ring of the keyboard is, the pointer meets the same design.
    const box = (await chart.boundingBox())!;
    const data = await dataOf(dataInFile(run));
    const row = Array.from({ length: data.count }, (_, i) => i).find((i) => idOf(data, i) === wanted)!;
    const place = await page.evaluate<[number, number][]>(`(() => {
      const ticks = [...document.querySelectorAll('#scatter svg > g:nth-child(1) .tick')].map((tick) => [Number(tick.textContent), tick.getBoundingClientRect().x + tick.getBoundingClientRect().width / 2]);
      return ticks;
    })()`);
    const [[v0, p0], [v1, p1]] = [place[0]!, place.at(-1)!];
    const x =
      p0 + ((axisValues(data, data.model.objectives[0]!.column, true)[row]! - v0) / (v1 - v0)) * (p1 - p0);
    await chart.press('Escape');
    await expect.poll(() => tip.isVisible()).toBe(false);
    let hit = false;
    for (let y = box.y + 12; y < box.y + 370 && !hit; y += 6) {
      await page.mouse.move(x, y);
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      hit = (await tip.isVisible()) && (await tip.innerText()).includes(wanted);
      if (hit) await page.mouse.click(x, y);
    }
    expect(hit).toBe(true);
    await expect.poll(() => pinned(page)).toBe(wanted);
    await page.context().close();
  });

  test('keeps the designs of an option, by mouse and by keyboard', async () => {
    const { page } = await openReport(browser, run);
    const data = await dataOf(dataInFile(run));
    const option = page
      .getByRole('group', { name: /^operator 1:/ })
      .getByRole('button', { name: 'separable', exact: true });
    const axes = { x: axisValues(data, 'cycles_total', true), y: axisValues(data, 'sram_total_bytes', true) };
    const digit = data.model.choices[1]!.options.indexOf('separable');
    const count = selectedRows(data, { ...EVERYTHING, kept: new Map([[1, new Set([digit])]]) }, axes).length;
    await option.click();
    await expect.poll(() => status(page)).toBe(`${count} of ${data.count} designs selected`);
    expect(await option.getAttribute('aria-pressed')).toBe('true');
    await option.press('Enter');
    await expect.poll(() => status(page)).toBe(`${data.count} of ${data.count} designs selected`);
    await page.getByRole('group', { name: 'system' }).getByRole('button', { name: 'u55-64' }).press('Space');
    await expect.poll(() => status(page)).toBe(`${data.count / 2} of ${data.count} designs selected`);
    await page.context().close();
  });

  test('shows layers of unchanged and pinned designs with sentences, and accelerators', async () => {
    const { page } = await openReport(browser, run);
    const layers = page.locator('#layers');
    expect(await layers.locator('tbody tr').count()).toBeGreaterThan(2);
    expect(await layers.locator('rect.piece').count()).toBeGreaterThan(4);
    await layers.locator('summary').first().press('Enter');
    expect(await layers.locator('details[open] .reason').first().innerText()).toMatch(/cycles|MACs/);
    const [first, second] = await layers.locator('option').allInnerTexts();
    expect(await layers.locator('thead').innerText()).toContain(first!);
    await layers.getByRole('combobox').selectOption(second!);
    await expect.poll(() => layers.locator('thead').innerText()).toContain(second!);
    const accelerators = page.locator('#accelerators');
    expect(await accelerators.locator('.bar').count()).toBe(4);
    await page.locator('#scatter').press('Escape');
    await expect.poll(() => accelerators.locator('.bar').count()).toBe(2);
    await page.context().close();
  });

  test('shows cliffs, which keys and the pointer walk', async () => {
    const { page, messages } = await openReport(browser, run);
    const cliffs = page.locator('#cliffs');
    const { systems } = JSON.parse(
      paretou('cliffs', 'example:story_standard', ...SYSTEMS, '--json').stdout,
    ) as {
      systems: { curves: { kind: string; points: Record<string, number[]> }[] }[];
    };
    const curves = systems[0]!.curves.filter(({ kind }) => kind !== 'layer');
    expect(await cliffs.getByLabel('channels on').locator('option').allInnerTexts()).toEqual([
      'u55-64',
      'u55-128',
    ]);
    expect(await cliffs.locator('figure').count()).toBe(curves.length);
    const first = cliffs.locator('figure').first();
    expect(await first.locator('li').allInnerTexts()).toEqual([
      expect.stringMatching(/^step: 16 -> 17 channels take /),
      expect.stringMatching(/^wider: /),
      expect.stringMatching(/^narrower: /),
    ]);
    expect(await first.locator('.step').count()).toBeGreaterThan(0);
    expect(await first.locator('.step-name').textContent()).toBe('16 → 17');

    await first.locator('summary').press('Enter');
    const rows = first.locator('tbody tr');
    await rows.first().waitFor();
    const numbers = (text: string): number[] =>
      text
        .split('\t')
        .slice(0, 2)
        .map((cell) => Number(cell.replaceAll(',', '')));
    const cells = (await rows.allInnerTexts()).map(numbers);
    const { channels, cycles_total: cycles } = curves[0]!.points as {
      channels: number[];
      cycles_total: number[];
    };
    expect(cells).toEqual(channels.map((each, i) => [each, cycles[i]]));

    const slider = first.getByRole('slider');
    const said = (): Promise<string | null> => slider.getAttribute('aria-valuetext');
    const here = (): Promise<string> => first.locator('.here-text').innerText();
    const now = await said();
    expect(now).toMatch(/^16 channels, as today: [\d,]+ cycles, [\d.,]+ KiB of SRAM$/);
    await slider.press('ArrowRight');
    expect(await said()).toMatch(/^17 channels: .+ cycles \(\+\d.+ in these layers\)/);
    expect(await here()).toBe(await said());
    expect(await slider.getAttribute('aria-valuenow')).toBe('17');
    await slider.press('PageUp');
    expect(await said()).toMatch(/^33 channels/);
    await slider.press('PageDown');
    expect(await said()).toMatch(/^32 channels/);
    await slider.press('Home');
    expect(await said()).toMatch(/^1 channel:/);
    await slider.press('End');
    expect(await said()).toMatch(/^40 channels/);
    await slider.press('Escape');
    expect(await said()).toBe(now);

    const box = (await slider.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2);
    await expect.poll(here).toMatch(/^3\d channels/);
    await page.mouse.move(box.x + box.width * 0.9, box.y - 30);
    await expect.poll(here).toBe(now);
    await cliffs.getByLabel('channels on').selectOption('u55-128');
    await expect.poll(here).not.toBe(now);
    expect(await violations(page)).toEqual([]);
    expect(messages).toEqual([]);
    await page.context().close();
  });

  test('sorts, filters, copies and downloads the table', async () => {
    const { page } = await openReport(browser, run);
    const data = await dataOf(dataInFile(run));
    const table = page.locator('#table');
    const ids = (): Promise<string[]> => table.locator('tbody th').allInnerTexts();
    const byMacs = table.getByRole('button', { name: 'MACs', exact: true });
    const ranked = await ids();
    await byMacs.press('Enter');
    const macs = data.values.get('nn_macs')!;
    const rows = Array.from({ length: data.count }, (_, row) => row);
    const wanted = (sign: number): string[] =>
      rows.toSorted((a, b) => sign * (macs[a]! - macs[b]!) || a - b).map((row) => idOf(data, row));
    expect(await ids()).toEqual(wanted(1).slice(0, 25));
    await table.getByRole('button', { name: 'next' }).click();
    expect(await ids()).toEqual(wanted(1).slice(25, 50));
    expect(await table.locator('.place').innerText()).toBe(`26 to 50 of ${data.count} designs`);
    await byMacs.click();
    expect(await ids()).toEqual(wanted(-1).slice(0, 25));
    await byMacs.click();
    expect(await ids()).toEqual(ranked);
    expect(await byMacs.getAttribute('title')).toMatch(/^nn_macs: multiply-accumulates/);

    await page.getByLabel('design contains').fill('u55-64');
    await expect.poll(() => status(page)).toBe(`${data.count / 2} of ${data.count} designs selected`);
    await table.getByLabel('keep designs whose').selectOption('cycles_total');
    const cycles = data.values.get('cycles_total')!;
    const most = [...rows.map((row) => cycles[row]!)].sort((a, b) => a - b)[Math.floor(data.count / 3)]!;
    await table.getByLabel('and at most').fill(String(most));
    await table.getByLabel('and at most').press('Enter');
    const left = rows.filter((row) => idOf(data, row).includes('u55-64') && cycles[row]! <= most);
    await expect.poll(() => status(page)).toBe(`${left.length} of ${data.count} designs selected`);

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      table.getByRole('button', { name: 'download the selection as CSV' }).click(),
    ]);
    const lines = parse(readFileSync(await file.path(), 'utf8'), { columns: true }) as unknown as Record<
      string,
      string
    >[];
    expect(lines.map((line) => line['design'])).toEqual(left.map((row) => idOf(data, row)));
    await table.getByRole('button', { name: 'remove the filter of cycles_total' }).click();
    await expect.poll(() => status(page)).toBe(`${data.count / 2} of ${data.count} designs selected`);

    const first = idOf(data, data.model.marks.knees[0]!);
    const id = (await ids()).find((other) => other !== first);
    await table.getByRole('button', { name: `copy the command that applies ${id!}` }).click();
    await expect.poll(() => spoken(page)).toMatch(/^copied/);
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(command).toBe(`paretou apply example:story_standard --design ${id!}`);
    execFileSync('sh', ['-c', command.replace('paretou', `"${process.execPath}" "${main}"`)], {
      cwd: folder,
      stdio: 'ignore',
    });
    await table.getByRole('button', { name: `pin ${id!}`, exact: true }).press('Enter');
    await expect.poll(() => pinned(page)).toBe(id);
    expect(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')).toBe(
      `unpin ${id!}`,
    );
    await page.context().close();
  });

  test('shows what was measured', async () => {
    const ranking = madeUpRanking(50);
    const further = [0, 3, 7].map((row, i) => ({
      digits: digitsAt(ranking, row),
      numbers: {
        ...metricsAt(ranking.table, row),
        output_noise: 0.1 * i,
        output_noise_measured: 0.12 * i,
        agreement: 0.9,
        agreement_standard_error: 0.01,
      },
    }));
    const report = reportData(
      [{ source: { path: 'a.tflite', sha256: '' }, ranking, evaluated: 50, further }],
      { version: '0', command: '', applyArguments: [], rows: 50 },
    );
    writeFileSync(at('measured.html'), await pageOf(report));
    const { page, messages } = await openReport(browser, at('measured.html'));
    const charts = page.locator('#accuracy figure');
    expect(await charts.count()).toBe(2);
    expect(await charts.nth(0).locator('circle').count()).toBe(3);
    expect(await charts.nth(1).locator('.error').count()).toBe(3);
    expect(await violations(page)).toEqual([]);
    expect(messages).toEqual([]);
    await page.context().close();
  });

  test('shows hostile names as text', async () => {
    const name = `</script><script>window.hit = 1</script><img src=x onerror="window.hit=1">'"=1+1`;
    writeFileSync(at('hostile.html'), await pageOf(madeUpReport(30, { name, path: `${name}\u001b[31m` })));
    const { page, requests, messages } = await openReport(browser, at('hostile.html'));
    expect(await page.locator('h1').innerText()).toBe(name);
    expect(await page.locator('#details .command').innerText()).toContain('\\u001b[31m');
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect([...requests, ...messages]).toEqual([]);
    await page.context().close();
  });

  test.for([
    [3000, 1.5, 0.6e6],
    [100_000, 4, 6e6],
  ] as const)('shows %i designs within %f s', async ([count, seconds, bytes]) => {
    const path = at(`${count}.html`);
    writeFileSync(path, await pageOf(madeUpReport(count), madeUpCliffs()));
    expect(statSync(path).size).toBeLessThan(bytes);
    const { page } = await openReport(browser, path);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const { metrics } = await session.send('Performance.getMetrics');
    const busy = metrics.find((metric) => metric.name === 'TaskDuration')!.value;
    expect(busy).toBeLessThan(seconds);
    expect(await status(page)).toContain(
      `${count.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} designs`,
    );
    await page.context().close();
  });
});
