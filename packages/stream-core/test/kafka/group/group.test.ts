import { afterEach, beforeAll, expect, test } from 'vitest';

import { GroupMember, settled } from '../../../src/testing/suites/broker/group-member.ts';
import type { SuiteContext } from '../../../src/testing/suites/broker/suite-context.ts';
import { describeWith } from '../../servers/describe-with.ts';
import { sharedKafka } from '../../servers/shared-servers.ts';
import { groupContext } from './group-context.ts';
import { JavaMember, membersByJava, offsetsByJava } from './group-referee.ts';

/** Stands still, as a process does whose user code never yields: no timer fires, no socket is read. */
const blockEventLoop = (durationMs: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
};

describeWith(['kafka', 'java clients'], 'members of a group on a real broker', () => {
  let bootstrapServers: string;
  let context: SuiteContext;
  beforeAll(async () => {
    bootstrapServers = (await sharedKafka()).address;
    context = groupContext(bootstrapServers, 6_000);
  }, 120_000);
  const javaMembers: JavaMember[] = [];
  afterEach(async () => {
    for (const member of javaMembers.splice(0)) member.kill();
    await context.closeClients();
  });

  const names = (topic: string, ...partitions: readonly number[]): string[] =>
    partitions.map((partition) => `${topic}-${partition}`);

  test('commit what the admin client of Java reads, with epoch and metadata', async () => {
    const topic = await context.topic(2);
    const groupId = context.unique('group');
    const member = new GroupMember(context, { groupId, topics: [topic] }).start();
    await settled(context, [member], 2);
    await member.consumer.commit([
      { topicPartition: { topic, partition: 0 }, offset: 7, leaderEpoch: 0, metadata: 'größer als Ascii' },
      { topicPartition: { topic, partition: 1 }, offset: 9, leaderEpoch: -1, metadata: '' },
    ]);
    expect(await offsetsByJava(bootstrapServers, groupId)).toEqual([
      `${topic}-0 7 0 größer als Ascii`,
      `${topic}-1 9 -1 `,
    ]);
    await member.close();
  }, 120_000);

  test('are described by the admin client of Java, static ones with their names', async () => {
    const topic = await context.topic(2);
    const groupId = context.unique('group');
    const one = new GroupMember(context, { groupId, topics: [topic], consumer: { groupInstanceId: 'one' } }).start();
    await settled(context, [one], 2);
    expect(await membersByJava(bootstrapServers, groupId)).toEqual([`one ${names(topic, 0, 1).join(',')}`]);
    // A static member that closes keeps its place, unless it is told to leave.
    await one.consumer.close();
    expect(await membersByJava(bootstrapServers, groupId)).toHaveLength(1);
    const again = new GroupMember(context, { groupId, topics: [topic], consumer: { groupInstanceId: 'one' } }).start();
    await settled(context, [again], 2);
    await again.consumer.close({ leave: true });
    expect(await membersByJava(bootstrapServers, groupId)).toEqual([]);
  }, 120_000);

  test('share a group with a Java consumer, whoever leads', async () => {
    for (const leader of ['ours', 'java']) {
      const topic = await context.topic(4);
      const groupId = context.unique('group');
      const joinJava = async (): Promise<JavaMember> => {
        const member = await JavaMember.join(bootstrapServers, groupId, topic);
        javaMembers.push(member);
        return member;
      };
      const join = (): GroupMember => {
        const member: GroupMember = new GroupMember(context, {
          groupId,
          topics: [topic],
          protocolName: 'cooperative-sticky',
          // The user data of Kafka's assignor: the generation in four bytes.
          userData: () => String.fromCharCode(0, 0, 0, Math.max(0, member?.consumer.groupMetadata().generationId ?? 0)),
        });
        return member.start();
      };
      let ours: GroupMember;
      let java: JavaMember;
      if (leader === 'ours') {
        ours = join();
        await settled(context, [ours], 4);
        java = await joinJava();
      } else {
        java = await joinJava();
        await context.until('the Java consumer owns everything', () => java.owned.length === 4);
        ours = join();
      }
      const all = names(topic, 0, 1, 2, 3);
      await context.until(`they share the topic, led by ${leader}`, () => {
        if (ours.error !== null) throw ours.error;
        return [...ours.owned, ...java.owned].toSorted().join() === all.join() && ours.owned.size === 2;
      });
      expect(ours.protocol.led.length > 0).toBe(leader === 'ours');
      expect(java.lines.filter((line) => line.startsWith('lost'))).toEqual([]);
      if (leader === 'ours') expect(java.lines.filter((line) => line.startsWith('revoked'))).toEqual([]);
      await java.close();
      await settled(context, [ours], 4);
      await ours.close();
    }
  }, 120_000);

  test('stand still for 20 seconds of a session of 45, and nobody notices', async () => {
    const topic = await context.topic(2);
    const groupId = context.unique('group');
    const consumer = { sessionTimeoutMs: 45_000, heartbeatIntervalMs: 3_000 };
    const member = new GroupMember(context, { groupId, topics: [topic], consumer }).start();
    await settled(context, [member], 2);
    const before = member.consumer.groupMetadata();
    const { length: events } = member.events;
    blockEventLoop(20_000);
    const offset = { topicPartition: { topic, partition: 0 }, offset: 1, leaderEpoch: -1, metadata: '' };
    await member.consumer.commit([offset]);
    // Long enough for heartbeats to have brought news, if there were any.
    const { clock } = context.broker;
    const start = clock.monotonic();
    await context.until('heartbeats were answered', () => clock.monotonic() - start > 7_000);
    expect(member.consumer.groupMetadata()).toEqual(before);
    expect(member.events).toHaveLength(events);
    expect(member.error).toBeNull();
    await member.close();
  }, 120_000);

  test('stand still for longer than their session, are out, hear of it at once, and join anew', async () => {
    const topic = await context.topic(2);
    const groupId = context.unique('group');
    const consumer = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 };
    const member = new GroupMember(context, { groupId, topics: [topic], consumer }).start();
    await settled(context, [member], 2);
    const before = member.consumer.groupMetadata();
    blockEventLoop(8_000);
    const offset = { topicPartition: { topic, partition: 0 }, offset: 1, leaderEpoch: -1, metadata: '' };
    await expect(member.consumer.commit([offset])).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' });
    await context.until('it has joined anew', () => member.events.length >= 3);
    expect(member.events.slice(1)).toEqual([
      `lost ${names(topic, 0, 1).join(',')}`,
      `assigned ${names(topic, 0, 1).join(',')}`,
    ]);
    expect(member.consumer.groupMetadata().memberId).not.toBe(before.memberId);
    expect(await member.consumer.committed([offset.topicPartition])).toEqual([null]);
    await member.consumer.commit([offset]);
    await member.close();
  }, 120_000);
});
