import { expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../../test/kafka-streams-harness.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import type { Processor } from '../processor/processor.ts';
import type { ProcessorContext } from '../processor/processor-context.ts';
import type { SessionStore } from '../state/session-store.ts';
import { stores } from '../state/stores.ts';
import type { VersionedKeyValueStore } from '../state/versioned-key-value-store.ts';
import { queryableStoreTypes } from './local-store.ts';

/** Puts a value `from-to` as a session of its key, and as a version from then on. */
class Keeper implements Processor<string, string, string, string> {
  #context: ProcessorContext<string, string> | null = null;

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
  }

  process({
    key,
    value,
    timestamp,
    headers,
  }: Parameters<Processor<string, string, string, string>['process']>[0]): void {
    const [start = 0, end = 0] = value.split('-').map(Number);
    this.#context?.getStateStore<SessionStore<string, string>>('sessions').put({ key, window: { start, end } }, value);
    this.#context?.getStateStore<VersionedKeyValueStore<string, string>>('versions').put(key, value, start);
    this.#context?.forward({ key, value, timestamp, headers });
  }
}

const keeping = () => {
  const builder = new StreamsBuilder();
  builder.addStateStore(stores.sessionStore({ name: 'sessions', ...text, retention: '1h' }));
  builder.addStateStore(stores.versionedKeyValueStore({ name: 'versions', ...text, historyRetention: '1h' }));
  builder
    .stream('in', text)
    .process<string, string>(() => new Keeper(), { stores: ['sessions', 'versions'] })
    .to('out', text);
  return builder.build();
};

test('session and versioned stores are read, restored ones too, and not as something else', async () => {
  const server = broker('in', 'out');
  const first = create({ topology: keeping(), broker: server });
  await first.start();
  put(server, 'in', ['a', '10-20'], ['b', '15-15'], ['a', '40-50'], ['c', '1-2']);
  await until(() => values(server, 'out').length === 4);
  await first.close();

  const streams = create({ topology: keeping(), broker: server });
  await streams.start();
  const sessions = streams.store('sessions', queryableStoreTypes.sessionStore<string, string>());
  await until(async () => (await sessions.fetch('a')).length === 2);
  const window = { start: 40, end: 50 };
  expect(await sessions.fetchSession('a', 40, 50)).toBe('40-50');
  expect(await sessions.fetchSession('a', 40, 51)).toBeNull();
  expect(await sessions.findSessions('a', 30, 40)).toEqual([{ key: { key: 'a', window }, value: '40-50' }]);
  expect((await sessions.fetchRange('b', null)).map(({ value }) => value).sort()).toEqual(['1-2', '15-15']);

  const versions = streams.store('versions', queryableStoreTypes.versionedKeyValueStore<string, string>());
  expect(await versions.get('a')).toEqual({ value: '40-50', timestamp: 40, validTo: null });
  expect(await versions.get('a', 39)).toEqual({ value: '10-20', timestamp: 10, validTo: 40 });
  expect(await versions.get('a', 9)).toBeNull();
  expect(await versions.get('nobody')).toBeNull();

  const mistaken = streams.store('versions', queryableStoreTypes.keyValueStore<string, string>());
  await expect(mistaken.get('a')).rejects.toMatchObject({ code: 'STORE_TYPE_MISMATCH' });
});

test('the changelogs of both keep what a restore needs: for the retention and a day', async () => {
  const server = broker('in', 'out');
  await create({ topology: keeping(), broker: server }).start();
  const { admin } = server.connect({
    clientId: 'test',
    clock: { now: Date.now, monotonic: Date.now, schedule: () => ({ cancel: () => undefined }) },
    chance: () => 0,
  });
  expect(await admin.topicConfigs('app-versions-changelog')).toMatchObject({
    'cleanup.policy': 'compact',
    'min.compaction.lag.ms': String(3_600_000 + 86_400_000),
  });
  expect(await admin.topicConfigs('app-sessions-changelog')).toMatchObject({
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(3_600_000 + 86_400_000),
  });
});
