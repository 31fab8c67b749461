import { describe, expect, test } from 'vitest';

import { broker, counting, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import type { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { systemChance } from './common/chance.ts';
import { systemClock } from './common/clock.ts';
import type { LogFields } from './common/logger.ts';
import { silentLogger } from './common/logger.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { queryableStoreTypes } from './query/local-store.ts';
import type { Topology } from './topology/topology.ts';

const copying = (offsetReset?: 'none' | 'latest' | 'by_duration:1h'): Topology => {
  const builder = new StreamsBuilder();
  builder.stream('in', { ...text, ...(offsetReset === undefined ? {} : { offsetReset }) }).to('out', text);
  return builder.build();
};

/** Deletes the records of a partition below an offset, as retention does. */
const cut = async (server: MemoryBroker, topic: string, partition: number, offset: number): Promise<void> => {
  const client = server.connect({ clientId: 'cutter', clock: systemClock, chance: systemChance });
  await client.admin.deleteRecords([{ partition: { topic, partition }, beforeOffset: offset }]);
  await client.close();
};

const keyed = (count: number) => Array.from({ length: count }, (_, index) => ['a', String(index)] as const);

describe('records that are deleted before they are read', () => {
  const behindRetention = async () => {
    const server = broker('in', 'out');
    const first = create({ topology: copying(), broker: server });
    await first.start();
    put(server, 'in', ['a', 'first']);
    await until(() => values(server, 'out').length === 1);
    await first.close();
    put(server, 'in', ...keyed(4));
    const [{ partition } = { partition: 0 }] = server.records('in');
    await cut(server, 'in', partition, 3);
    return { server, partition };
  };

  test('the source goes on with the earliest there is, and says what was passed over', async () => {
    const { server, partition } = await behindRetention();
    const lines: (readonly [string, LogFields | undefined])[] = [];
    const logger = { ...silentLogger, warn: (event: string, fields?: LogFields) => lines.push([event, fields]) };
    const second = create({ topology: copying(), broker: server, logger });
    await second.start();
    await until(() => values(server, 'out').length === 3);
    expect(values(server, 'out')).toEqual(['first', '2', '3']);
    expect(lines).toEqual([['input.position_reset', { topic: 'in', partition, from: 1, to: 3, reset: 'earliest' }]]);
  });

  test('the instance fails when the reset is none', async () => {
    const { server } = await behindRetention();
    const second = create({ topology: copying(), broker: server, autoOffsetReset: 'none' });
    await second.start().catch(() => undefined);
    await second.ended();
    expect(second.error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
  });
});

describe('the first position of a source', () => {
  test('none: an error when nothing was committed', async () => {
    const streams = create({ topology: copying('none'), broker: broker('in', 'out') });
    await expect(streams.start()).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      message: expect.stringMatching(/in-\d has no offset to go on from/),
    });
  });

  test('latest: what was there before is not read', async () => {
    const server = broker('in', 'out');
    put(server, 'in', ['a', 'old']);
    const streams = create({ topology: copying('latest'), broker: server });
    await streams.start();
    put(server, 'in', ['a', 'new']);
    await until(() => values(server, 'out').length === 1);
    expect(values(server, 'out')).toEqual(['new']);
  });

  test('by_duration: what is not older is read, and of an older partition what comes', async () => {
    const server = broker('in', 'out');
    const hours = (count: number) => Date.now() - count * 3_600_000;
    const value = Buffer.from('x');
    server.produce('in', [
      { key: value, value: Buffer.from('too old'), timestamp: hours(3), partition: 0 },
      { key: value, value: Buffer.from('young'), timestamp: hours(0), partition: 0 },
      { key: value, value: Buffer.from('too old as well'), timestamp: hours(2), partition: 1 },
    ]);
    const streams = create({ topology: copying('by_duration:1h'), broker: server });
    await streams.start();
    server.produce('in', [{ key: value, value: Buffer.from('next'), timestamp: hours(2), partition: 1 }]);
    await until(() => values(server, 'out').length === 2);
    expect(values(server, 'out').sort()).toEqual(['next', 'young']);
  });
});

test('a changelog that loses records while it is read is read again from where it begins', async () => {
  const server = broker('in', 'out');
  const topology = counting();
  const first = create({ topology, broker: server });
  await first.start();
  for (let index = 0; index < 3_000; index++) put(server, 'in', [`${index}-${'k'.repeat(1_000)}`, 'v']);
  await until(() => values(server, 'out').length === 3_000);
  await first.close();
  const changelog = 'app-counts-changelog';
  let hasCut = false;
  const second = create({
    topology,
    broker: server,
    restoreListener: ({ changelog: { partition }, endOffset, isComplete }) => {
      if (hasCut || isComplete) return;
      hasCut = true;
      void cut(server, changelog, partition, endOffset - 1);
    },
  });
  await second.start();
  const counts = second.store('counts', queryableStoreTypes.keyValueStore<string, number>());
  expect(hasCut).toBe(true);
  expect((await counts.all()).length).toBeLessThan(3_000);
});
