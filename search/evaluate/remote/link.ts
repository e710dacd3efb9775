import { spawn, type ChildProcess } from 'node:child_process';
import { reasonOf } from '../batch.js';
import { FrameReader } from './frames.js';
import { findGreeting, isFromWorker, type FromWorker } from './messages.js';

/** How to start a worker. */
export interface WorkerCommand {
  /** What people know it by. */
  readonly name: string;
  /** A line for the shell, or a program with its arguments. */
  readonly start: string | readonly [program: string, ...args: string[]];
}

/** What a link tells the one who holds it. */
export interface LinkEvents {
  /** It has greeted, and is of the right version. */
  readonly onReady: () => void;
  readonly onMessage: (message: FromWorker) => void;
  /** It is gone, with the reason; `again` where it may be worth to start it again. Called once. */
  readonly onGone: (reason: string, again: boolean) => void;
}

/** Longest text before a greeting. */
const MOST_TEXT = 2 ** 16;

/** A worker process and the pipes to it. */
export class Link {
  threads = 0;
  isReady = false;
  isGone = false;
  /** Time of `performance.now()` at which it last said something. */
  heard = performance.now();
  private readonly child: ChildProcess;
  private readonly reader = new FrameReader();
  private before: Buffer = Buffer.alloc(0);
  private complaint = '';

  constructor(
    { start }: WorkerCommand,
    private readonly version: string,
    private readonly events: LinkEvents,
  ) {
    // A group of its own: what a shell has started ends with it, and Ctrl-C reaches the coordinator alone.
    const options = { detached: true, stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'] };
    const child =
      typeof start === 'string'
        ? spawn(start, { ...options, shell: true })
        : spawn(start[0], start.slice(1), options);
    this.child = child;
    child.stdout.on('data', (piece: Buffer) => this.hear(piece));
    child.stderr.on('data', (text: Buffer) => {
      this.complaint = (this.complaint + text.toString('utf8')).slice(-MOST_TEXT);
    });
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.lose(reasonOf(error), false));
    child.on('close', (code, signal) => {
      const said = this.complaint
        .trim()
        .split('\n')
        .at(-1)!
        .replace(/^error: /, '');
      const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      this.lose(said === '' ? `it ${how}` : `it ${how}: ${said}`, this.isReady);
    });
  }

  send(frame: Buffer): void {
    if (!this.isGone) this.child.stdin!.write(frame);
  }

  /** Gives the worker up. */
  lose(reason: string, again: boolean): void {
    if (this.isGone) return;
    this.isGone = true;
    this.kill();
    this.events.onGone(reason, again);
  }

  /** Closes the pipe, at which a worker ends by itself; resolves when it has. */
  async close(patience: number): Promise<void> {
    const { child } = this;
    if (this.isGone) return;
    this.isGone = true;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin!.end();
    const timer = setTimeout(() => this.kill(), patience);
    await ended;
    clearTimeout(timer);
  }

  kill(): void {
    const { pid, stdio } = this.child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      this.child.kill('SIGKILL');
    }
    // What it left behind in a group of its own may hold the pipes: nobody waits for that.
    stdio.forEach((pipe) => pipe?.destroy());
  }

  private hear(piece: Buffer): void {
    if (this.isGone) return;
    this.heard = performance.now();
    try {
      const rest = this.isReady ? piece : this.greeted(Buffer.concat([this.before, piece]));
      if (rest === undefined) return;
      for (const message of this.reader.push(rest)) {
        if (!isFromWorker(message)) throw new Error('a message is not understood');
        this.events.onMessage(message);
      }
    } catch (error) {
      this.lose(`it is not understood: ${reasonOf(error)}`, false);
    }
  }

  /** What follows the greeting, if it was there. */
  private greeted(text: Buffer): Buffer | undefined {
    const greeting = findGreeting(text.toString('latin1'));
    this.before = text;
    if (greeting === undefined) {
      if (text.length > MOST_TEXT) throw new Error('it does not say that it is a worker');
      return undefined;
    }
    const { version, threads, isUnderstood, end } = greeting;
    if (!isUnderstood || version !== this.version) {
      this.lose(`it is version ${version} of the program, and this is version ${this.version}`, false);
      return undefined;
    }
    this.before = Buffer.alloc(0);
    this.threads = threads;
    this.isReady = true;
    this.events.onReady();
    return text.subarray(end);
  }
}
