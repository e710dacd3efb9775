import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../src/safe-text.js';
import { idOf, isUnchanged, valueAt } from '../../../report-html/dataset.js';
import { METRIC_NAMES, METRICS } from '../../../search/metrics.js';
import { digitsAt } from '../../../search/rank/ranking.js';
import { metricsAt } from '../../../search/rank/table.js';
import { roundNumbers } from '../../../search/report/html/front-svg.js';
import { parseReport } from '../../../search/report/html/read-report.js';
import { reportData } from '../../../search/report/html/report-data.js';
import { escaped, scriptJson } from '../../../search/report/html/markup.js';
import { dataInPage, dataOf, madeUpRanking, madeUpReport, pageOf } from '../../report-html/reports.js';

const FACTS = { version: '0.0.0', command: 'paretou sweep', applyArguments: [], rows: 10 };
const SOURCE = { path: 'a.tflite', sha256: '' };

describe('the data of a report', () => {
  const ranking = madeUpRanking(2000);

  it('are the designs of the ranking: their ids, and their numbers with seven digits or more', async () => {
    const data = await dataOf(madeUpReport(2000));
    expect(Array.from({ length: data.count }, (_, row) => idOf(data, row))).toEqual(ranking.ids);
    expect([...data.paretoRank]).toEqual([...ranking.paretoRank]);
    expect([...data.systemRank]).toEqual([...ranking.systemRank]);
    const shown = data.model.columns.map(({ name }) => name);
    for (const name of METRIC_NAMES.filter((metric) => METRICS[metric].optional !== true))
      expect(shown).toContain(name);
    for (const { name, unit } of data.model.columns) {
      const values = ranking.table.columns[name as keyof typeof METRICS];
      const isShare = ['share', 'noise', 'fraction', 'difference'].includes(unit);
      for (let row = 0; row < data.count; row++) {
        const value = valueAt(data, name, row);
        if (isShare) expect(value).toBe(Number(Math.fround(values[row]!).toPrecision(7)));
        else expect(value).toBe(values[row]);
      }
    }
  });

  it('are the fronts and the best of the rest, and say what is left out', async () => {
    const report = reportData([{ source: SOURCE, ranking, evaluated: 2000 }], FACTS);
    const data = await dataOf(report);
    const best = ranking.ids.filter((_, i) => i < ranking.frontSize + 10 || ranking.systemRank[i] === 1);
    expect(Array.from({ length: data.count }, (_, row) => idOf(data, row))).toEqual(best);
    expect(report.models[0]!.designs).toEqual({
      space: data.model.designs.space,
      evaluated: 2000,
      ranked: ranking.table.count,
      front: ranking.frontSize,
      held: best.length,
    });
    expect(best.length).toBeLessThan(ranking.table.count);
    expect([...data.rank].at(-1)).toBeGreaterThan(ranking.frontSize);
  });

  it('hold the pick, whether the search met it or not, with what is known of it', async () => {
    const last = ranking.table.count - 1;
    const met = {
      digits: digitsAt(ranking, last),
      numbers: { ...metricsAt(ranking.table, last), accuracy: 0.5 },
    };
    const seen = new Set(ranking.ids.map((id) => id));
    const source = { source: SOURCE, ranking, evaluated: 2000, further: [met], pick: met };
    const data = await dataOf(reportData([source], FACTS));
    const { pick, shown } = data.model.marks;
    expect(idOf(data, pick!)).toBe(ranking.ids[last]);
    expect(data.rank[pick!]).toBe(last + 1);
    expect(valueAt(data, 'accuracy', pick!)).toBe(0.5);
    expect(shown[0]).toBe(pick);

    const digits = Array.from({ length: 3 }, (_, system) =>
      met.digits.slice().fill(0, 0, -1).with(-1, system),
    );
    const isMissing = (row: Uint16Array): boolean =>
      ranking.ids.every((_, i) => digitsAt(ranking, i).join() !== row.join());
    const other = { digits: digits.find(isMissing)!, numbers: met.numbers };
    const more = await dataOf(reportData([{ ...source, further: [other], pick: other }], FACTS));
    const row = more.model.marks.pick!;
    expect(more.rank[row]).toBe(0);
    expect(isUnchanged(more, row)).toBe(true);
    expect(seen.has(idOf(more, row))).toBe(false);
  });

  it('come back from their file, which is checked', () => {
    const report = madeUpReport(50);
    const text = JSON.stringify(report);
    expect(parseReport(text, 'report.json')).toEqual(JSON.parse(text));
    const broken = (change: (model: Record<string, unknown>) => void): string => {
      const copy = JSON.parse(text) as { models: [Record<string, unknown>] };
      change(copy.models[0]);
      return JSON.stringify(copy);
    };
    expect(() => parseReport('{', 'r.json')).toThrow('r.json: it is not JSON');
    expect(() => parseReport('{}', 'r.json')).toThrow('r.json: it is no paretou/report@1: schema');
    expect(() =>
      parseReport(
        broken((model) => delete model['systems']),
        'r.json',
      ),
    ).toThrow('models.0.systems');
    const short = broken((model) => (model['designs'] = { ...(model['designs'] as object), held: 51 }));
    expect(() => parseReport(short, 'r.json')).toThrow('r.json: made_up: rank has 50 bytes for 51 numbers');
    const noise = broken((model) => {
      const rows = model['rows'] as Record<string, unknown>;
      model['rows'] = { ...rows, rank: { kind: 'u8', data: 'AAAA' } };
    });
    expect(() => parseReport(noise, 'r.json')).toThrow('rank cannot be inflated');
    const { marks, choices, columns } = report.models[0]!;
    const changes: [Record<string, unknown>, string][] = [
      [{ marks: { ...marks, pick: 50 } }, 'a mark is of no row'],
      [{ marks: { ...marks, shown: [99] } }, 'a mark is of no row'],
      [{ choices: choices.map((each) => ({ ...each, codes: ['', 'x'] })) }, 'a digit is of no option'],
      [{ choices: choices.map((each) => ({ ...each, options: [] })) }, 'an option has no code'],
      [{ columns: columns.toReversed() }, 'a quotient is of no column before it'],
    ];
    for (const [change, message] of changes) {
      const text = broken((model) => void Object.assign(model, change));
      expect(() => parseReport(text, 'r.json')).toThrow(`r.json: made_up: ${message}`);
    }
  });
});

describe('the layers of a pick with fitted weights', () => {
  const report = madeUpReport(5);
  const side = { text: 'Conv2D', cycles: 7, shares: [[0, 7]], sentences: ['MACs'] } as const;
  const fitted = [
    { operator: 0, before: side, after: side },
    { operator: -1, before: null, after: side },
  ];
  const withLayers = { ...report, models: [{ ...report.models[0]!, fitted }] };

  it('come back from the file of the report', () => {
    expect(parseReport(JSON.stringify(withLayers), 'r.json')).toEqual(withLayers);
    const broken = JSON.stringify(withLayers).replace('"cycles":7', '"cycles":"7"');
    expect(() => parseReport(broken, 'r.json')).toThrow('models.0.fitted.0.before.cycles');
  });

  it('are in a page once: among the layers', async () => {
    expect(dataInPage(await pageOf(withLayers)).models[0]!.fitted).toBeUndefined();
  });
});

describe('the page of a report', () => {
  it('can be read without a program: the fronts as a picture and as a table', async () => {
    const html = await pageOf(madeUpReport(300));
    const ranking = madeUpRanking(300);
    const first = ranking.ids.filter((_, i) => ranking.systemRank[i] === 1).slice(0, 20);
    const body = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
    for (const id of first) expect(body).toContain(`<code>${id}</code>`);
    expect(body.match(/<circle /g)!.length).toBe(ranking.systemRank.filter((rank) => rank === 1).length);
    expect(body.match(/class="unchanged"/g)).toHaveLength(3);
  });

  it('allows nothing but its own program and style', async () => {
    const html = await pageOf(madeUpReport(5));
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html)!;
    expect(policy).toMatch(
      /^default-src &#39;none&#39;; script-src &#39;sha256-[^;]+&#39;; style-src &#39;sha256-/,
    );
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html.replace(/<script>.*?<\/script>/s, '')).not.toMatch(/ (src|on\w+|style)=/);
  });

  it('shows names as text, whatever they hold', async () => {
    const name = `</script><script>alert(1)</script>"'&\u2028\u001b[31m`;
    const html = await pageOf(madeUpReport(5, { name, path: `${name}.tflite` }));
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).toContain(`<h1>${escaped(cleanText(name))}</h1>`);
    expect(html).not.toContain('\u001b');
    expect(dataInPage(html).models[0]!.path).toBe(`${name}.tflite`);
  });

  it('says the same for the same data', async () => {
    expect(await pageOf(madeUpReport(100))).toBe(await pageOf(madeUpReport(100)));
  });
});

describe('markup', () => {
  it('ends no script element, and reads back as the same value', () => {
    const value = { a: '</script><!--', b: '\u2028\u2029&' };
    expect(scriptJson(value)).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(scriptJson(value))).toEqual(value);
  });

  it('puts ticks at round numbers', () => {
    expect(roundNumbers(0.12, 1.03)).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(roundNumbers(-7, 12)).toEqual([-5, 0, 5, 10]);
    expect(roundNumbers(3, 3)).toEqual([3]);
  });
});
