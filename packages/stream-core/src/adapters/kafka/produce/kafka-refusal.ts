import type { ErrorCode } from '../../../errors/codes.ts';
import type { ErrorContext } from '../../../errors/streams-error.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { kafkaError, refusal } from '../protocol/error-codes.ts';

const successor = 'Make a new producer, and begin again at the committed offsets.';

/** What a producer, and who runs it, can do. */
const remedies: Partial<Readonly<Record<ErrorCode, string>>> = {
  TIMESTAMP_INVALID: 'Check message.timestamp.before.max.ms and message.timestamp.after.max.ms of the topic.',
  METADATA_TOO_LARGE: 'Raise offset.metadata.max.bytes of the broker.',
  CORRUPT_BATCH: 'The batch arrived damaged; send it again.',
  POLICY_VIOLATION: 'Check the settings of the topic, and transaction.max.timeout.ms of the broker.',
  PRODUCER_FENCED: 'A newer producer of the same transactional id took over, or the transaction timed out.',
  INVALID_PRODUCER_EPOCH: successor,
  INVALID_TXN_STATE: successor,
  OUT_OF_ORDER_SEQUENCE: successor,
  INVALID_PRODUCER_ID_MAPPING:
    'Restart the application: the id was not used for transactional.id.expiration.ms, and others may have gone on.',
  ILLEGAL_GENERATION: 'The member has to join its group again.',
  UNKNOWN_MEMBER_ID: 'The member has to join its group again.',
  FENCED_INSTANCE_ID: 'Give each process a group instance id of its own.',
};

/** A refusal of the broker. Its number is finer than the `code`. */
export class KafkaRefusal extends StreamsError {
  /** The number of the error in the Kafka protocol. */
  readonly errorNumber: number;

  /** @param what was refused, such as `Produce to payments-0` */
  constructor(
    errorNumber: number,
    what: string,
    options: { brokerMessage?: string | null; context?: ErrorContext } = {},
  ) {
    const remedy = remedies[kafkaError(errorNumber).code];
    const { code, message, context } = refusal(errorNumber, what, {
      ...options,
      ...(remedy !== undefined && { remedy }),
    });
    super(code, message, { context });
    this.errorNumber = errorNumber;
  }
}
