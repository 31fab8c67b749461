import { StreamsError } from '@millrace/stream-core';
import type { Admin, NewTopic } from '@millrace/stream-core/broker';

/**
 * Creates the topics that do not exist. Several processes may do so at the same time. Topics that exist stay as they
 * are.
 *
 * @returns the names of those that were missing
 * @throws StreamsError TOPIC_EXISTS with every topic that exists with another number of partitions
 */
export const createMissingTopics = async (admin: Admin, topics: readonly NewTopic[]): Promise<readonly string[]> => {
  const existing = await admin.describeTopics(topics.map(({ name }) => name));
  const missing = topics.filter(({ name }) => !existing.has(name));
  const others = topics.flatMap(({ name, partitions }) => {
    const found = existing.get(name);
    const isOther = found !== undefined && found.partitions !== partitions;
    return isOther ? [`${name} has ${found.partitions} partitions instead of ${partitions}`] : [];
  });
  if (others.length > 0) {
    const message = `Topics exist with other settings: ${others.join('; ')}. Use the --scale that they were created with, or delete them`;
    throw new StreamsError('TOPIC_EXISTS', message);
  }
  try {
    if (missing.length > 0) await admin.createTopics(missing);
  } catch (error) {
    // Another process was faster; all that were still missing are created now.
    if (!(error instanceof StreamsError && error.code === 'TOPIC_EXISTS')) throw error;
  }
  return missing.map(({ name }) => name);
};
