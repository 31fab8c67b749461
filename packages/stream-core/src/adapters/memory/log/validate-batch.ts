import type { RecordBatch } from '../../../broker/record-batch.ts';
import { BrokerError } from '../broker-error.ts';
import type { TopicConfig } from './topic-config.ts';

/** What a broker looks at before it takes a batch from a client (Kafka's LogValidator). */
export interface BatchRules {
  readonly config: TopicConfig;
  readonly now: number;
  /** Also looks at each record, for what the header of a batch does not tell. */
  readonly everyRecord: boolean;
}

/**
 * Refuses what Kafka would refuse. Works on the header of the batch and on its checksum.
 *
 * @throws BrokerError MESSAGE_TOO_LARGE, CORRUPT_MESSAGE, INVALID_RECORD, INVALID_TIMESTAMP
 */
export const validateBatch = (batch: RecordBatch, rules: BatchRules): void => {
  const { config, now } = rules;
  if (batch.sizeInBytes > config.maxMessageBytes) {
    throw new BrokerError(
      'MESSAGE_TOO_LARGE',
      `a batch of ${batch.sizeInBytes} bytes is larger than max.message.bytes (${config.maxMessageBytes})`,
    );
  }
  if (!batch.isIntact) throw new BrokerError('CORRUPT_MESSAGE', 'the checksum of a batch does not fit its bytes');
  if (batch.isControl) throw new BrokerError('INVALID_RECORD', 'only the broker writes control batches');
  if (batch.recordCount < 1 || batch.recordCount !== batch.lastOffset - batch.baseOffset + 1) {
    throw new BrokerError('INVALID_RECORD', `a batch claims ${batch.recordCount} records, which its offsets deny`);
  }
  if (!config.logAppendTime) checkTimestamp(batch.maxTimestamp, config, now);
  if (rules.everyRecord) validateRecords(batch, rules);
};

const validateRecords = (batch: RecordBatch, { config, now }: BatchRules): void => {
  if (batch.compression !== 0) return;
  const cursor = batch.cursor();
  while (cursor.next()) {
    if (config.compacts && cursor.keyLength < 0) {
      throw new BrokerError('INVALID_RECORD', 'a compacted topic takes no record without a key');
    }
    if (!config.logAppendTime) checkTimestamp(cursor.timestamp, config, now);
  }
};

const checkTimestamp = (timestamp: number, config: TopicConfig, now: number): void => {
  if (timestamp < 0) return;
  if (timestamp - now > config.timestampAfterMaxMs) {
    throw new BrokerError(
      'INVALID_TIMESTAMP',
      `timestamp ${timestamp} is further ahead of the broker's clock (${now}) than message.timestamp.after.max.ms`,
    );
  }
  if (now - timestamp > config.timestampBeforeMaxMs) {
    throw new BrokerError(
      'INVALID_TIMESTAMP',
      `timestamp ${timestamp} is further behind the broker's clock (${now}) than message.timestamp.before.max.ms`,
    );
  }
};
