import type { Producer } from '../../../broker/producer.ts';
import { RecordBatch } from '../../../broker/record-batch.ts';
import type { CallHandlers, ProducerCalls } from '../wire/protocol.ts';

/** Calls of the client's producer. What `begin` throws, for which nobody waits, the call behind it meets by itself. */
export const producerHandlers = (producer: Producer): CallHandlers<ProducerCalls> => ({
  init: () => producer.init(),
  begin: () => {
    try {
      producer.begin();
    } catch {
      // The producer is in a state that does not allow it, and refuses what belongs to the transaction, too.
    }
  },
  send: (partition, { raw }) => producer.send(partition, RecordBatch.at(raw)),
  sendOffsets: ({ offsets, group }) => producer.sendOffsets(offsets, group),
  commit: () => producer.commit(),
  abort: () => producer.abort(),
  closeProducer: () => producer.close(),
});
