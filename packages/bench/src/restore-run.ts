import { KafkaStreams, StreamsBuilder, seededChance, serdes, silentLogger, timeWindows } from '@millrace/stream-core';
import { MemoryBroker } from '@millrace/stream-core/memory';
import type { Run } from './benchmark.ts';
import { stateEngines } from './state-engines.ts';

const bytes = { key: serdes.bytes(), value: serdes.bytes() };
const changelog = 'bench-restored-changelog';
const chunkSize = 4_000;
const windowMs = 60_000;
const windows = 20;

/** What the keys of a changelog are. */
export type RestoredKeys = 'uniform' | 'windowed';

const table = () => {
  const builder = new StreamsBuilder();
  builder.table('in', { ...bytes, materialized: { name: 'restored', ...bytes } });
  return builder.build();
};

const windowed = () => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', bytes)
    .groupByKey()
    .windowedBy(timeWindows({ size: windowMs, grace: '1h' }))
    .count({ materialized: { name: 'restored', retention: '2h' } });
  return builder.build();
};

/** 100 bytes of key in no order. */
const uniformKey = (chance: () => number): Buffer => {
  const key = Buffer.alloc(100);
  for (let at = 0; at < 16; at += 4) key.writeUInt32BE(Math.floor(chance() * 2 ** 32), at);
  return key;
};

/** 24 bytes of key, the window start, and the sequence number, as a window store writes them. */
const windowedKey = (chance: () => number, window: number): Buffer => {
  const key = Buffer.alloc(36);
  key.writeUInt32BE(Math.floor(chance() * 2 ** 32), 0);
  key.writeBigInt64BE(BigInt(window * windowMs), 24);
  return key;
};

/** Fills a changelog, and gives the run of an instance that restores it. */
export const restoreRun = (engine: keyof typeof stateEngines, keys: RestoredKeys, records: number): Run => {
  const broker = new MemoryBroker();
  broker.createTopic('in', { partitions: 1 });
  broker.createTopic(changelog, { partitions: 1, configs: { 'cleanup.policy': 'compact' } });
  const chance = seededChance(1);
  const value = Buffer.alloc(keys === 'windowed' ? 8 : 100, 1);
  for (let from = 0; from < records; from += chunkSize) {
    const rows = Array.from({ length: Math.min(chunkSize, records - from) }, (_, row) => ({
      key:
        keys === 'uniform' ? uniformKey(chance) : windowedKey(chance, Math.floor(((from + row) * windows) / records)),
      value,
      timestamp: 1,
    }));
    broker.produce(changelog, rows);
  }
  const lent = stateEngines[engine]();
  let restored = 0;
  const streams = new KafkaStreams({
    applicationId: 'bench',
    topology: keys === 'uniform' ? table() : windowed(),
    broker,
    state: lent.state,
    logger: silentLogger,
    restoreListener: ({ isComplete, offset }) => {
      if (isComplete) restored = offset;
    },
  });
  return {
    work: async () => {
      await streams.start();
      await streams.close();
    },
    result: () => {
      lent.remove();
      return restored;
    },
  };
};
