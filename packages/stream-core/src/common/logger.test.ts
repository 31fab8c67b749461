import { expect, test } from 'vitest';
import type { LogLevel } from './logger.ts';
import { jsonLogger, silentLogger } from './logger.ts';

const eventsAt = (level: LogLevel): unknown[] => {
  const lines: string[] = [];
  const logger = jsonLogger(
    (line) => lines.push(line),
    level,
    () => 0,
  );
  logger.debug('d');
  logger.info('i');
  logger.warn('w');
  logger.error('e');
  return lines.map((line) => (JSON.parse(line) as { event: unknown }).event);
};

test('a line is one JSON object with time, level, event and fields', () => {
  const lines: string[] = [];
  const logger = jsonLogger(
    (line) => lines.push(line),
    'info',
    () => 1_000,
  );
  logger.warn('task.closed', { task: '0_1', count: 2, clean: true, store: null });
  logger.info('bare');
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:01.000Z","level":"warn","event":"task.closed","task":"0_1","count":2,"clean":true,"store":null}',
    '{"time":"1970-01-01T00:00:01.000Z","level":"info","event":"bare"}',
  ]);
});

test('levels below the chosen one say nothing', () => {
  expect(eventsAt('debug')).toEqual(['d', 'i', 'w', 'e']);
  expect(eventsAt('info')).toEqual(['i', 'w', 'e']);
  expect(eventsAt('warn')).toEqual(['w', 'e']);
  expect(eventsAt('error')).toEqual(['e']);
});

test('the time is read for every line', () => {
  let now = 0;
  const lines: string[] = [];
  const logger = jsonLogger(
    (line) => lines.push(line),
    'info',
    () => now,
  );
  logger.info('first');
  now = 86_400_000;
  logger.info('second');
  expect(lines[1]).toContain('1970-01-02');
});

test('the silent logger takes every call', () => {
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    expect(silentLogger[level]('event', { task: '0_0' })).toBeUndefined();
  }
});
