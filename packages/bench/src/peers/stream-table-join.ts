import { serdes } from '@millrace/stream-core';
import type { Workload } from './workload.ts';

const text = { key: serdes.string(), value: serdes.string() };

/** W5: joins each record with what a table has under its key. */
export const streamTableJoin: Workload = (builder, { topicPrefix, outputTopic }) => {
  const table = builder.table(`${topicPrefix}w5-table`, { ...text, materialized: { name: 'table' } });
  builder
    .stream(`${topicPrefix}w5-stream`, text)
    .join(table, (value, row) => `${value}|${row}`)
    .to(outputTopic, text);
};
