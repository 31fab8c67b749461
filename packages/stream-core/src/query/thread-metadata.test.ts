import { expect, test } from 'vitest';
import { broker, counting, create, until } from '../../test/kafka-streams-harness.ts';

test('the tasks of an instance, with what they read', async () => {
  const streams = create({ topology: counting(), broker: broker('in', 'out') });
  expect(streams.metadataForLocalThreads()).toEqual([]);
  await streams.start();
  await until(
    () => streams.metadataForLocalThreads()[0]?.activeTasks.every(({ isRestoring }) => !isRestoring) === true,
  );
  const [thread] = streams.metadataForLocalThreads();
  const tasks = thread?.activeTasks.map(({ taskId, topicPartitions }) => ({ taskId, topicPartitions }));
  expect(tasks).toEqual(
    [0, 1].map((partition) => ({
      taskId: { subtopology: 0, partition },
      topicPartitions: [{ topic: 'in', partition }],
    })),
  );
  await streams.close();
  expect(streams.metadataForLocalThreads()).toEqual([]);
});
