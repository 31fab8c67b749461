import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts';

const anyTopic = fc.stringMatching(/^[a-z.-]{1,8}$/);
const anyPartitions = fc.uniqueArray(fc.record({ topic: anyTopic, partition: fc.nat(50) }), {
  selector: ({ topic, partition }) => `${topic}-${partition}`,
});
const byTopic = <T extends { topic: string }>(partitions: readonly T[]): T[] =>
  [...Map.groupBy(partitions, ({ topic }) => topic).values()].flat();
const sorted = <T extends { topic: string; partition: number }>(partitions: readonly T[]): T[] =>
  partitions.toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));

// Written by ConsumerProtocol of Kafka 4.3.1. The first four have the user data that CooperativeStickyAssignor gives a
// KafkaConsumer which owns these partitions in generation 7.
const fromKafka = {
  subscriptions: [
    '00000000000200076772c3b6c39f6500066f72646572730000000400000007',
    '00010000000200076772c3b6c39f6500066f726465727300000004000000070000000200076772c3b6c39f65000000010000000100066f7264657273000000020000000000000002',
    '00020000000200076772c3b6c39f6500066f726465727300000004000000070000000200076772c3b6c39f65000000010000000100066f726465727300000002000000000000000200000007',
    '00030000000200076772c3b6c39f6500066f726465727300000004000000070000000200076772c3b6c39f65000000010000000100066f72646572730000000200000000000000020000000700067261636b2d31',
  ],
  firstJoin: '00030000000200076772c3b6c39f6500066f7264657273ffffffff00000000ffffffffffff',
  withoutRack:
    '00030000000200076772c3b6c39f6500066f7264657273000000030102030000000200076772c3b6c39f65000000010000000100066f726465727300000002000000000000000200000007ffff',
  assignment: '00030000000200066f726465727300000002000000020000000000076772c3b6c39f65000000010000000100000003010203',
  assignmentWithoutData:
    '00030000000200066f726465727300000002000000020000000000076772c3b6c39f650000000100000001ffffffff',
};
const owned = [
  { topic: 'orders', partition: 2 },
  { topic: 'orders', partition: 0 },
  { topic: 'größe', partition: 1 },
];
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test('a subscription has the bytes of ConsumerProtocolSubscription, version 3', () => {
  const bytes = encodeSubscription({
    topics: ['ab'],
    userData: Uint8Array.of(9),
    ownedPartitions: [
      { topic: 'ab', partition: 1 },
      { topic: 'ab', partition: 2 },
    ],
    generationId: 5,
  });
  expect(bytes.toString('hex')).toBe(
    `0003${'00000001'}${'00026162'}${'0000000109'}${'00000001'}${'00026162'}${'00000002'}${'00000001'}${'00000002'}${'00000005'}ffff`,
  );
});

test('an assignment has the bytes of ConsumerProtocolAssignment', () => {
  const bytes = encodeAssignment({ partitions: [{ topic: 'ab', partition: 7 }], userData: new Uint8Array(0) });
  expect(bytes.toString('hex')).toBe('0003000000010002616200000001000000070000'.concat('0000'));
});

test('both come back as they went in', () => {
  fc.assert(
    fc.property(
      fc.array(anyTopic),
      fc.uint8Array(),
      anyPartitions,
      fc.integer({ min: -1 }),
      (topics, userData, owned, generationId) => {
        const subscription = { topics, userData, ownedPartitions: byTopic(owned), generationId };
        const decoded = decodeSubscription(encodeSubscription(subscription));
        const { ownedPartitions } = subscription;
        expect({ ...decoded, userData: Uint8Array.from(decoded.userData) }).toEqual({
          ...subscription,
          topics: topics.toSorted(),
          ownedPartitions: sorted(ownedPartitions),
        });
        const assignment = decodeAssignment(encodeAssignment({ partitions: byTopic(owned), userData }));
        expect(assignment.partitions).toEqual(byTopic(owned));
        expect(Uint8Array.from(assignment.userData)).toEqual(userData);
      },
    ),
  );
});

test('older subscriptions lack what came later', () => {
  const bytes = encodeSubscription({ topics: ['t'], userData: Uint8Array.of(1), ownedPartitions: [], generationId: 3 });
  bytes.writeInt16BE(0, 0);
  expect(decodeSubscription(bytes)).toMatchObject({ topics: ['t'], ownedPartitions: [], generationId: -1 });
});

test('no bytes are an assignment of nothing', () => {
  expect(decodeAssignment(new Uint8Array(0)).partitions).toEqual([]);
});

test.each(fromKafka.subscriptions.map((bytes, version) => ({ bytes, version })))(
  'the subscription of a Java consumer is read in version $version',
  ({ bytes, version }) => {
    const { topics, userData, ownedPartitions, generationId } = decodeSubscription(hex(bytes));
    expect(topics).toEqual(['größe', 'orders']);
    expect(Buffer.from(userData).toString('hex')).toBe('00000007');
    expect(ownedPartitions).toEqual(version >= 1 ? sorted(owned) : []);
    expect(generationId).toBe(version >= 2 ? 7 : -1);
  },
);

test('a Java consumer that joins first has no user data and owns nothing', () => {
  const first = decodeSubscription(hex(fromKafka.firstJoin));
  expect(first).toEqual({
    topics: ['größe', 'orders'],
    userData: new Uint8Array(0),
    ownedPartitions: [],
    generationId: -1,
  });
});

test('what is written here is what Kafka writes, to the byte', () => {
  const userData = Uint8Array.of(1, 2, 3);
  const subscription = { topics: ['orders', 'größe'], userData, ownedPartitions: owned, generationId: 7 };
  expect(encodeSubscription(subscription).toString('hex')).toBe(fromKafka.withoutRack);
  expect(encodeAssignment({ partitions: owned, userData }).toString('hex')).toBe(fromKafka.assignment);
});

test('an assignment by a Java leader is read', () => {
  expect(decodeAssignment(hex(fromKafka.assignment)).partitions).toEqual(owned);
  const { partitions, userData } = decodeAssignment(hex(fromKafka.assignmentWithoutData));
  expect(partitions).toEqual(owned);
  expect(userData).toHaveLength(0);
});

test('bytes that are cut short are refused, wherever that is', () => {
  const whole = hex(fromKafka.withoutRack);
  const withoutRack = whole.length - 2;
  for (let length = 0; length < withoutRack; length++) {
    const cut = (): unknown => decodeSubscription(whole.subarray(0, length));
    expect(cut, `${length} bytes`).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }));
  }
  expect(decodeSubscription(whole.subarray(0, withoutRack)).generationId).toBe(7);
});

test('damaged bytes give something or are refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.nat(fromKafka.withoutRack.length / 2 - 1), fc.integer({ min: 1, max: 255 }), (at, flipped) => {
      const bytes = hex(fromKafka.withoutRack);
      bytes.writeUInt8(bytes.readUInt8(at) ^ flipped, at);
      try {
        decodeSubscription(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'CORRUPT_MESSAGE' });
      }
    }),
  );
});
