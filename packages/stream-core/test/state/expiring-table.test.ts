import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { queryableStoreTypes } from '../../src/query/local-store.ts';
import { inMemoryState } from '../../src/state/in-memory-state.ts';
import type { StateBackend } from '../../src/state/state-engine.ts';
import { broker, create, put, text, until, values } from '../kafka-streams-harness.ts';
import type { EngineName } from './engines.ts';
import { makeBackend, onEngine } from './engines.ts';

const directories: string[] = [];

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** The state of one instance after the other, in one directory. */
const onDisk = async (engine: EngineName): Promise<() => StateBackend> => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-expiring-'));
  directories.push(directory);
  return () => makeBackend(engine, directory);
};

/** Timestamps are the numbers in front of the values. */
const timestampExtractor = ({ value }: { readonly value: unknown }): number => Number.parseInt(String(value), 10);

const topology = () => {
  const builder = new StreamsBuilder();
  builder
    .table('in', { ...text, timestampExtractor, materialized: { name: 'table', ttl: 100 } })
    .toStream()
    .to('out', text);
  return builder.build();
};

/** The last value of every key of a topic; null where it was deleted. */
const latest = (server: ReturnType<typeof broker>, topic: string): Record<string, string | null> =>
  Object.fromEntries(
    server.records(topic).map(({ key, value }) => [String(key), value === null ? null : String(value)]),
  );

// `a`, `c` and `e` are in one partition, and stream time is that of a task.
const restart = async (state: () => StateBackend): Promise<void> => {
  const server = broker('in', 'out');
  const options = { topology: topology(), broker: server };
  const first = create({ ...options, state: state() });
  await first.start();
  put(server, 'in', ['a', '10 old'], ['c', '90 young'], ['e', '100 now']);
  await until(() => values(server, 'out').length === 3);
  await first.close();

  const second = create({ ...options, state: state() });
  await second.start();
  put(server, 'in', ['e', '150 later']);
  await until(() => values(server, 'out').length === 5);
  expect(latest(server, 'out')).toEqual({ a: null, c: '90 young', e: '150 later' });
  expect(latest(server, 'app-table-changelog')).toEqual(latest(server, 'out'));
  await second.close();

  // What had expired stays away, and what was written last expires too.
  const third = create({ ...options, state: state() });
  await third.start();
  const table = third.store('table', queryableStoreTypes.timestampedKeyValueStore<string, string>());
  await until(async () => (await table.all()).length === 2);
  put(server, 'in', ['c', '250 again']);
  await until(async () => (await table.get('e')) === null && (await table.get('c'))?.timestamp === 250);
  expect(await table.all()).toHaveLength(1);
};

test('rows that are restored from the changelog go on to expire', async () => {
  await restart(() => inMemoryState());
});

for (const engine of ['lmdb', 'rocksdb'] as const) {
  onEngine(engine, () => {
    test('rows that are kept go on to expire', async () => {
      await restart(await onDisk(engine));
    });
  });
}
