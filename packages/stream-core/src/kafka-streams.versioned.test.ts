import { expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { inMemoryState } from './state/in-memory-state.ts';
import type { StateBackend } from './state/state-engine.ts';
import { MemoryDisk } from './testing/simulation/memory-disk.ts';

/** Timestamps are the numbers in front of the values. */
const timestampExtractor = ({ value }: { readonly value: unknown }): number => Number.parseInt(String(value), 10);

const joining = (server: ReturnType<typeof broker>, state: StateBackend) => {
  const builder = new StreamsBuilder();
  const consumed = { ...text, timestampExtractor };
  const materialized = { ...text, name: 'versions', versioned: { historyRetention: 1_000 } };
  const table = builder.table('table', { ...consumed, materialized });
  const options = { name: 'waiting', grace: 50 };
  builder
    .stream('stream', consumed)
    .join(table, (left, right) => `${left} with ${right}`, options)
    .to('out', text);
  return create({ topology: builder.build(), broker: server, state });
};

test.each([
  ['restored from their changelogs', () => [inMemoryState(), inMemoryState()] as const],
  [
    'kept on disk',
    () => {
      const disk = new MemoryDisk();
      return [disk, disk] as const;
    },
  ],
])('versions and waiting records are there after a restart: %s', async (_how, states) => {
  const server = broker('stream', 'table', 'out');
  const [before, after] = states();
  const first = joining(server, before);
  await first.start();
  put(server, 'table', ['k', '10 t'], ['k', '30 t']);
  const isLogged = (store: string, count: number) => () => values(server, `app-${store}-changelog`).length >= count;
  await until(isLogged('versions', 2));
  put(server, 'stream', ['k', '20 s'], ['k', '20 s again']);
  await until(isLogged('waiting-Buffer', 2));
  await first.close();
  expect(values(server, 'out')).toEqual([]);
  const second = joining(server, after);
  await second.start();
  put(server, 'table', ['k', '15 late']);
  await until(isLogged('versions', 3));
  put(server, 'stream', ['k', '70 s'], ['k', '5 too late']);
  await until(() => values(server, 'out').length === 2);
  expect(values(server, 'out')).toEqual(['20 s with 15 late', '20 s again with 15 late']);
});
