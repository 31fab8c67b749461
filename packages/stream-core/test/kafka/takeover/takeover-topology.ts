import type { KStream } from '../../../src/kstream/api.ts';
import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import { joinWindows, timeWindows } from '../../../src/kstream/windows/windows.ts';
import type { FixedKeyProcessor } from '../../../src/processor/processor.ts';
import type { FixedKeyProcessorContext } from '../../../src/processor/processor-context.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import type { Topology } from '../../../src/topology/topology.ts';

const text = { key: serdes.string(), value: serdes.string() };
const joined = { ...text, otherValue: text.value };

const write = (stream: KStream<string, string>, kind: string, output: string): void =>
  stream.map((key, value) => [`${kind}/${key}` as string, value] as const).to(output, text);

/** Tells how far the stream time of the task has come at each record. */
const streamTimes = (): FixedKeyProcessor<string, string> => {
  let context: FixedKeyProcessorContext<string, string>;
  return {
    init: (given) => {
      context = given;
    },
    process: (record) => context.forward({ ...record, value: `${record.value}@${context.currentStreamTimeMs()}` }),
  };
};

/** The topology of Takeover.java, operator by operator, so that generated names are the same. */
export const takeoverTopology = (input: string, output: string): Topology => {
  const builder = new StreamsBuilder();
  const clicks = builder.stream(`${input}-clicks`, text);
  const windows = clicks
    .groupByKey(text)
    .windowedBy(timeWindows({ size: '10s', grace: '5s' }))
    .count()
    .toStream(({ key, window }) => `${key}@${window.start}`)
    .mapValues(String);
  write(windows, 'window', output);
  const counts = clicks
    .groupBy((key, value) => key.charAt(0) + value.charAt(0), text)
    .count()
    .toStream()
    .mapValues(String);
  write(counts, 'count', output);
  const reduced = clicks.groupByKey(text).reduce((aggregate, value) => `${aggregate},${value}`);
  write(reduced.toStream(), 'reduce', output);
  const lengths = reduced
    .groupBy((key, value) => [`${key.charAt(0)}#${value.length % 3}`, value] as const, { ...text, name: 'lengths' })
    .count()
    .toStream()
    .mapValues(String);
  write(lengths, 'table', output);

  const left = builder.stream(`${input}-left`, text);
  const right = builder.stream(`${input}-right`, text);
  const near = joinWindows({ timeDifference: '3s', grace: '2s' });
  const both = (one: string | null, other: string | null): string => `${one}+${other}`;
  write(left.join(right, both, near, joined), 'inner', output);
  write(left.leftJoin(right, both, near, joined), 'left', output);
  write(left.outerJoin(right, both, near, { ...joined, storeName: 'both' }), 'outer', output);

  const ticks = builder.stream(`${input}-ticks`, text);
  write(ticks.processValues(streamTimes), 'tick', output);
  return builder.build();
};
