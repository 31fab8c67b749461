import { describe, expect, test } from 'vitest';

import { emptyRecordContext } from '../common/record-context.ts';
import type { ErrorCode } from './codes.ts';
import { errorCodes } from './codes.ts';
import type { ErrorHandlerContext } from './exception-handlers.ts';
import { logAndContinue, logAndFail } from './exception-handlers.ts';
import { ConfigError, errorMessage, findStreamsError, StreamsError, TopologyError } from './streams-error.ts';

describe('a StreamsError', () => {
  test('is an Error with a code, a message, a context and a cause', () => {
    const cause = new Error('underneath');
    const error = new StreamsError('STATE_FAILED', 'cannot read', { context: { store: 'counts' }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'StreamsError',
      code: 'STATE_FAILED',
      message: 'cannot read',
      context: { store: 'counts' },
    });
    expect(error.cause).toBe(cause);
  });

  test('without options has an empty context and no cause at all', () => {
    const error = new StreamsError('CLOSED', 'closed');
    expect(error.context).toEqual({});
    expect('cause' in error).toBe(false);
  });

  test('keeps a cause that is null, because somebody threw it', () => {
    expect('cause' in new StreamsError('CLOSED', 'closed', { cause: null })).toBe(true);
  });

  test('says what the table says of its code', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      const error = new StreamsError(code, '');
      expect([code, error.retriable, error.scope]).toEqual([code, errorCodes[code].retriable, errorCodes[code].scope]);
    }
  });
});

describe.each([
  ['TopologyError', TopologyError, 'TOPOLOGY_INVALID', 'The topology is not valid:'],
  ['ConfigError', ConfigError, 'CONFIG_INVALID', 'The configuration is not valid:'],
] as const)('a %s', (name, Type, code, heading) => {
  test('lists every problem with its place and its remedy', () => {
    const problems = [
      { where: 'a', problem: 'it is missing', remedy: 'add it' },
      { where: 'b', problem: 'it is there', remedy: 'take it away' },
    ];
    const error = new Type(problems);
    expect(error).toBeInstanceOf(StreamsError);
    expect(error).toMatchObject({ name, code, problems, retriable: false, scope: 'client' });
    expect(error.message).toBe(`${heading}\n  a: it is missing; add it\n  b: it is there; take it away`);
  });
});

describe('finding a StreamsError', () => {
  const inner = new StreamsError('SCHEMA_UNKNOWN', 'no schema 7');
  const outer = new StreamsError('DESERIALIZATION_FAILED', 'cannot read', { cause: inner });
  const wrapped = new Error('wrapped', { cause: outer });

  test('gives the outermost one, through errors of other kinds', () => {
    expect(findStreamsError(outer)).toBe(outer);
    expect(findStreamsError(wrapped)).toBe(outer);
  });

  test('with a code gives the outermost one of that code', () => {
    expect(findStreamsError(wrapped, 'SCHEMA_UNKNOWN')).toBe(inner);
    expect(findStreamsError(wrapped, 'CLOSED')).toBeNull();
  });

  test('gives null for whatever else may be thrown', () => {
    for (const thrown of [new Error('other'), 'text', null, undefined, { code: 'CLOSED' }]) {
      expect(findStreamsError(thrown)).toBeNull();
    }
  });
});

test('every thrown value has a text', () => {
  expect(errorMessage(new TypeError('wrong type'))).toBe('wrong type');
  expect(['text', null, undefined, 5].map(errorMessage)).toEqual(['text', 'null', 'undefined', '5']);
});

const failed: ErrorHandlerContext = {
  ...emptyRecordContext(7),
  taskId: '0_0',
  node: 'own',
  serializationExceptionOrigin: null,
  deadLetterQueueTopicName: null,
};

test('the handlers that come with the library answer as they are named', () => {
  const error = new StreamsError('PROCESSING_FAILED', 'bad');
  expect(logAndFail(error, failed)).toBe('fail');
  expect(logAndContinue(error, failed)).toBe('continue');
});

test('where there is a dead letter queue, they write to it, and name an error of ours by its code', () => {
  const error = new StreamsError('RECORD_TOO_LARGE', 'too large');
  const context = { ...failed, deadLetterQueueTopicName: 'dead' };
  expect([logAndFail(error, context), logAndContinue(error, context)]).toMatchObject([
    { result: 'fail', deadLetterQueueRecords: [{ topic: 'dead', timestamp: 7 }] },
    {
      result: 'continue',
      deadLetterQueueRecords: [
        {
          headers: expect.arrayContaining([
            { key: '__streams.errors.exception', value: Buffer.from('StreamsError: RECORD_TOO_LARGE') },
          ]),
        },
      ],
    },
  ]);
});
