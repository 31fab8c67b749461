// An application in a process of its own, on a broker in another one: `node counting-process.ts ADDRESS`. It counts by
// key, exactly once, and says on standard output when it runs.

import { remoteBroker } from '../../src/adapters/remote/remote-broker.ts';
import { silentLogger } from '../../src/common/logger.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import { inMemoryState } from '../../src/state/in-memory-state.ts';

const [address = ''] = process.argv.slice(2);

const builder = new StreamsBuilder();
builder
  .stream('in', { key: serdes.string(), value: serdes.string() })
  .groupByKey()
  .count({ materialized: { name: 'counts' } })
  .toStream()
  .to('out');

const streams = new KafkaStreams({
  topology: builder.build(),
  applicationId: 'counting',
  broker: remoteBroker(JSON.parse(address)),
  state: inMemoryState(),
  processingGuarantee: 'exactly_once_v2',
  commitInterval: 10,
  // A process that was killed holds its successor up for so long.
  transactionTimeout: 600,
  sessionTimeout: 600,
  heartbeatInterval: 50,
  logger: silentLogger,
});
await streams.start();
process.stdout.write('started\n');
