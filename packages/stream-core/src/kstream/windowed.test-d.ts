import { describe, expectTypeOf, test } from 'vitest';

import type { Windowed } from '../common/window.ts';
import { serdes } from '../serdes/serdes.ts';
import type { CogroupedKStream, KTable } from './api.ts';
import { untilTimeLimit, untilWindowCloses } from './options/suppressed.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { sessionWindows } from './windows/session-windows.ts';
import { slidingWindows } from './windows/sliding-windows.ts';
import { unlimitedWindows } from './windows/unlimited-windows.ts';
import { timeWindows } from './windows/windows.ts';

const builder = new StreamsBuilder();
const words = builder.stream('words', { key: serdes.string(), value: serdes.string() }).groupByKey();
const amounts = builder.stream('amounts', { key: serdes.string(), value: serdes.bigint() }).groupByKey();
const names = builder.table('names', { key: serdes.string(), value: serdes.string() });

describe('inference', () => {
  test('a windowed table has windowed keys, whatever the windows', () => {
    for (const windows of [timeWindows({ size: 1 }), slidingWindows({ timeDifference: 1 }), unlimitedWindows()]) {
      expectTypeOf(words.windowedBy(windows).count()).toEqualTypeOf<KTable<Windowed<string>, number>>();
    }
    const sessions = words.windowedBy(sessionWindows({ inactivityGap: '5m' })).emitStrategy('onWindowClose');
    expectTypeOf(sessions.reduce((left, right) => left + right)).toEqualTypeOf<KTable<Windowed<string>, string>>();
    const lengths = sessions.aggregate(
      () => 0n,
      (_key, value, sum) => sum + BigInt(value.length),
      (_key, left, right) => left + right,
    );
    expectTypeOf(lengths).toEqualTypeOf<KTable<Windowed<string>, bigint>>();
  });

  test('a cogroup knows the values of each stream', () => {
    const cogrouped = words
      .cogroup((_key, value, sum: bigint) => sum + BigInt(value.length))
      .cogroup(amounts, (_key, amount, sum) => sum + amount);
    expectTypeOf(cogrouped).toEqualTypeOf<CogroupedKStream<string, bigint>>();
    expectTypeOf(cogrouped.aggregate(() => 0n)).toEqualTypeOf<KTable<string, bigint>>();
    const windowed = cogrouped.windowedBy(timeWindows({ size: 1 })).aggregate(() => 0n);
    expectTypeOf(windowed).toEqualTypeOf<KTable<Windowed<string>, bigint>>();
    const sessions = cogrouped.windowedBy(sessionWindows({ inactivityGap: 1 }));
    expectTypeOf(
      sessions.aggregate(
        () => 0n,
        (_key, left, right) => left + right,
      ),
    ).toEqualTypeOf<KTable<Windowed<string>, bigint>>();
  });

  test('a suppressed table is the same table', () => {
    const windowed = words.windowedBy(timeWindows({ size: 1 })).count();
    expectTypeOf(windowed.suppress(untilWindowCloses())).toEqualTypeOf<KTable<Windowed<string>, number>>();
    expectTypeOf(windowed.suppress(untilTimeLimit({ timeLimit: 1 }))).toEqualTypeOf<KTable<Windowed<string>, number>>();
    expectTypeOf(names.suppress(untilTimeLimit({ timeLimit: 1 }))).toEqualTypeOf<KTable<string, string>>();
  });
});

describe('what does not fit does not compile', () => {
  test('windows that are waited for where there are none', () => {
    // @ts-expect-error the keys are not windowed
    names.suppress(untilWindowCloses());
    // @ts-expect-error a final result cannot come early
    untilWindowCloses({ buffer: { whenFull: 'emitEarly' } });
  });

  test('sessions without a merger, and mergers without sessions', () => {
    const cogrouped = words.cogroup<string>((_key, value, sum) => sum + value);
    // @ts-expect-error sessions merge
    cogrouped.windowedBy(sessionWindows({ inactivityGap: 1 })).aggregate(() => '');
    const merger = (_key: string, left: string, right: string) => left + right;
    // @ts-expect-error windows do not merge
    cogrouped.windowedBy(timeWindows({ size: 1 })).aggregate(() => '', merger);
  });

  test('a cogroup of streams with other keys', () => {
    const others = builder.stream('others', { key: serdes.bigint(), value: serdes.string() }).groupByKey();
    // @ts-expect-error the keys of a cogroup are of one type
    words.cogroup<string>((_key, value, sum) => sum + value).cogroup(others, (_key, value, sum) => sum + value);
  });
});
