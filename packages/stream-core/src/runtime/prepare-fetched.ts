import type { FetchedPartition } from '../broker/fetcher.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import { sourceReading } from '../topology/matched-topics.ts';
import type { TopologyPlan } from '../topology/plan.ts';

/** The keys, or values, of everything that was fetched. Nothing is decoded unless somebody walks over them. */
function* parts(fetched: FetchedPartition, part: 'key' | 'value'): Iterable<Uint8Array> {
  for (const batch of fetched.batches) {
    const cursor = batch.cursor(fetched.position);
    while (cursor.next()) {
      const bytes = part === 'key' ? cursor.key() : cursor.value();
      if (bytes !== null) yield bytes;
    }
  }
}

/** Lets the serdes of a source fetch what they need to read these records, such as schemas. */
export const prepareFetched = async (
  plan: Pick<TopologyPlan, 'subtopologies'>,
  subtopology: number,
  fetched: FetchedPartition,
): Promise<void> => {
  const { topic } = fetched.topicPartition;
  const own = plan.subtopologies.find(({ id }) => id === subtopology);
  const source = own === undefined ? null : sourceReading(own, topic);
  if (source === null || fetched.batches.length === 0) return;
  try {
    const forKeys = source.key.prepare?.(parts(fetched, 'key'), topic);
    if (forKeys !== undefined) await forKeys;
    const forValues = source.value.prepare?.(parts(fetched, 'value'), topic);
    if (forValues !== undefined) await forValues;
  } catch (cause) {
    if (cause instanceof StreamsError) throw cause;
    const { partition } = fetched.topicPartition;
    const offset = fetched.position;
    const message = `The serdes of ${source.name} could not be prepared for ${topic}-${partition} from offset ${offset} on: ${errorMessage(cause)}`;
    throw new StreamsError('DESERIALIZATION_FAILED', message, {
      context: { node: source.name, topic, partition, offset },
      cause,
    });
  }
};
