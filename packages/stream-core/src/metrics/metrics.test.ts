import { describe, expect, test } from 'vitest';

import { MetricsRegistry } from './metrics.ts';

describe('a counter', () => {
  test('begins at 0 and adds up', () => {
    const metrics = new MetricsRegistry();
    const counter = metrics.counter('process-total');
    expect(metrics.values()).toEqual([{ name: 'process-total', tags: {}, value: 0 }]);
    counter.add(2);
    counter.add(3);
    expect(metrics.values()).toEqual([{ name: 'process-total', tags: {}, value: 5 }]);
  });

  test('is the same one for the same name and tags', () => {
    const metrics = new MetricsRegistry();
    metrics.counter('commit-total', { task: '0_0' }).add(1);
    metrics.counter('commit-total', { task: '0_0' }).add(1);
    expect(metrics.values()).toEqual([{ name: 'commit-total', tags: { task: '0_0' }, value: 2 }]);
  });

  test('is another one for other tags or another name', () => {
    const metrics = new MetricsRegistry();
    metrics.counter('commit-total', { task: '0_0' }).add(1);
    metrics.counter('commit-total', { task: '0_1' }).add(10);
    metrics.counter('commit-total').add(100);
    metrics.counter('process-total', { task: '0_0' }).add(1_000);
    expect(metrics.values().map(({ value }) => value)).toEqual([1, 10, 100, 1_000]);
  });

  test('does not mix up tags that read alike when they are put together', () => {
    const metrics = new MetricsRegistry();
    metrics.counter('process-total', { a: 'b","c":"d' }).add(1);
    metrics.counter('process-total', { a: 'b', c: 'd' }).add(2);
    metrics.counter('process-total', { a: 'b,c,d' }).add(3);
    expect(metrics.values().map(({ value }) => value)).toEqual([1, 2, 3]);
  });
});

describe('a gauge', () => {
  test('has the value that was set last', () => {
    const metrics = new MetricsRegistry();
    metrics.gauge('buffered-bytes', 7, { thread: '1' });
    metrics.gauge('buffered-bytes', 3, { thread: '1' });
    expect(metrics.values()).toEqual([{ name: 'buffered-bytes', tags: { thread: '1' }, value: 3 }]);
  });
});

test('values are told in the order in which they were first reported, as they were at that moment', () => {
  const metrics = new MetricsRegistry();
  metrics.gauge('commit-latency-ms', 1);
  const counter = metrics.counter('process-total');
  metrics.gauge('commit-latency-ms', 2);
  const before = metrics.values();
  counter.add(1);
  expect(before).toEqual([
    { name: 'commit-latency-ms', tags: {}, value: 2 },
    { name: 'process-total', tags: {}, value: 0 },
  ]);
});
