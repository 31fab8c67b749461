import { expect, test } from 'vitest';

import { create, text, until, values } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { ProcessingGuarantee } from './config/streams-config.ts';
import type { ErrorHandlerContext, ProductionHandlerResponse } from './errors/exception-handlers.ts';
import { logAndContinue } from './errors/exception-handlers.ts';
import type { StreamsError } from './errors/streams-error.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';

// What the broker refuses after it was sent: here timestamps that are too far ahead of its clock.

const dayMs = 86_400_000;
const anyTime = { 'message.timestamp.after.max.ms': '9223372036854775807' };

type Answer = (error: StreamsError, context: ErrorHandlerContext) => ProductionHandlerResponse;

interface Refusing {
  readonly answer: Answer;
  readonly guarantee?: ProcessingGuarantee;
  readonly more?: { readonly errorsDeadLetterQueueTopicName: string };
  readonly takesLetters?: boolean;
}

const start = async ({ answer, guarantee = 'at_least_once', more, takesLetters = true }: Refusing) => {
  const server = new MemoryBroker();
  server.createTopic('in', { partitions: 1, configs: anyTime });
  server.createTopic('dead', { partitions: 1, configs: takesLetters ? anyTime : {} });
  server.createTopic('out', { partitions: 1, configs: { 'message.timestamp.after.max.ms': '3600000' } });
  const builder = new StreamsBuilder();
  builder.stream('in', text).to('out', text);
  const asked: string[] = [];
  const streams = create({
    topology: builder.build(),
    broker: server,
    processingGuarantee: guarantee,
    productionExceptionHandler: (error, context) => {
      asked.push(`${error.code} ${error.context.topic} ${context.topic} ${context.rawKey} ${context.rawValue}`);
      return answer(error, context);
    },
    ...more,
  });
  await streams.start();
  const put = (value: string, aheadMs = 0): void => {
    const headers = [{ key: 'from', value: Buffer.from(value) }];
    const record = { key: Buffer.from('k'), value: Buffer.from(value), timestamp: Date.now() + aheadMs, headers };
    server.produce('in', [record]);
  };
  return { server, streams, asked, put };
};

test('is dropped when the handler says continue, and what follows is written', async () => {
  const { server, streams, asked, put } = await start({ answer: () => 'continue' });
  put('first');
  await until(() => values(server, 'out').length === 1);
  put('ahead', dayMs);
  await until(() => asked.length === 1);
  put('last');
  await until(() => values(server, 'out').length === 2);
  expect(values(server, 'out')).toEqual(['first', 'last']);
  expect(asked).toEqual(['TIMESTAMP_INVALID out null k ahead']);
  expect(streams.state).toBe('RUNNING');
});

test.each(['fail', 'retry'] as const)('ends the instance when the handler says %s', async (response) => {
  const { server, streams, asked, put } = await start({ answer: () => response });
  put('ahead', dayMs);
  await streams.ended();
  expect(streams.error).toMatchObject({ code: 'TIMESTAMP_INVALID' });
  expect(asked).toHaveLength(1);
  expect(values(server, 'out')).toEqual([]);
});

test('ends the instance when the handler itself fails, with an error that tells both', async () => {
  const answer = (): never => {
    throw new Error('the handler is broken');
  };
  const { streams, put } = await start({ answer });
  put('ahead', dayMs);
  await streams.ended();
  expect(streams.error).toMatchObject({
    code: 'TIMESTAMP_INVALID',
    message: expect.stringContaining(
      'The production exception handler failed: the handler is broken; it was asked about',
    ),
  });
});

test('goes to the dead letter queue, as it was to be written', async () => {
  const { server, put } = await start({ answer: logAndContinue, more: { errorsDeadLetterQueueTopicName: 'dead' } });
  put('ahead', dayMs);
  await until(() => server.records('dead').length === 1);
  const [letter] = server.records('dead');
  expect(String(letter?.key)).toBe('k');
  expect(String(letter?.value)).toBe('ahead');
  expect(letter?.headers.map(({ key }) => key).slice(0, 2)).toEqual(['from', '__streams.errors.exception']);
  const headers = new Map(letter?.headers.map(({ key, value }) => [key, String(value)]));
  expect(headers.get('__streams.errors.exception')).toContain('TIMESTAMP_INVALID');
});

test('ends the instance when the dead letter queue refuses the letter too', async () => {
  const more = { errorsDeadLetterQueueTopicName: 'dead' };
  const { streams, asked, put } = await start({ answer: logAndContinue, more, takesLetters: false });
  put('ahead', dayMs);
  await streams.ended();
  expect(streams.error).toMatchObject({ code: 'TIMESTAMP_INVALID', context: { topic: 'dead' } });
  expect(asked).toHaveLength(1);
});

test('asks about each record of a batch: a broker takes all of it or nothing', async () => {
  const { server, asked, put } = await start({ answer: () => 'continue' });
  server.produce(
    'in',
    ['a', 'b'].map((value) => ({ key: null, value: Buffer.from(value), timestamp: Date.now() + dayMs })),
  );
  await until(() => asked.length === 2);
  put('last');
  await until(() => values(server, 'out').length === 1);
  expect(asked).toEqual(['TIMESTAMP_INVALID out null null a', 'TIMESTAMP_INVALID out null null b']);
});

test('ends the instance in a transaction, which can only be aborted: nobody is asked', async () => {
  const { server, streams, asked, put } = await start({ answer: () => 'continue', guarantee: 'exactly_once_v2' });
  put('ahead', dayMs);
  await streams.ended();
  expect(streams.error).toMatchObject({ code: 'TIMESTAMP_INVALID' });
  expect(asked).toEqual([]);
  expect(values(server, 'out')).toEqual([]);
});

test('of a changelog ends the instance: a store would lack a row after a restart', async () => {
  const server = new MemoryBroker();
  server.createTopic('in', { partitions: 1, configs: anyTime });
  const builder = new StreamsBuilder();
  const changelogConfig = { 'message.timestamp.after.max.ms': '3600000' };
  builder
    .stream('in', text)
    .groupByKey()
    .count({ materialized: { name: 'counts', changelogConfig } });
  const streams = create({
    topology: builder.build(),
    broker: server,
    processingGuarantee: 'at_least_once',
    productionExceptionHandler: () => 'continue',
  });
  await streams.start();
  server.produce('in', [{ key: Buffer.from('k'), value: Buffer.from('x'), timestamp: Date.now() + dayMs }]);
  await streams.ended();
  expect(streams.error).toMatchObject({ code: 'TIMESTAMP_INVALID' });
});
