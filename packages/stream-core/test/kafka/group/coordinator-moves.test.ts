import { afterAll, beforeAll, expect, test } from 'vitest';

import { GroupMember, settled } from '../../../src/testing/suites/broker/group-member.ts';
import type { SuiteContext } from '../../../src/testing/suites/broker/suite-context.ts';
import { describeWith } from '../../servers/describe-with.ts';
import type { KafkaServer } from '../../servers/kafka-server.ts';
import { startKafka } from '../../servers/kafka-server.ts';
import { groupContext } from './group-context.ts';

const sessionTimeoutMs = 6_000;

describeWith(['own kafka'], 'a group whose coordinator goes away', () => {
  let server: KafkaServer;
  let context: SuiteContext;
  beforeAll(async () => {
    server = await startKafka({ nodes: 3 });
    context = groupContext(server.bootstrapServers, sessionTimeoutMs);
  }, 180_000);
  afterAll(async () => {
    await context.closeClients();
    await server.close();
  });

  test('keeps its members and its offsets, whichever node is stopped, killed or started', async () => {
    const topic = await context.topic(4);
    const partitions = [0, 1, 2, 3].map((partition) => ({ topic, partition }));
    const groupId = context.unique('group');
    const members = [1, 2].map(() => new GroupMember(context, { groupId, topics: [topic] }).start());
    await settled(context, members, 4);
    const { clock } = context.broker;
    let offset = 0;
    // One of the three coordinates the group; sooner or later it is hit, and its successor after it.
    for (const node of server.nodes) {
      if (offset % 2 === 0) await node.stop();
      else await node.kill();
      offset++;
      for (const { owned, consumer } of members) {
        const mine = partitions.filter(({ partition }) => owned.has(`${topic}-${partition}`));
        await consumer.commit(
          mine.map((each) => ({ topicPartition: each, offset, leaderEpoch: -1, metadata: `after ${offset}` })),
        );
      }
      const since = clock.monotonic();
      await context.until('sessions would be over', () => clock.monotonic() - since > sessionTimeoutMs * 1.5);
      await node.start();
      const found = await members[0]?.consumer.committed(partitions);
      expect(found).toEqual(partitions.map(() => ({ offset, leaderEpoch: -1, metadata: `after ${offset}` })));
    }
    for (const member of members) {
      expect(member.error).toBeNull();
      expect(member.events.filter((event) => event.startsWith('lost'))).toEqual([]);
      expect(member.owned.size).toBe(2);
    }
    for (const member of members) await member.close();
  }, 180_000);
});
