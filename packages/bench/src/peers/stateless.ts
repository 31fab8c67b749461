import { serdes } from '@millrace/stream-core';
import type { Workload } from './workload.ts';

const text = { key: serdes.string(), value: serdes.string() };

/** W1: drops keys that end in 7, and writes the values in upper case. */
export const stateless: Workload = (builder, { topicPrefix, outputTopic }) => {
  builder
    .stream(`${topicPrefix}w1-in`, text)
    .filter((key) => !key.endsWith('7'))
    .mapValues((value) => value.toUpperCase())
    .to(outputTopic, text);
};
