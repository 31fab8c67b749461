import type { RecordContext } from '../common/record-context.ts';

/** Names the topic that a record goes to. The topic must exist. */
export type TopicNameExtractor<K, V> = (key: K, value: V, context: Readonly<RecordContext>) => string;
