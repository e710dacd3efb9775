import { contentHash } from '../log/content-hash.js';
import type { Space } from '../../space/space.js';
import type { Values } from '../../substitute/substitution.js';
import type { Jobs } from '../pool.js';
import { frameOf, FrameReader } from '../remote/frames.js';
import { isTask } from '../remote/messages.js';
import { isRecord } from '../shapes.js';

/**
 * What goes through a queue, as bytes and as values. Keys are hashes of what lies under them, so that nothing is taken for
 * something else, and nothing is believed that has not been looked at here.
 */

/** Version of what goes through a queue: a worker and who uses it have to agree on it, and on the version of the program. */
const PROTOCOL = 2;

/** A space that designs are evaluated in, and whether weights are computed. */
export interface QueueSetup {
  readonly space: Space;
  readonly values: Values;
}

/** A question of a search: a kind of evaluation and what it is about. */
export type Question = {
  [K in keyof Jobs]: { readonly kind: K; readonly task: Jobs[K]['task'] };
}[keyof Jobs];

/** What becomes of a question: its result, why there is none, or why it is not looked at. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed' | 'refused'; readonly reason: string };

/** An answer of a worker, which is named by its id. */
export type Answer = Outcome & { readonly worker: string };

const KINDS: readonly string[] = ['batch', 'walk', 'segments'] satisfies (keyof Jobs)[];

/** The message of bytes that are one frame and nothing else. */
const messageOf = (bytes: Buffer): unknown => {
  let messages: unknown[] = [];
  try {
    messages = [...new FrameReader().push(bytes)];
  } catch {
    // What follows a whole frame is damaged, or the frame is.
  }
  if (messages.length !== 1) throw new Error('it is damaged');
  return messages[0];
};

/** The name of a setup. */
export const setupHash = (version: string, { space, values }: QueueSetup): string =>
  contentHash('queue', PROTOCOL, version, space, values);

/** A setup as bytes. */
export const setupBytes = ({ space, values }: QueueSetup): Buffer => frameOf({ space, values });

/**
 * The setup of a name, from its bytes.
 * @throws where the bytes are not what the name says
 */
export const readSetup = (bytes: Buffer, hash: string, version: string): QueueSetup => {
  const message = messageOf(bytes);
  if (!isRecord(message)) throw new Error('it is no space');
  const { space, values } = message;
  if (!isRecord(space) || (values !== 'known' && values !== 'unknown')) throw new Error('it is no space');
  const setup = { space: space as unknown as Space, values } as const;
  if (setupHash(version, setup) !== hash) throw new Error('it is another space than its name says');
  return setup;
};

/** The name of a question among those about the same setup. */
export const questionId = ({ kind, task }: Question): string => `q${contentHash(kind, task)}`;

/** A question as text, which the package can keep. */
export const questionText = ({ task }: Question): string => frameOf(task).toString('base64');

/**
 * The question of a name, from its kind and text.
 * @throws where they are not what the name says, or no question about the space
 */
export const readQuestion = (id: unknown, kind: unknown, text: unknown, space: Space): Question => {
  if (typeof kind !== 'string' || !KINDS.includes(kind)) throw new Error('it is of no known kind');
  if (typeof text !== 'string') throw new Error('it is damaged');
  const question = { kind, task: messageOf(Buffer.from(text, 'base64')) } as Question;
  if (!isTask(space, question.kind, question.task)) throw new Error('it is no question about its space');
  if (questionId(question) !== id) throw new Error('it is another question than its name says');
  return question;
};

/** An answer as bytes. */
export const answerBytes = (answer: Answer): Buffer => frameOf(answer);

/**
 * An answer, from its bytes; whether it fits its question is another matter.
 * @throws where the bytes are no answer
 */
export const readAnswer = (bytes: Buffer): Answer => {
  const message = messageOf(bytes);
  if (!isRecord(message) || typeof message['worker'] !== 'string') throw new Error('it is no answer');
  const { worker, kind, result, reason } = message;
  if (kind === 'done') return { worker, kind, result };
  if ((kind !== 'failed' && kind !== 'refused') || typeof reason !== 'string')
    throw new Error('it is no answer');
  return { worker, kind, reason };
};
