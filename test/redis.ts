import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseAddress, type QueueAddress } from '../search/evaluate/queue/address.js';
import { connect, type Connection } from '../search/evaluate/queue/connection.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) process.stderr.write('tests of queues are skipped: there is no redis-server\n');

/** There is a Redis to test with. */
export { hasRedis };
/** Follows the names of tests that need it. */
export const redisRemark = hasRedis ? '' : ' (skipped: redis-server is missing)';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** A Redis of a test, on a loopback port and in a folder of its own. */
export interface TestRedis {
  readonly url: string;
  readonly address: QueueAddress;
  /** A connection to look at it; goes with the test file. */
  readonly look: () => Promise<Connection>;
  readonly keys: () => Promise<string[]>;
  /** Ends it as a crash does. */
  readonly kill: () => Promise<void>;
  /** It answers no more, but keeps its connections. */
  readonly freeze: () => void;
  /** Starts it again, with what is in its folder. */
  readonly start: () => Promise<void>;
}

/** Ends what was started. Hooks that a running test registers are never called: there is one for the file. */
const endings: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(endings.map((end) => end()));
});

/** Starts a Redis, which goes when the tests of the file are over. */
export const startRedis = async (
  password: string | undefined,
  settings: readonly string[] = ['--appendonly', 'yes'],
): Promise<TestRedis> => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
  const address = parseAddress(url)!;
  let child: ChildProcess | undefined;
  let connection: Connection | undefined;
  const kill = async (): Promise<void> => {
    const own = child;
    child = undefined;
    if (own === undefined) return;
    const ended = new Promise((resolve) => own.once('close', resolve));
    own.kill('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
    const argv = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', ...settings];
    if (password !== undefined) argv.push('--requirepass', password);
    child = spawn('redis-server', argv, { stdio: 'ignore' });
    for (let turn = 0; ; turn++) {
      try {
        (await connect(address)).close();
        return;
      } catch (error) {
        if (turn > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  endings.push(async () => {
    connection?.close();
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  const look = async (): Promise<Connection> => (connection ??= await connect(address));
  return {
    ...{ url, address, look, kill, start },
    freeze: () => void child?.kill('SIGSTOP'),
    keys: async () => (await (await look()).redis.scan('0', 'MATCH', '*', 'COUNT', 10_000))[1],
  };
};
