import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Patience } from '../../../../search/evaluate/queue/patience.js';
import type { WorkerRecord } from '../../../../search/evaluate/queue/records.js';
import { Roster } from '../../../../search/evaluate/queue/roster.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const worker = (id: string, changes: Partial<WorkerRecord> = {}): WorkerRecord => ({
  ...{ id, version: '1', name: `host:${id}`, threads: 2, serves: [], left: false },
  ...changes,
});

describe('workers that a search has seen', () => {
  it('count as long as they are heard of, and what they did stays', () => {
    const heard: string[] = [];
    const say = (text: string): void => void heard.push(text);
    const roster = new Roster({ version: '1', onNote: say, onLoss: say });
    // Its answer comes before it is known who that is.
    roster.tally('a').finish(10);
    expect([roster.counts(), roster.present(), roster.threads()]).toEqual([[], 0, 0]);
    roster.look([worker('a'), worker('b', { threads: 3 }), worker('c', { version: '2' })]);
    expect([roster.present(), roster.threads()]).toEqual([2, 5]);
    vi.advanceTimersByTime(2999);
    roster.look([worker('b', { threads: 3, left: true }), worker('c', { version: '2' })]);
    expect([roster.present(), roster.threads()]).toEqual([1, 2]);
    vi.advanceTimersByTime(1);
    roster.look([]);
    expect([roster.present(), roster.threads()]).toEqual([0, 0]);
    expect(roster.counts()).toEqual([
      { name: 'host:a', threads: 2, jobs: 1, designs: 10, losses: 1, retries: 0 },
      { name: 'host:b', threads: 3, jobs: 0, designs: 0, losses: 0, retries: 0 },
    ]);
    expect(heard).toEqual([
      'worker host:c is version 2 of the program, and this is version 1; it is left out',
      'worker host:a: nothing was heard of it; what it was doing goes to others',
    ]);
    roster.look([worker('a')]);
    expect(roster.present()).toBe(1);
  });
});

describe('patience', () => {
  it('ends when nothing was done for so long, but not because this process slept', () => {
    const patience = new Patience(60_000);
    const after = (milliseconds: number): boolean => {
      vi.advanceTimersByTime(milliseconds);
      return patience.isOver();
    };
    expect([after(20_000), after(20_000), after(19_999)]).toEqual([false, false, false]);
    patience.hear();
    expect([after(20_000), after(20_000), after(20_000)]).toEqual([false, false, true]);
    patience.hear();
    // A laptop that was closed for an hour.
    expect([after(3_600_000), after(29_999), after(1)]).toEqual([false, false, true]);
  });
});
