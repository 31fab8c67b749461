import { expect, test } from 'vitest';

import { PunctuationQueue } from './punctuation-queue.ts';

const fired = (queue: PunctuationQueue, now: number): string[] => {
  const names: string[] = [];
  queue.fire(now, ({ node }) => names.push(node));
  return names;
};

test('fires once after a jump of time and goes on in its grid', () => {
  const queue = new PunctuationQueue();
  queue.schedule({ node: 'a', punctuator: () => undefined, intervalMs: 10 }, 0);
  expect(fired(queue, 0)).toEqual(['a']);
  expect(fired(queue, 9)).toEqual([]);
  expect(fired(queue, 57)).toEqual(['a']);
  expect(queue.nextMs).toBe(60);
  expect(fired(queue, 60)).toEqual(['a']);
});

test('a jump to the end of time ends', () => {
  const queue = new PunctuationQueue();
  queue.schedule({ node: 'a', punctuator: () => undefined, intervalMs: 1 }, 0);
  expect(fired(queue, Number.MAX_SAFE_INTEGER - 1)).toEqual(['a']);
});

test('a punctuation that cancels itself, or is cancelled before, does not fire again', () => {
  const queue = new PunctuationQueue();
  const own = queue.schedule({ node: 'own', punctuator: () => own.cancel(), intervalMs: 5 }, 5);
  const other = queue.schedule({ node: 'other', punctuator: () => undefined, intervalMs: 5 }, 5);
  const names: string[] = [];
  const run = (now: number) =>
    queue.fire(now, ({ node, punctuator }) => {
      names.push(node);
      punctuator(now);
    });
  run(5);
  other.cancel();
  run(100);
  expect(names).toEqual(['own', 'other']);
  expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY);
});
