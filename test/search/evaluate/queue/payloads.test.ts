import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from 'node:zlib';
import { parseAddress } from '../../../../search/evaluate/queue/address.js';
import {
  answerBytes,
  questionId,
  questionText,
  readAnswer,
  readQuestion,
  readSetup,
  setupBytes,
  setupHash,
  type Question,
} from '../../../../search/evaluate/queue/payloads.js';
import { isResultOf } from '../../../../search/evaluate/remote/queued-job.js';
import { allDesigns } from '../../../../search/space/space.js';
import { withoutCredentials } from '../../../../src/safe-text.js';
import { smallSpace } from '../../fixture.js';

const VERSION = '1.2.3';
const space = smallSpace('plain');
const setup = { space, values: 'unknown' } as const;
const hash = setupHash(VERSION, setup);
const { digits, width } = allDesigns(space);

const QUESTIONS: readonly Question[] = [
  { kind: 'batch', task: { digits: digits.slice(0, 10 * width), width, wanted: 'figures' } },
  {
    kind: 'walk',
    task: {
      system: 0,
      prefix: [0, 1],
      costs: [{ metric: 'cycles_total', sign: 1, most: Infinity, objective: true }],
    },
  },
  { kind: 'segments', task: undefined },
];
const ANSWER = { kind: 'done', worker: 'me', result: [[{ operators: [0], positions: [] }]] } as const;

describe('what goes through a queue', () => {
  it('is read as it was written', () => {
    expect(readSetup(setupBytes(setup), hash, VERSION)).toEqual(setup);
    for (const question of QUESTIONS)
      expect(readQuestion(questionId(question), question.kind, questionText(question), space)).toEqual(
        question,
      );
    expect(readAnswer(answerBytes(ANSWER))).toEqual(ANSWER);
  });

  it('has a name that says all of it', () => {
    const others = [setupHash('1.2.4', setup), setupHash(VERSION, { space, values: 'known' })];
    expect(
      new Set([hash, ...others, setupHash(VERSION, { space: smallSpace('another'), values: 'unknown' })])
        .size,
    ).toBe(4);
    expect(new Set(QUESTIONS.map(questionId)).size).toBe(QUESTIONS.length);
    // Equal questions have equal names, whoever asks.
    expect(QUESTIONS.map((question) => questionId(structuredClone(question)))).toEqual(
      QUESTIONS.map(questionId),
    );
  });

  it('is not taken for something else', () => {
    const [batch, walk] = QUESTIONS as [Question, Question, Question];
    expect(() =>
      readSetup(setupBytes({ space: smallSpace('another'), values: 'known' }), hash, VERSION),
    ).toThrow('it is another space than its name says');
    expect(() => readSetup(answerBytes(ANSWER), hash, VERSION)).toThrow('it is no space');
    expect(() => readQuestion(questionId(walk), 'batch', questionText(batch), space)).toThrow(
      'it is another question than its name says',
    );
    expect(() => readQuestion(questionId(batch), 'eval', questionText(batch), space)).toThrow(
      'it is of no known kind',
    );
    expect(() => readQuestion(questionId(batch), 'batch', { path: '/etc/passwd' }, space)).toThrow(
      'it is damaged',
    );
    const foreign = {
      kind: 'batch',
      task: { digits: new Uint16Array(width).fill(999), width, wanted: 'figures' },
    } as const;
    expect(() => readQuestion(questionId(foreign), 'batch', questionText(foreign), space)).toThrow(
      'it is no question about its space',
    );
  });

  it('is refused with one sentence where it was changed, and nothing foreign is evaluated', () => {
    const payloads = [
      setupBytes(setup),
      ...QUESTIONS.map((q) => Buffer.from(questionText(q), 'base64')),
      answerBytes(ANSWER),
    ];
    const mutation = fc.record({
      which: fc.nat(payloads.length - 1),
      at: fc.nat(),
      byte: fc.nat(255),
      kind: fc.constantFrom('set' as const, 'cut' as const, 'drop' as const, 'insert' as const),
      isSealed: fc.boolean(),
    });
    let [refused, sealed] = [0, 0];
    fc.assert(
      fc.property(mutation, ({ which, at, byte, kind, isSealed }) => {
        const whole = payloads[which]!;
        const place = at % whole.length;
        const [before, after] = [whole.subarray(0, place), whole.subarray(place)];
        const bytes = Buffer.concat(
          {
            set: [before, Buffer.of(byte), after.subarray(1)],
            cut: [before],
            drop: [before, after.subarray(1 + (byte % 8))],
            insert: [before, Buffer.of(byte), after],
          }[kind],
        );
        if (isSealed && bytes.length >= 12) {
          bytes.writeUInt32LE(bytes.length - 12, 4);
          bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
        }
        try {
          if (which === 0) expect(readSetup(bytes, hash, VERSION)).toEqual(setup);
          else if (which <= QUESTIONS.length) {
            const question = QUESTIONS[which - 1]!;
            const text = bytes.toString('base64');
            const read = readQuestion(questionId(question), question.kind, text, space);
            expect(read).toEqual(question);
          } else {
            // Answers have no name: what they say is looked at before it is used.
            const answer = readAnswer(bytes);
            if (answer.kind === 'done') isResultOf({ ...QUESTIONS[2]!, pool: setup }, answer.result);
            sealed++;
          }
        } catch (error) {
          if ((error as Error).name === 'AssertionError') throw error;
          expect((error as Error).message).toMatch(/^[^\n]+$/);
          refused++;
        }
      }),
      { seed: 4, numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(7000);
    expect(sealed).toBeGreaterThan(50);
  });
});

describe('addresses', () => {
  it('are read in all their parts, and shown without user and password', () => {
    expect(parseAddress('redis://host')).toEqual({
      ...{ shown: 'redis://host:6379', host: 'host', port: 6379, database: 0, isEncrypted: false },
      ...{ username: undefined, password: undefined },
    });
    expect(parseAddress('rediss://me:p%40ss@[::1]:1234/5')).toEqual({
      ...{ shown: 'rediss://[::1]:1234/5', host: '::1', port: 1234, database: 5, isEncrypted: true },
      ...{ username: 'me', password: 'p@ss' },
    });
    for (const text of [
      '',
      'host:6379',
      'http://host',
      'redis://',
      'redis://host/x',
      'redis://host?a=b',
      'redis://a:%zz@host',
    ])
      expect(parseAddress(text)).toBeUndefined();
  });

  it('lose user and password wherever they are printed', () => {
    expect(withoutCredentials('at redis://me:p@ss/w@host:1/2, and rediss://:x@h')).toBe(
      'at redis://***@host:1/2, and rediss://***@h',
    );
    expect(withoutCredentials('redis://host:6379 and me@host')).toBe('redis://host:6379 and me@host');
  });
});
