import type { PartitionLog } from '../../adapters/memory/log/partition-log.ts';
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts';
import { seededChance } from '../../common/chance.ts';
import { noHeaders } from '../../common/headers.ts';
import { topicPartitionKey } from '../../common/topic-partition.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** What happens to logs without anybody losing anything: they become shorter, thinner, or end in what does not count. */
export class LogStrikes {
  readonly #cluster: SimulatedCluster;
  #strangers = 0;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  /** The beginning of changelogs is deleted, as far as later records stand in for all of it. */
  truncateChangelogs(): void {
    for (const log of this.#changelogs()) {
      const { archive, trace } = this.#cluster;
      archive.keep(log);
      const start = this.#firstThatCounts(log);
      if (start <= log.logStartOffset) continue;
      log.deleteRecords(start);
      trace.add('world', `${topicPartitionKey(log.topicPartition)} begins at ${start}`);
      trace.count('seen changelog shortened');
    }
  }

  /** Changelogs are compacted to their end. */
  compactChangelogs(): void {
    for (const log of this.#changelogs()) {
      this.#cluster.archive.keep(log);
      log.rollSegment();
      log.runCompaction();
    }
  }

  /** Of the input that is deleted which is committed: an instance that has fallen back finds nothing there. */
  purgeInput(): void {
    const { broker, config, archive, trace } = this.#cluster;
    const committed = broker.cluster.offsets.stableOffsets(config.applicationId);
    const sources = new Set(this.#cluster.plan.subtopologies.flatMap(({ sourceTopics }) => sourceTopics));
    for (const log of broker.cluster.topics.logs()) {
      const offset = committed.get(topicPartitionKey(log.topicPartition)) ?? 0;
      if (!sources.has(log.topicPartition.topic) || offset <= log.logStartOffset) continue;
      archive.keep(log);
      log.deleteRecords(offset);
      trace.count('seen input shortened');
    }
  }

  /** Somebody else writes to a log in a transaction that is aborted: it ends in records and a marker that count for nothing. */
  async abortedTail(): Promise<void> {
    const { broker, client, clock, chance, trace } = this.#cluster;
    const logs = [...broker.cluster.topics.logs()];
    const log = logs[Math.floor(chance() * logs.length)];
    if (log === undefined) return;
    const stranger = `stranger-${++this.#strangers}`;
    trace.add('world', `${topicPartitionKey(log.topicPartition)} gets aborted records`);
    const connected = client.connect({ clientId: stranger, clock, chance: seededChance(this.#strangers) });
    const producer = connected.producer({ transactionalId: stranger, transactionTimeoutMs: 2_000 });
    const builder = new RecordBatchBuilder();
    for (const value of [Buffer.from('aborted'), null]) {
      builder.append(Buffer.from(stranger), value, clock.now(), noHeaders);
    }
    await producer.init();
    producer.begin();
    await producer.send(log.topicPartition, builder.build());
    await producer.abort();
    await producer.close();
    await connected.close();
    trace.count('seen aborted tail');
  }

  #changelogs(): PartitionLog[] {
    const { broker } = this.#cluster;
    const stores = this.#cluster.plan.subtopologies.flatMap((each) => each.stores);
    const own = stores.filter(({ isSourceChangelog }) => !isSourceChangelog);
    const topics = new Set(own.map(({ changelogTopic }) => changelogTopic));
    return [...broker.cluster.topics.logs()].filter(({ topicPartition }) => topics.has(topicPartition.topic));
  }

  /** Before it there are only records that a later one of the same key replaces, or that are deleted. */
  #firstThatCounts(log: PartitionLog): number {
    const latest = new Map<string, { readonly offset: number; readonly isThere: boolean }>();
    for (const batch of this.#cluster.archive.batches(log.topicPartition)) {
      const cursor = batch.cursor();
      while (cursor.next()) {
        const key = cursor.key()?.toString('latin1') ?? '';
        latest.set(key, { offset: cursor.offset, isThere: cursor.valueLength >= 0 });
      }
    }
    const alive = [...latest.values()].filter(({ isThere }) => isThere).map(({ offset }) => offset);
    return Math.min(log.lastStableOffset, ...alive);
  }
}
