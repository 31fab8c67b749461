import { joinWindows, serdes } from '@millrace/stream-core';
import type { Workload } from './workload.ts';

const text = { key: serdes.string(), value: serdes.string() };

/** W3: joins what the two sides have of a key within 5 s. */
export const streamStreamJoin: Workload = (builder, { topicPrefix, outputTopic }) => {
  builder
    .stream(`${topicPrefix}w3-left`, text)
    .join(
      builder.stream(`${topicPrefix}w3-right`, text),
      (left, right) => `${left}|${right}`,
      joinWindows({ timeDifference: '5s', grace: '1s' }),
      { ...text, otherValue: serdes.string() },
    )
    .to(outputTopic, text);
};
