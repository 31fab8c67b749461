/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The name of a partition in maps and logs: `topic-partition`, as Kafka prints it. */
export const topicPartitionKey = (topicPartition: TopicPartition): string =>
  `${topicPartition.topic}-${topicPartition.partition}`;
