import { describe, expect, test } from 'vitest';

import type { LogFields } from '../common/logger.ts';
import { silentLogger } from '../common/logger.ts';
import { emptyRecordContext } from '../common/record-context.ts';
import { resolveProcessingConfig } from '../config/resolve-streams-config.ts';
import type { ErrorHandlerContext } from '../errors/exception-handlers.ts';
import { StreamsError } from '../errors/streams-error.ts';
import { MetricsRegistry } from '../metrics/metrics.ts';
import { CapturingCollector } from '../testing/capturing-collector.ts';
import { TaskErrors } from './task-errors.ts';

const inHand = {
  ...emptyRecordContext(7),
  topic: 'in',
  partition: 3,
  offset: 42,
  rawKey: Buffer.from('secret key'),
  rawValue: Buffer.from('secret value'),
};

/** Errors of a task whose handlers all answer alike and tell what they were asked. */
const begin = (response: 'fail' | 'continue', record = inHand, failure: Error | null = null) => {
  const asked: [kind: string, error: StreamsError, context: ErrorHandlerContext][] = [];
  const logged: [event: string, fields: LogFields | undefined][] = [];
  const answer = (kind: string) => (error: StreamsError, context: ErrorHandlerContext) => {
    asked.push([kind, error, context]);
    if (failure !== null) throw failure;
    return response;
  };
  const metrics = new MetricsRegistry();
  const config = resolveProcessingConfig({
    applicationId: 'app',
    deserializationExceptionHandler: answer('deserialization'),
    processingExceptionHandler: answer('processing'),
    productionExceptionHandler: answer('production'),
  });
  const logger = { ...silentLogger, warn: (event: string, fields?: LogFields) => void logged.push([event, fields]) };
  const errors = new TaskErrors({
    taskId: '0_3',
    record: { current: record },
    config,
    logger,
    metrics,
    collector: new CapturingCollector(),
  });
  const drops = () => metrics.values().map(({ tags, value }) => [tags['task'], tags['node'], tags['reason'], value]);
  return { errors, asked, logged, drops };
};

const thrownBy = (action: () => void): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
};

const unreadable = (cause: unknown) => ({
  topicPartition: { topic: 'in', partition: 3 },
  offset: 42,
  timestamp: 7,
  headers: [],
  rawKey: inHand.rawKey,
  rawValue: inHand.rawValue,
  node: 'source',
  cause,
});

describe('an error of an operator', () => {
  test('names the node and the record, or the punctuation', () => {
    const cause = new RangeError('too far');
    expect(() => begin('fail').errors.processingFailed(cause, 'own')).toThrow(
      expect.objectContaining({
        code: 'PROCESSING_FAILED',
        message: 'own failed on the record at in-3 offset 42: too far',
        context: { taskId: '0_3', node: 'own', topic: 'in', partition: 3, offset: 42 },
        cause,
      }),
    );
    const punctuation = { ...inHand, topic: null as never };
    expect(() => begin('fail', punctuation).errors.processingFailed('thrown text', 'own')).toThrow(
      expect.objectContaining({
        message: 'own failed in a punctuation: thrown text',
        context: { taskId: '0_3', node: 'own' },
      }),
    );
  });

  test('is passed over when the handler says so: counted, and logged without key and value', () => {
    const { errors, asked, logged, drops } = begin('continue');
    errors.processingFailed(new RangeError('too far'), 'own');
    expect(asked).toMatchObject([
      ['processing', { code: 'PROCESSING_FAILED' }, { ...inHand, taskId: '0_3', node: 'own' }],
    ]);
    expect(drops()).toEqual([['0_3', 'own', 'handler', 1]]);
    expect(logged).toEqual([
      [
        'record.dropped_by_handler',
        {
          kind: 'processing',
          code: 'PROCESSING_FAILED',
          response: 'continue',
          topic: 'in',
          partition: 3,
          offset: 42,
          node: 'own',
        },
      ],
    ]);
  });

  test.each(['TASK_MIGRATED', 'STATE_FAILED', 'PRODUCTION_FAILED'] as const)(
    'of the code %s goes through as it is, because no handler of records may pass over it',
    (code) => {
      const { errors, asked } = begin('continue');
      const error = new StreamsError(code, 'final');
      expect(() => errors.processingFailed(error, 'own')).toThrow(error);
      expect(asked).toEqual([]);
    },
  );

  test.each(['SCHEMA_MISMATCH', 'STORE_NOT_CONNECTED', 'PROCESSING_FAILED'] as const)(
    'of the code %s is the handler to decide about',
    (code) => {
      const { errors, asked } = begin('continue');
      const error = new StreamsError(code, 'a matter of the record');
      errors.processingFailed(error, 'own');
      expect(asked[0]?.[1]).toMatchObject({ code: 'PROCESSING_FAILED', cause: error });
    },
  );
});

describe('an error that ends the task', () => {
  const passed = (errors: TaskErrors, ending: () => void): unknown => {
    const error = thrownBy(ending);
    return thrownBy(() => errors.processingFailed(error, 'outer')) === error ? error : 'not passed as it is';
  };

  test('because the processing handler said fail passes the nodes in front, and nobody is asked again', () => {
    const { errors, asked } = begin('fail');
    const error = passed(errors, () => errors.processingFailed(new Error('bad'), 'inner'));
    expect(error).toMatchObject({ code: 'PROCESSING_FAILED', context: { node: 'inner' } });
    expect(asked.length).toBe(1);
  });

  test('because a record could not be sent does so too, but not one that could not be serialised', () => {
    const { errors, asked } = begin('fail');
    const tooLarge = new StreamsError('RECORD_TOO_LARGE', 'too large');
    expect(passed(errors, () => errors.productionFailed(tooLarge, 'sink', 'out'))).toBe(tooLarge);
    const unserialised = new StreamsError('SERIALIZATION_FAILED', 'no bytes');
    expect(passed(errors, () => errors.productionFailed(unserialised, 'sink', 'out'))).toBe('not passed as it is');
    expect(asked.map(([kind]) => kind)).toEqual(['production', 'production', 'processing']);
  });

  test('because a handler threw does so too, and keeps the code and the place of what it was asked about', () => {
    const broken = new Error('broken');
    const { errors, asked } = begin('continue', inHand, broken);
    const unserialised = new StreamsError('SERIALIZATION_FAILED', 'no bytes', { context: { node: 'sink' } });
    expect(passed(errors, () => errors.productionFailed(unserialised, 'sink', 'out'))).toMatchObject({
      code: 'SERIALIZATION_FAILED',
      message: 'The production exception handler failed: broken; it was asked about: no bytes',
      context: { node: 'sink' },
      cause: broken,
    });
    expect(thrownBy(() => errors.deserializationFailed(unreadable(null)))).toMatchObject({
      code: 'DESERIALIZATION_FAILED',
      context: { topic: 'in', offset: 42 },
      cause: broken,
    });
    expect(asked.map(([kind]) => kind)).toEqual(['production', 'deserialization']);
  });
});

describe('an error of a sink', () => {
  test('of a record goes to the production handler as it is', () => {
    const error = new StreamsError('RECORD_TOO_LARGE', 'too large');
    expect(() => begin('fail').errors.productionFailed(error, 'sink', 'out')).toThrow(error);
    const { errors, asked, drops } = begin('continue');
    errors.productionFailed(error, 'sink', 'out');
    expect(asked).toMatchObject([['production', error, { node: 'sink', topic: 'in', offset: 42 }]]);
    expect(asked[0]?.[1]).toBe(error);
    expect(drops()).toEqual([['0_3', 'sink', 'handler', 1]]);
  });

  test('of a changelog, which no node writes, is counted under its topic', () => {
    const { errors, asked, drops } = begin('continue');
    errors.productionFailed(new StreamsError('RECORD_TOO_LARGE', 'too large'), null, 'app-counts-changelog');
    expect(asked).toMatchObject([
      ['production', { code: 'RECORD_TOO_LARGE' }, { node: null, topic: 'in', offset: 42 }],
    ]);
    expect(drops()).toEqual([['0_3', 'app-counts-changelog', 'handler', 1]]);
    expect(() => errors.productionFailed(new Error('no buffer'), null, 'app-counts-changelog')).toThrow(
      expect.objectContaining({
        message: '0_3 cannot write to app-counts-changelog: no buffer',
        context: { taskId: '0_3', topic: 'app-counts-changelog' },
      }),
    );
  });

  test('of anything else is final, and names the sink and the topic', () => {
    const { errors, asked } = begin('continue');
    const cause = new Error('no buffer');
    expect(() => errors.productionFailed(cause, 'sink', 'out')).toThrow(
      expect.objectContaining({
        code: 'PRODUCTION_FAILED',
        message: 'sink cannot write to out: no buffer',
        context: { taskId: '0_3', node: 'sink', topic: 'out' },
        cause,
      }),
    );
    const migrated = new StreamsError('TASK_MIGRATED', 'gone');
    expect(() => errors.productionFailed(migrated, 'sink', 'out')).toThrow(migrated);
    expect(asked).toEqual([]);
  });
});

describe('a record that cannot be read', () => {
  test('goes to the deserialization handler with its bytes', () => {
    const { errors, asked, drops } = begin('continue');
    const cause = new RangeError('eight bytes');
    errors.deserializationFailed(unreadable(cause));
    expect(asked).toMatchObject([
      [
        'deserialization',
        {
          code: 'DESERIALIZATION_FAILED',
          message: 'The record at in-3 offset 42 cannot be read: eight bytes',
          context: { taskId: '0_3', node: 'source', topic: 'in', partition: 3, offset: 42 },
          cause,
        },
        { taskId: '0_3', node: 'source', topic: 'in', partition: 3, offset: 42, timestamp: 7, rawKey: inHand.rawKey },
      ],
    ]);
    expect(drops()).toEqual([['0_3', 'source', 'deserialization', 1]]);
  });

  test('is not counted when the handler fails', () => {
    const { errors, drops } = begin('fail');
    expect(() => errors.deserializationFailed(unreadable(null))).toThrow(StreamsError);
    expect(drops()).toEqual([]);
  });

  test('because its timestamp was rejected is counted and logged, and no handler is asked', () => {
    const { errors, asked, logged, drops } = begin('fail');
    errors.timestampRejected(unreadable(null));
    expect(asked).toEqual([]);
    expect(drops()).toEqual([['0_3', 'source', 'timestamp', 1]]);
    expect(logged).toEqual([['record.timestamp_rejected', { topic: 'in', partition: 3, offset: 42 }]]);
  });
});
