import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../../errors/codes.ts';
import { isKafkaError, kafkaError, kafkaErrors, refusal } from './error-codes.ts';

interface RecordedError {
  readonly name: string;
  readonly number: number;
  readonly retriable: boolean;
}

const fixture = new URL('../../../../test/fixtures/kafka-protocol/errors.jsonl', import.meta.url);
const recorded = readFileSync(fixture, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedError);

describe('the table of errors', () => {
  it('is that of Kafka, with what Kafka retries', () => {
    const ours = Object.entries(kafkaErrors).map(([name, { number, retriable }]) => ({ name, number, retriable }));
    expect(ours).toEqual(recorded.filter(({ number }) => number !== 0));
  });

  it('gives a retriable error a code that says so, unless the code names a condition of its own', () => {
    const unusual = Object.entries(kafkaErrors)
      .filter(([, { retriable, code }]) => retriable && !errorCodes[code].retriable)
      .map(([name]) => name);
    expect(unusual).toEqual(['CORRUPT_MESSAGE', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID']);
  });

  it('has no error that is final to Kafka as an unavailable broker, but for these', () => {
    const final = Object.entries(kafkaErrors)
      .filter(([, { retriable, code }]) => !retriable && code === 'BROKER_UNAVAILABLE')
      .map(([name]) => name);
    expect(final).toEqual(['BROKER_NOT_AVAILABLE', 'REBOOTSTRAP_REQUIRED']);
  });
});

describe('a refusal', () => {
  it('names what was asked, the error of Kafka and what the broker said', () => {
    const error = refusal(44, 'CreateTopics of orders', { brokerMessage: 'too many partitions' });
    expect(error.code).toBe('POLICY_VIOLATION');
    expect(error.message).toBe('CreateTopics of orders was refused with POLICY_VIOLATION (44): too many partitions.');
  });

  it('ends the sentence of the broker once', () => {
    const { message } = refusal(44, 'CreateTopics of orders', { brokerMessage: 'Too many partitions.' });
    expect(message).toBe('CreateTopics of orders was refused with POLICY_VIOLATION (44): Too many partitions.');
  });

  it('keeps the number of an error that it does not know', () => {
    const error = refusal(4711, 'Produce to a-0', { context: { topic: 'a', partition: 0 } });
    expect(error).toMatchObject({ code: 'REQUEST_REFUSED', context: { topic: 'a', partition: 0 } });
    expect(error.message).toContain('error 4711 (4711)');
    expect(kafkaError(4711).retriable).toBe(false);
  });
});

it('knows an error number by names', () => {
  expect(isKafkaError(16, 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE')).toBe(true);
  expect(isKafkaError(0, 'NOT_COORDINATOR')).toBe(false);
});
