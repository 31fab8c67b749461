import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts';

const anyTopic = fc.stringMatching(/^[a-z.-]{1,8}$/);
const anyPartitions = fc.uniqueArray(fc.record({ topic: anyTopic, partition: fc.nat(50) }), {
  selector: ({ topic, partition }) => `${topic}-${partition}`,
});
const byTopic = <T extends { topic: string }>(partitions: readonly T[]): T[] =>
  [...Map.groupBy(partitions, ({ topic }) => topic).values()].flat();

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
        expect({ ...decoded, userData: Uint8Array.from(decoded.userData) }).toEqual(subscription);
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
