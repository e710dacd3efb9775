import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = existsSync(join(root, 'dist/cli/main.js'));
if (!built) process.stderr.write('tests of the package are skipped: run npm run build first\n');

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs the checkout as it is built. */
const pack = (folder: string): Packed => {
  const argv = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const json = execFileSync('npm', argv, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (JSON.parse(json) as [Packed])[0];
};

describe.skipIf(!built)('the packed program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packed programs ß 網-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, 'node_modules');
  const installed = join(modules, 'paretou');
  let packed: Packed;

  const node = (...argv: string[]) => spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' });
  const paretou = (...argv: string[]) => node(join(installed, 'dist/cli/main.js'), ...argv);

  // What npm does with a tarball, without the network: the dependencies are those of the checkout.
  beforeAll(() => {
    packed = pack(folder);
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1']);
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    for (const name of Object.keys(dependencies)) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
    }
  });

  test('holds the program and its configuration, but no benchmarks, tests, maps or sources', () => {
    const paths = packed.files.map(({ path }) => path);
    const folders = [...new Set(paths.map((path) => path.split('/').slice(0, -1).slice(0, 2).join('/')))];
    expect(folders.toSorted()).toEqual(
      [
        '',
        'configs',
        'configs/budgets',
        'configs/examples',
        'configs/schema',
        'configs/spaces',
        'dist/cli',
        'dist/report-html',
        'dist/search',
        'dist/src',
      ].toSorted(),
    );
    expect(
      paths.filter(
        (path) => !/\.(js|d\.ts|ini|yaml|tflite|md|cff|json|css)$|^LICENSE$|NOTICES\.txt$/.test(path),
      ),
    ).toEqual([]);
  });

  test('holds the command line once, in one folder with its workers', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('cli/main.js'))).toEqual(['dist/cli/main.js']);
    expect(paths).toContain('dist/cli/worker.js');
    expect(paths).toContain('dist/cli/solve-worker.js');
  });

  test('searches with worker threads', () => {
    const { status, stdout } = paretou(
      ...['sweep', 'example:story_standard', '--accelerator-config', 'ethos-u55-128', '--jobs', '2'],
    );
    expect(stdout).toContain('wrote results/story_standard/ranking.csv');
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'results/story_standard/front.csv'), 'utf8')).toContain('base@u55-128');
  });

  // The exact method judges on one kind of worker and eliminates on another; both lie beside the program.
  test('does the same with and without worker threads', () => {
    const front = (jobs: string): string => {
      const out = join(folder, `jobs ${jobs}`);
      const { status } = paretou(
        ...['sweep', 'example:story_standard', '--accelerator-config', 'u55', '--method', 'exact'],
        ...['--jobs', jobs, '--quiet', '--output-dir', out],
      );
      expect(status).toBe(0);
      return readFileSync(join(out, 'front.csv'), 'utf8');
    };
    expect(front('2')).toBe(front('1'));
  });

  test('writes the page of a report, whose program and notices are in the package', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const name of ['client.js', 'report.css', 'NOTICES.txt'])
      expect(paths).toContain(`dist/report-html/${name}`);
    const { status, stdout } = paretou('report', 'results/story_standard');
    expect(stdout).toBe('wrote results/story_standard/report.html\n');
    expect(status).toBe(0);
  });

  test('says how to install what queues need, and uses it where it is', () => {
    const status = (): string => paretou('queue', 'status', '--queue', 'redis://127.0.0.1:1').stderr;
    expect(status()).toBe(
      'error: queues need the package bullmq, which is not installed; install it beside this program with npm install bullmq@5\n',
    );
    symlinkSync(join(root, 'node_modules', 'bullmq'), join(modules, 'bullmq'), 'junction');
    expect(status()).toMatch(/^error: the queue redis:\/\/127\.0\.0\.1:1 cannot be reached: [^\n]+\n$/);
  });

  test('can be imported', () => {
    const program =
      "import { createEstimator } from 'paretou'; import { sweep } from 'paretou/search';" +
      "import { openSession } from 'paretou/experimental';" +
      'console.log(typeof createEstimator, typeof sweep, typeof openSession);';
    expect(node('--input-type=module', '--eval', program).stdout).toBe('function function function\n');
  });
});
