import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';
import type { LogFields } from '../../src/common/logger.ts';
import { silentLogger } from '../../src/common/logger.ts';
import type { ProcessingGuarantee } from '../../src/config/streams-config.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import { inMemoryState } from '../../src/state/in-memory-state.ts';
import type { Acl } from '../servers/add-acls.ts';
import { addAcls } from '../servers/add-acls.ts';
import { describeWith } from '../servers/describe-with.ts';
import { aclsOf, documentedRules } from '../servers/documented-acls.ts';
import type { KafkaServer } from '../servers/kafka-server.ts';
import { startKafka } from '../servers/kafka-server.ts';
import { unsecuredToken } from './unsecured-token.ts';

/** An application and its user, who is called as it is. */
interface Subject {
  readonly applicationId: string;
  readonly title: string;
  readonly guarantee: ProcessingGuarantee;
  /** The place in the table of what its user lacks; null: nothing. */
  readonly lacks: number | null;
}

const rules = documentedRules();
const completeOnes = (['exactly_once_v2', 'at_least_once'] as const).map(
  (guarantee): Subject => ({ applicationId: `complete-${guarantee}`, title: guarantee, guarantee, lacks: null }),
);
const lacking = rules.map(({ operation, resource, name }, lacks): Subject => {
  const title = `${operation} on ${resource} ${name}`;
  return { applicationId: `lacks-${lacks}`, title, guarantee: 'exactly_once_v2', lacks };
});

const inputOf = ({ applicationId }: Subject): string => `in-of-${applicationId}`;
const outputOf = ({ applicationId }: Subject): string => `out-of-${applicationId}`;
const repartitionOf = ({ applicationId }: Subject): string => `${applicationId}-counts-repartition`;
const patience = { timeout: 90_000, interval: 100 };

const aclsFor = (subject: Subject, index: number): readonly Acl[] => {
  const rule = rules[index];
  const { applicationId } = subject;
  return rule === undefined
    ? []
    : aclsOf(rule, { applicationId, sources: [inputOf(subject)], sinks: [outputOf(subject)] });
};

/** Nobody needs transactional ids without exactly-once. */
const allowed = (subject: Subject): readonly Acl[] =>
  rules.flatMap(({ resource }, index) => {
    const isNeeded = resource !== 'TRANSACTIONAL_ID' || subject.guarantee === 'exactly_once_v2';
    return isNeeded && index !== subject.lacks ? aclsFor(subject, index) : [];
  });

const lackedBy = (subject: Subject): Acl | undefined => aclsFor(subject, subject.lacks ?? -1)[0];

const counting = (subject: Subject) => {
  const builder = new StreamsBuilder();
  const text = { key: serdes.string(), value: serdes.string() };
  builder
    .stream(inputOf(subject), text)
    .selectKey((key) => key)
    .groupByKey(text)
    .count({ materialized: { name: 'counts' } })
    .toStream()
    .to(outputOf(subject), { key: serdes.string(), value: serdes.long() });
  return builder.build();
};

describeWith(['own kafka', 'java clients'], 'the ACLs that docs/operating.md lists', () => {
  let server: KafkaServer;
  let admin: BrokerClient;
  const open: KafkaStreams[] = [];

  /** One record for everybody. */
  const produce = async (): Promise<void> => {
    const producer = admin.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
    await producer.init();
    for (const subject of [...completeOnes, ...lacking]) {
      const builder = new RecordBatchBuilder();
      builder.append(Buffer.from('key'), Buffer.from('value'), systemClock.now(), noHeaders);
      await producer.send({ topic: inputOf(subject), partition: 0 }, builder.build());
    }
    await producer.close();
  };

  beforeAll(async () => {
    server = await startKafka({ secure: { protocol: 'SASL_PLAINTEXT', users: {} }, acls: true });
    const { bootstrapServers } = server;
    admin = kafka({ bootstrapServers }).connect({ clientId: 'set-up', clock: systemClock, chance: systemChance });
    const subjects = [...completeOnes, ...lacking];
    const names = subjects.flatMap((subject) => [inputOf(subject), outputOf(subject)]);
    await admin.admin.createTopics(names.map((name) => ({ name, partitions: 1, replicationFactor: -1, configs: {} })));
    await addAcls(bootstrapServers, new Map(subjects.map((subject) => [subject.applicationId, allowed(subject)])));
    await produce();
  }, 300_000);
  afterEach(async () => {
    for (const streams of open.splice(0)) await streams.close();
  });
  afterAll(async () => {
    await admin?.close();
    await server?.close();
  });

  /** An application of the user, with what it warns of. */
  const start = async (subject: Subject) => {
    const warnings: string[] = [];
    const warn = (event: string, { error = '' }: LogFields = {}): number => warnings.push(`${event} ${error}`);
    const { applicationId, guarantee } = subject;
    const token = (): string => unsecuredToken(applicationId);
    const streams = new KafkaStreams({
      applicationId,
      broker: kafka({ bootstrapServers: server.secureServers, sasl: { mechanism: 'OAUTHBEARER', token } }),
      topology: counting(subject),
      processingGuarantee: guarantee,
      commitInterval: 50,
      repartitionPurgeInterval: 200,
      state: inMemoryState(),
      logger: { ...silentLogger, warn, error: warn },
    });
    open.push(streams);
    // What keeps it from running is in `error` too.
    await streams.start().catch(() => undefined);
    return { streams, warnings };
  };

  const offsetOf = async (topic: string, spec: 'earliest' | 'latest'): Promise<number> => {
    const offsets = await admin.admin.listOffsets([{ partition: { topic, partition: 0 }, spec }], 'read_committed');
    return offsets[0] ?? 0;
  };

  test.for(completeOnes)('are enough: $title', { timeout: 120_000 }, async (subject) => {
    const { streams, warnings } = await start(subject);
    await expect.poll(() => offsetOf(outputOf(subject), 'latest'), patience).toBeGreaterThan(0);
    await expect.poll(() => offsetOf(repartitionOf(subject), 'earliest'), patience).toBeGreaterThan(0);
    expect(streams.state).toBe('RUNNING');
    expect(warnings).toEqual([]);
  });

  test.for(lacking)('are all needed: not without $title', { timeout: 120_000 }, async (subject) => {
    const { streams, warnings } = await start(subject);
    if (lackedBy(subject)?.operation === 'DELETE') {
      await expect.poll(() => warnings, patience).toContainEqual(expect.stringContaining('repartition.purge_failed'));
      expect(await offsetOf(repartitionOf(subject), 'earliest')).toBe(0);
      expect(streams.state).toBe('RUNNING');
    } else {
      await streams.ended();
      expect(streams.state).toBe('ERROR');
      expect(streams.error).toMatchObject({ code: 'AUTHORIZATION_FAILED' });
      expect(await offsetOf(outputOf(subject), 'latest')).toBe(0);
    }
    // The resource is named, or for a prefix what begins so.
    expect(warnings[0]).toContain(lackedBy(subject)?.name);
    expect(warnings[0]).toContain('Give the user of this client the rights');
  });
});
