import type { KafkaErrorName } from '../../src/adapters/kafka/protocol/error-codes.ts';
import { RecordBatch } from '../../src/broker/record-batch.ts';
import { advanceSequence } from '../../src/broker/sequence.ts';

interface Appended {
  readonly batch: RecordBatch;
  readonly baseOffset: number;
}

interface Appending {
  readonly error: KafkaErrorName | null;
  readonly baseOffset: number;
}

/** A log that checks sequences as Kafka does: a producer that it knows nothing of may begin anywhere. */
export class ProduceLog {
  readonly #appended: Appended[] = [];
  #known: Appended[] = [];
  #endOffset = 0;

  get batches(): readonly RecordBatch[] {
    return this.#appended.map(({ batch }) => batch);
  }

  /** The values of all records, in the order of the log. */
  get values(): readonly string[] {
    return this.batches.flatMap((batch) => {
      const values: string[] = [];
      for (const cursor = batch.cursor(); cursor.next(); ) values.push(`${cursor.value()}`);
      return values;
    });
  }

  /** The broker forgets the latest batches of its producers, as after an election that was not clean. */
  truncateProducers(count: number): void {
    this.#known = this.#known.slice(0, -count);
  }

  append(records: Uint8Array): Appending {
    // What a client does with its bytes afterwards is nothing to the log.
    const batch = RecordBatch.at(Buffer.from(records));
    if (!batch.isIntact) return { error: 'CORRUPT_MESSAGE', baseOffset: -1 };
    const ofProducer = this.#known.filter((known) => known.batch.producerId === batch.producerId);
    const last = ofProducer.at(-1)?.batch;
    if (last !== undefined && batch.producerEpoch < last.producerEpoch)
      return { error: 'INVALID_PRODUCER_EPOCH', baseOffset: -1 };
    const duplicate = ofProducer.slice(-5).find((known) => isSame(known.batch, batch));
    if (duplicate !== undefined) return { error: null, baseOffset: duplicate.baseOffset };
    if (last !== undefined && batch.baseSequence !== expectedAfter(last, batch.producerEpoch))
      return { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', baseOffset: -1 };
    const appended = { batch, baseOffset: this.#endOffset };
    this.#endOffset += batch.recordCount;
    this.#appended.push(appended);
    this.#known.push(appended);
    return { error: null, baseOffset: appended.baseOffset };
  }
}

const isSame = (left: RecordBatch, right: RecordBatch): boolean =>
  left.producerEpoch === right.producerEpoch && left.baseSequence === right.baseSequence;

const expectedAfter = (last: RecordBatch, epoch: number): number =>
  last.producerEpoch === epoch ? advanceSequence(last.baseSequence, last.recordCount) : 0;
