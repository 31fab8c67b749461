import type { TopicPartition } from '../../../common/topic-partition.ts';

export interface TopicItems<Item> {
  readonly name: string;
  readonly items: readonly Item[];
}

/** Items of partitions, grouped as requests have them. */
export const byTopic = <Item>(
  items: readonly Item[],
  partitionOf: (item: Item) => TopicPartition,
): readonly TopicItems<Item>[] =>
  Array.from(
    Map.groupBy(items, (item) => partitionOf(item).topic),
    ([name, ofTopic]) => ({ name, items: ofTopic }),
  );
