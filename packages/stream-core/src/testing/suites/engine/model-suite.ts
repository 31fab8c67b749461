import type { Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';

import type { StateEngine } from '../../../state/state-engine.ts';
import type { EngineContext } from './engine-context.ts';
import { first, last } from './engine-context.ts';

type FastCheck = typeof import('fast-check');

type Step =
  | { readonly kind: 'write'; readonly changes: readonly (readonly [Buffer, Buffer | null])[] }
  | { readonly kind: 'deleteRange' | 'read'; readonly from: Buffer; readonly to: Buffer; readonly take: number }
  | { readonly kind: 'reopen' };

/** Rows by key, sorted when they are read. */
type Model = Map<string, readonly [Buffer, Buffer]>;

/** Short keys of few bytes, and long ones that share their beginnings up to where engines cut. */
const keys = (fc: FastCheck): Arbitrary<Buffer> => {
  const byte = fc.constantFrom(0, 1, 97, 254, 255);
  const short = fc.array(byte, { maxLength: 4 }).map((list) => Buffer.from(list));
  const long = fc
    .tuple(
      fc.constantFrom(0, 97, 255),
      fc.constantFrom(1_942, 1_943, 1_944, 1_945, 1_946, 1_976, 1_977, 1_978, 1_979, 2_100, 66_000),
      fc.array(byte, { maxLength: 3 }),
    )
    .map(([fill, length, tail]) => Buffer.concat([Buffer.alloc(length, fill), Buffer.from(tail)]));
  return fc.oneof({ weight: 3, arbitrary: short }, { weight: 2, arbitrary: long });
};

const steps = (fc: FastCheck, withReopen: boolean): Arbitrary<Step[]> => {
  const key = keys(fc);
  const value = fc.option(fc.uint8Array({ maxLength: 40 }).map((list) => Buffer.from(list)));
  const bounds = { from: key, to: key, take: fc.constantFrom(0, 1, 17, Number.POSITIVE_INFINITY) };
  const write = fc.record({
    kind: fc.constant('write' as const),
    changes: fc.array(fc.tuple(key, value), { maxLength: 30 }),
  });
  const read = fc.record({ kind: fc.constant('read' as const), ...bounds });
  const deleteRange = fc.record({ kind: fc.constant('deleteRange' as const), ...bounds });
  const reopen = fc.record({ kind: fc.constant('reopen' as const) });
  const weighted = [
    { weight: 5, arbitrary: write },
    { weight: 5, arbitrary: read },
    { weight: 1, arbitrary: deleteRange },
    ...(withReopen ? [{ weight: 1, arbitrary: reopen }] : []),
  ];
  return fc.array(fc.oneof(...weighted) as Arbitrary<Step>, { maxLength: 25 });
};

const rowsOf = (model: Model, from: Buffer, to: Buffer): (readonly [Buffer, Buffer])[] =>
  [...model.values()]
    .filter(([key]) => Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0)
    .sort(([left], [right]) => Buffer.compare(left, right));

const taken = (
  engine: StateEngine,
  from: Buffer,
  to: Buffer,
  options: { reverse: boolean; take: number },
): string[] => {
  const rows: string[] = [];
  if (options.take === 0) return rows;
  for (const { key, value } of engine.range(from, to, options.reverse)) {
    rows.push(print(key, value));
    if (rows.length === options.take) break;
  }
  return rows;
};

/** Long keys by their length and end, which is where they differ. */
const print = (key: Buffer, value: Buffer): string =>
  `${key.length}:${key.subarray(0, 1).toString('hex')}..${key.subarray(-6).toString('hex')}=${value.toString('hex')}`;

const expectRange = (
  engine: StateEngine,
  model: Model,
  { from, to, take }: { from: Buffer; to: Buffer; take: number },
): void => {
  const rows = rowsOf(model, from, to).map(([key, value]) => print(key, value));
  expect(taken(engine, from, to, { reverse: false, take })).toEqual(rows.slice(0, take));
  expect(taken(engine, from, to, { reverse: true, take })).toEqual(rows.reverse().slice(0, take));
};

const change = (engine: StateEngine, model: Model, step: Step): void => {
  if (step.kind === 'write') {
    const batch = engine.batch();
    for (const [key, value] of step.changes) {
      if (value === null) batch.delete(key);
      else batch.put(key, value);
      if (value === null) model.delete(key.toString('latin1'));
      else model.set(key.toString('latin1'), [key, value]);
    }
    batch.commit();
    const asked = step.changes.map(([key]) => key);
    expect(engine.getMany(asked)).toEqual(asked.map((key) => model.get(key.toString('latin1'))?.[1] ?? null));
    expect(asked.every((key, index) => engine.get(key)?.equals(engine.getMany(asked)[index] ?? key) ?? true)).toBe(
      true,
    );
  } else if (step.kind === 'deleteRange') {
    engine.deleteRange(step.from, step.to);
    for (const [key] of rowsOf(model, step.from, step.to)) model.delete(key.toString('latin1'));
  } else if (step.kind === 'read') {
    expectRange(engine, model, step);
  }
};

/** Random changes, reads and reopenings against a sorted array. */
export const modelSuite = (context: EngineContext, { runs, isDurable }: { runs: number; isDurable: boolean }): void => {
  test('answers as a sorted array does, whatever is written, deleted and asked', { timeout: 120_000 }, async () => {
    // Loaded here: who runs other suites need not have it.
    const { default: fc } = await import('fast-check');
    fc.assert(
      fc.property(steps(fc as never, isDurable), (list) => {
        context.cleanUp();
        const model: Model = new Map();
        for (const step of list) {
          if (step.kind === 'reopen') context.reopen();
          else change(context.open(), model, step);
        }
        expectRange(context.open(), model, { from: first, to: last, take: Number.POSITIVE_INFINITY });
      }),
      { numRuns: runs },
    );
  });
};
