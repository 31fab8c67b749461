import { MemoryBroker } from '../src/adapters/memory/index.ts';
import { inMemoryState, KafkaStreams, StreamsBuilder, serdes, silentLogger } from '../src/index.ts';

const N = Number(process.argv[2] ?? 1000000);
const engine = process.argv[3] ?? 'memory';
const windowed = process.argv[4] === 'windowed';
const mem = inMemoryState();
const state =
  engine === 'memory'
    ? mem
    : engine === 'behind'
      ? { ...mem, durable: true }
      : engine === 'lmdb'
        ? (await import('../src/adapters/lmdb/index.ts')).lmdbState({ directory: `/tmp/w/st-${process.pid}` })
        : (await import('../src/adapters/rocksdb/index.ts')).rocksdbState({ directory: `/tmp/w/st-${process.pid}` });
const broker = new MemoryBroker();
broker.createTopic('in', { partitions: 1 });
broker.createTopic('app-s-changelog', { partitions: 1, configs: { 'cleanup.policy': 'compact' } });
const b = new StreamsBuilder();
const bytes = { key: serdes.bytes(), value: serdes.bytes() };
if (windowed)
  b.stream('in', bytes)
    .groupByKey()
    .windowedBy((await import('../src/index.ts')).timeWindows({ size: 60000 } as never))
    .count({ materialized: { name: 's' } });
else b.table('in', { ...bytes, materialized: { name: 's', ...bytes } } as never);
const { randomBytes } = await import('node:crypto');
const batch: never[] = [];
const t0 = Date.now();
for (let i = 0; i < N; i++) {
  const key = Buffer.alloc(windowed ? 36 : 100);
  if (windowed) {
    key.writeUInt32BE((Math.random() * 4e9) >>> 0, 0);
    const start = Math.floor(i / (N / 20)) * 60000;
    key.writeInt32BE(Math.floor(start / 2 ** 32), 24);
    key.writeUInt32BE(start >>> 0, 28);
  } else randomBytes(16).copy(key);
  batch.push({ key, value: Buffer.alloc(windowed ? 8 : 20, 1), timestamp: 1 } as never);
  if (batch.length === 5000) {
    broker.produce('app-s-changelog', batch);
    batch.length = 0;
  }
}
console.log('filled', Date.now() - t0, 'ms');
let first = 0;
let cpu: NodeJS.CpuUsage | undefined;
const streams = new KafkaStreams({
  applicationId: 'app',
  topology: b.build(),
  broker,
  state,
  logger: silentLogger,
  clientId: 'a',
  restoreListener: (p) => {
    first ||= performance.now();
    cpu ??= process.cpuUsage();
    if (p.isComplete) {
      const ms = performance.now() - first;
      console.log(
        engine,
        windowed ? 'windowed' : 'uniform',
        'restored',
        N,
        'in',
        ms.toFixed(0),
        'ms',
        Math.round((N / ms) * 1000),
        '/s',
        'cpu us/record',
        ((process.cpuUsage(cpu).user + process.cpuUsage(cpu).system) / N).toFixed(2),
        'rss',
        process.memoryUsage().rss >> 20,
      );
    }
  },
});
await streams.start();
await streams.close();
process.exit();
