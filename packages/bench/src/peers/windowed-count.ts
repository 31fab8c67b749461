import { serdes, timeWindows, untilWindowCloses } from '@millrace/stream-core';
import type { Workload } from './workload.ts';

const text = { key: serdes.string(), value: serdes.string() };

/** W2: counts by key in windows of 5 s, and writes each count once, when its window has closed. */
export const windowedCount: Workload = (builder, { topicPrefix, outputTopic }) => {
  builder
    .stream(`${topicPrefix}w2-in`, text)
    .groupByKey()
    .windowedBy(timeWindows({ size: '5s', grace: '1s' }))
    .count({ materialized: { name: 'counts' } })
    .suppress(untilWindowCloses())
    .toStream(({ key, window }) => `${key}@${window.start}`)
    .mapValues((count) => String(count))
    .to(outputTopic, text);
};
