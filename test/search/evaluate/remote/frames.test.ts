import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { frameOf, FrameReader } from '../../../../search/evaluate/remote/frames.js';
import {
  findGreeting,
  greeting,
  isFromWorker,
  isTask,
  isToWorker,
  setupMessage,
  type ToWorker,
} from '../../../../search/evaluate/remote/messages.js';
import { serve } from '../../../../search/evaluate/remote/serve.js';
import { ParetouError } from '../../../../src/errors.js';
import { allDesigns } from '../../../../search/space/space.js';
import { crc32 } from 'node:zlib';
import { smallSpace } from '../../fixture.js';

const space = smallSpace('plain');
const { digits, width } = allDesigns(space);
const batch = { digits: digits.slice(0, 10 * width), width, wanted: 'figures' } as const;
const walk = {
  system: 0,
  prefix: [0, 1],
  costs: [{ metric: 'cycles_total', sign: 1, most: Infinity, objective: true }],
} as const;

const MESSAGES: readonly ToWorker[] = [
  setupMessage(1, space, 'unknown'),
  { kind: 'job', id: 2, pool: 1, job: 'batch', task: batch },
  { kind: 'job', id: 3, pool: 1, job: 'walk', task: walk },
  { kind: 'job', id: 4, pool: 1, job: 'segments', task: undefined },
  { kind: 'forget', pool: 1 },
];
const ANSWERS = [
  { kind: 'beat' },
  { kind: 'failed', id: 1, reason: 'no' },
  {
    kind: 'done',
    id: 2,
    result: { figures: new Float64Array(9), width: 9, failures: [[0, 'no']], milliseconds: 1 },
  },
];
const FRAMES = [...MESSAGES, ...ANSWERS].map((message) => frameOf(message));

/** All messages in some bytes, and whether they were frames to the end. */
const read = (bytes: Buffer, pieces: readonly number[] = []): { messages: unknown[]; failed: boolean } => {
  const reader = new FrameReader();
  const messages: unknown[] = [];
  const cuts = [0, ...[...pieces].sort((a, b) => a - b), bytes.length];
  try {
    for (let i = 1; i < cuts.length; i++)
      messages.push(...reader.push(Buffer.from(bytes.subarray(cuts[i - 1], cuts[i]))));
    return { messages, failed: false };
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return { messages, failed: true };
  }
};

interface Mutation {
  readonly frame: number;
  /** From 0 to 1: where in the frame. */
  readonly at: number;
  readonly byte: number;
  readonly kind: 'set' | 'cut' | 'drop' | 'insert';
  readonly isSealed: boolean;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  frame: fc.nat(FRAMES.length - 1),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  byte: fc.nat(255),
  kind: fc.constantFrom('set' as const, 'cut' as const, 'drop' as const, 'insert' as const),
  isSealed: fc.boolean(),
});

/** A frame with a byte that is another; sealed ones have a checksum and a length that fit. */
const mutated = ({ frame, at, byte, kind, isSealed }: Mutation): Buffer => {
  const whole = FRAMES[frame]!;
  const place = Math.floor(at * whole.length);
  const [before, after] = [whole.subarray(0, place), whole.subarray(place)];
  const parts = {
    set: [before, Buffer.of(byte), after.subarray(1)],
    cut: [before],
    drop: [before, after.subarray(1 + (byte % 8))],
    insert: [before, Buffer.of(byte), after],
  };
  const bytes = Buffer.concat(parts[kind]);
  if (!isSealed || bytes.length < 12) return bytes;
  bytes.writeUInt32LE(bytes.length - 12, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
};

describe('frames', () => {
  it('give back their messages, in whatever pieces they arrive', () => {
    const bytes = Buffer.concat(FRAMES);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (pieces) => {
        expect(read(bytes, pieces)).toEqual({ messages: [...MESSAGES, ...ANSWERS], failed: false });
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(MESSAGES.every((message) => isToWorker(message))).toBe(true);
    expect(ANSWERS.every((message) => isFromWorker(message))).toBe(true);
  });

  it('that were damaged are no messages, and messages that are foreign are not taken for others', () => {
    const setup = MESSAGES[0] as ReturnType<typeof setupMessage>;
    let sealed = 0;
    fc.assert(
      fc.property(mutation, (how) => {
        const { messages, failed } = read(mutated(how));
        const original = [...MESSAGES, ...ANSWERS][how.frame];
        if (!how.isSealed) {
          for (const message of messages) expect(message).toEqual(original);
          return;
        }
        if (!failed) sealed++;
        for (const message of messages) {
          isFromWorker(message);
          if (!isToWorker(message)) continue;
          // A space that is set up is what the hash says that it is.
          if (message.kind === 'setup') expect(message.space).toEqual(setup.space);
          if (message.kind !== 'job' || !isTask(space, message.job, message.task)) continue;
          if (message.job !== 'batch') continue;
          const { digits: own, width: each } = message.task;
          expect([each, own.length % each]).toEqual([width, 0]);
        }
      }),
      { seed: 2, numRuns: 10_000 },
    );
    expect(sealed).toBeGreaterThan(1000);
  });

  it('begin after a greeting, which is found after what a shell says', () => {
    const line = greeting('1.2.3', 4);
    expect(findGreeting(`Welcome!\n${line}rest`)).toEqual({
      ...{ version: '1.2.3', threads: 4, isUnderstood: true },
      end: `Welcome!\n${line}`.length,
    });
    expect(findGreeting(line.slice(0, -1))).toBeUndefined();
    expect(findGreeting('paretou-worker 999 1.2.3 4\n')).toMatchObject({ isUnderstood: false });
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(findGreeting(text)).toBeUndefined();
      }),
      { seed: 3 },
    );
  });
});

describe('a worker', () => {
  const ended = async (bytes: readonly Buffer[]): Promise<unknown> => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    output.resume();
    const done = serve({ input, output, threads: 1, version: '1' }).then(
      () => 'ended',
      (error: unknown) => error,
    );
    for (const each of bytes) input.write(each);
    input.end();
    return done;
  };

  it('ends quietly when its input ends, also in the middle of a message', async () => {
    expect(await ended([])).toBe('ended');
    expect(await ended([FRAMES[4]!, FRAMES[0]!.subarray(0, 100)])).toBe('ended');
  });

  it('ends where its threads do not start, instead of being asked for ever', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    output.resume();
    const worker = new URL('../../evaluators/broken.js', import.meta.url);
    const done = serve({ input, output, threads: 1, version: '1', worker });
    input.write(Buffer.concat([FRAMES[0]!, FRAMES[1]!]));
    await expect(done).rejects.toMatchObject({
      kind: 'input',
      message: 'the worker ends, since none of its threads could be started',
    });
  });

  it('ends with one sentence when it does not understand, and does not evaluate what is foreign', async () => {
    for (let at = 0; at < FRAMES[0]!.length; at += 1009) {
      const bytes = Buffer.from(FRAMES[0]!);
      bytes[at] = bytes[at]! ^ 0x55;
      const outcome = await ended([bytes]);
      if (outcome === 'ended') continue;
      expect(outcome).toBeInstanceOf(ParetouError);
      expect((outcome as ParetouError).message).toMatch(/^the worker ends, since a message [^\n]+$/);
    }
    const foreign = { ...setupMessage(1, space, 'known'), space: smallSpace('another') };
    expect(await ended([frameOf(foreign)])).toMatchObject({
      kind: 'input',
      message: 'the worker ends, since a message is not understood',
    });
  });
});
