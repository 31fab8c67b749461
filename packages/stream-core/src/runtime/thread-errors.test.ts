import { expect, test } from 'vitest';

import type { ErrorCode } from '../errors/codes.ts';
import { errorCodes } from '../errors/codes.ts';
import { StreamsError } from '../errors/streams-error.ts';
import { classifyThreadError } from './thread-errors.ts';

const codesOf = (failure: string) =>
  (Object.keys(errorCodes) as ErrorCode[]).filter(
    (code) => classifyThreadError(new StreamsError(code, '')) === failure,
  );

test('an instance begins anew after it has lost its place in the group, and tries again when somebody is away', () => {
  expect(codesOf('migrated').sort()).toEqual([
    'ILLEGAL_GENERATION',
    'INVALID_PRODUCER_EPOCH',
    'INVALID_TXN_STATE',
    'OUT_OF_ORDER_SEQUENCE',
    'PRODUCER_FENCED',
    'REBALANCE_IN_PROGRESS',
    'TASK_CORRUPTED',
    'TASK_MIGRATED',
    'TRANSACTION_ABORTABLE',
    'UNKNOWN_MEMBER_ID',
  ]);
  expect(codesOf('unavailable').sort()).toEqual([
    'BROKER_UNAVAILABLE',
    'SCHEMA_REGISTRY_UNAVAILABLE',
    'UNSTABLE_OFFSET_COMMIT',
  ]);
  expect(codesOf('shutdownRequested')).toEqual(['SHUTDOWN_REQUESTED']);
});

test('nothing that is tried again by itself has a code that is not retriable', () => {
  for (const code of [...codesOf('migrated'), ...codesOf('unavailable')]) {
    expect([code, errorCodes[code as ErrorCode].retriable]).toEqual([code, true]);
  }
});

test('the code may lie under errors of other kinds', () => {
  const cause = new StreamsError('TASK_MIGRATED', 'gone');
  expect(classifyThreadError(new Error('wrapped', { cause }))).toBe('migrated');
});

test('the outermost code counts: what an operator made of an error is an error of the operator', () => {
  const cause = new StreamsError('BROKER_UNAVAILABLE', 'away');
  expect(classifyThreadError(new StreamsError('PROCESSING_FAILED', 'failed', { cause }))).toBe('uncaught');
});

test('whatever else is thrown is for the uncaught exception handler', () => {
  for (const thrown of [new Error('other'), 'text', null, undefined]) {
    expect(classifyThreadError(thrown)).toBe('uncaught');
  }
});
