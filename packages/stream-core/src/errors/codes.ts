/** Who has to deal with an error: the handler of a record, the owner of a task, the stream thread, or the client. */
export type ErrorScope = 'record' | 'task' | 'thread' | 'client';

/**
 * THE table of error codes. A code keeps its meaning across major versions; messages may change.
 *
 * - `retriable`: the same call may succeed later without anybody changing anything.
 * - `scope`: who has to deal with it, an ErrorScope.
 * - `summary`: what happened, in one sentence; docs/errors.md has a heading for each code.
 */
export const errorCodes = {
  CONFIG_INVALID: {
    retriable: false,
    scope: 'client',
    summary: 'The configuration has problems; the error lists all of them.',
  },
  TOPOLOGY_INVALID: {
    retriable: false,
    scope: 'client',
    summary: 'The topology cannot be built or run; the error lists every place.',
  },
  TOPOLOGY_MISMATCH: {
    retriable: false,
    scope: 'client',
    summary: 'The instances of the application run different topologies.',
  },
  STATE_TRANSITION_INVALID: {
    retriable: false,
    scope: 'client',
    summary: 'The call is not possible in the state that the client is in.',
  },
  INTERNAL_TOPIC_INVALID: {
    retriable: false,
    scope: 'client',
    summary: 'An internal topic exists with settings that do not fit the topology.',
  },
  SOURCE_TOPIC_MISSING: {
    retriable: false,
    scope: 'client',
    summary: 'A source topic of the topology does not exist.',
  },
  COPARTITION_MISMATCH: {
    retriable: false,
    scope: 'client',
    summary: 'Topics that are joined have different partition counts.',
  },

  DESERIALIZATION_FAILED: {
    retriable: false,
    scope: 'record',
    summary: 'The bytes of a key or value could not be read.',
  },
  SERIALIZATION_FAILED: { retriable: false, scope: 'record', summary: 'A key or value could not be written as bytes.' },
  TIMESTAMP_INVALID: { retriable: false, scope: 'record', summary: 'A record has no valid timestamp.' },
  PROCESSING_FAILED: {
    retriable: false,
    scope: 'record',
    summary: 'An operator threw while it handled a record or a punctuation.',
  },
  PARTITION_INVALID: {
    retriable: false,
    scope: 'record',
    summary: 'A partitioner named a partition that the topic does not have.',
  },
  OUTPUT_TOPIC_MISSING: {
    retriable: false,
    scope: 'record',
    summary: 'A topic name extractor named a topic that does not exist.',
  },
  RECORD_TOO_LARGE: { retriable: false, scope: 'record', summary: 'A record is larger than the topic accepts.' },
  SCHEMA_UNKNOWN: {
    retriable: false,
    scope: 'record',
    summary: 'A record names a schema id that the schema source does not know.',
  },
  SCHEMA_MISMATCH: {
    retriable: false,
    scope: 'record',
    summary: 'A value does not fit its schema, or writer and reader schema do not fit.',
  },

  SCHEMA_INCOMPATIBLE: {
    retriable: false,
    scope: 'client',
    summary: 'The schema registry refuses a schema: it does not go with the versions before it.',
  },
  SCHEMA_REGISTRY_UNAVAILABLE: {
    retriable: true,
    scope: 'thread',
    summary: 'The schema registry did not answer.',
  },

  STORE_NOT_FOUND: { retriable: false, scope: 'client', summary: 'There is no state store of that name.' },
  STORE_NOT_CONNECTED: {
    retriable: false,
    scope: 'task',
    summary: 'A processor asked for a store that it is not connected to.',
  },
  STORE_NOT_AVAILABLE: {
    retriable: true,
    scope: 'client',
    summary: 'The store is not open here now, as during a rebalance or a restore.',
  },
  STORE_BEHIND: {
    retriable: true,
    scope: 'client',
    summary: 'What can be read of the store has not come to the position yet that a query wants.',
  },
  STORE_TYPE_MISMATCH: {
    retriable: false,
    scope: 'client',
    summary: 'A store is of another type than the one it was asked for as.',
  },
  STATE_FAILED: { retriable: false, scope: 'task', summary: 'A state engine failed to read or write.' },
  STATE_CORRUPTED: {
    retriable: false,
    scope: 'task',
    summary: 'The database of a task is damaged.',
  },
  STATE_LOCKED: {
    retriable: true,
    scope: 'client',
    summary: 'Another instance uses the state directory.',
  },
  STATE_FOREIGN: {
    retriable: false,
    scope: 'client',
    summary: 'The database of a task belongs to another application or task.',
  },
  STATE_FORMAT_UNSUPPORTED: {
    retriable: false,
    scope: 'client',
    summary: 'The database of a task was written by a newer version.',
  },
  STATE_ENGINE_MISSING: {
    retriable: false,
    scope: 'client',
    summary: 'The package of a state engine is not installed, or not made for this machine.',
  },
  METADATA_TOO_LARGE: {
    retriable: false,
    scope: 'client',
    summary: 'Operator times do not fit into the offset metadata.',
  },

  PRODUCTION_FAILED: {
    retriable: false,
    scope: 'task',
    summary: 'The broker refused records; none of the transaction was committed.',
  },
  TASK_MIGRATED: { retriable: true, scope: 'thread', summary: 'The tasks belong to another instance now.' },
  TASK_CORRUPTED: {
    retriable: true,
    scope: 'task',
    summary: 'The state of a task does not match its changelog and is rebuilt.',
  },
  OFFSET_OUT_OF_RANGE: {
    retriable: false,
    scope: 'task',
    summary: 'There is no position to read from: none was committed, or it is not in the log any more.',
  },

  BROKER_UNAVAILABLE: { retriable: true, scope: 'thread', summary: 'The broker did not answer.' },
  AUTHENTICATION_FAILED: {
    retriable: false,
    scope: 'client',
    summary: 'The broker does not accept the credentials, or the connection is not secured as it expects.',
  },
  AUTHORIZATION_FAILED: {
    retriable: false,
    scope: 'client',
    summary: 'The broker does not allow the request to this user.',
  },
  UNSUPPORTED_VERSION: {
    retriable: false,
    scope: 'client',
    summary: 'The broker does not speak a version of a request that is needed.',
  },
  CORRUPT_MESSAGE: { retriable: true, scope: 'thread', summary: 'An answer of the broker cannot be read.' },
  REQUEST_REFUSED: {
    retriable: false,
    scope: 'client',
    summary: 'The broker refused a request for a reason that has no code here; its own is in the message.',
  },
  UNKNOWN_TOPIC_OR_PARTITION: { retriable: false, scope: 'client', summary: 'The topic or partition does not exist.' },
  TOPIC_EXISTS: { retriable: false, scope: 'client', summary: 'The topic exists already.' },
  POLICY_VIOLATION: { retriable: false, scope: 'client', summary: 'The broker refuses the request by its policy.' },
  PRODUCER_FENCED: {
    retriable: true,
    scope: 'thread',
    summary: 'A newer producer with the same transactional id has taken over.',
  },
  INVALID_PRODUCER_EPOCH: {
    retriable: true,
    scope: 'thread',
    summary: 'The producer epoch is stale; its transaction was aborted.',
  },
  INVALID_PRODUCER_ID_MAPPING: {
    retriable: false,
    scope: 'client',
    summary: 'The broker has forgotten the producer id of this transactional id.',
  },
  INVALID_TXN_STATE: {
    retriable: true,
    scope: 'thread',
    summary: 'The transaction is not in a state that allows the request, as when it was aborted in the meantime.',
  },
  OUT_OF_ORDER_SEQUENCE: {
    retriable: true,
    scope: 'thread',
    summary: 'A batch does not continue the sequence of its producer.',
  },
  TRANSACTION_ABORTABLE: {
    retriable: true,
    scope: 'thread',
    summary: 'The transaction can only be aborted; its work is done again in another one.',
  },
  ILLEGAL_GENERATION: { retriable: true, scope: 'thread', summary: 'The group has moved on to another generation.' },
  UNKNOWN_MEMBER_ID: { retriable: true, scope: 'thread', summary: 'The group does not know this member any more.' },
  FENCED_INSTANCE_ID: {
    retriable: false,
    scope: 'client',
    summary: 'Another process uses the same group instance id.',
  },
  REBALANCE_IN_PROGRESS: { retriable: true, scope: 'thread', summary: 'The group is rebalancing.' },
  INCONSISTENT_GROUP_PROTOCOL: {
    retriable: false,
    scope: 'client',
    summary: 'The live group speaks another assignment protocol.',
  },
  UNSTABLE_OFFSET_COMMIT: {
    retriable: true,
    scope: 'thread',
    summary: 'The offsets are part of a transaction that is still open.',
  },
  CORRUPT_BATCH: { retriable: false, scope: 'task', summary: 'A record batch is damaged.' },

  SHUTDOWN_REQUESTED: { retriable: false, scope: 'client', summary: 'The application was asked to shut down.' },
  CLOSED: { retriable: false, scope: 'client', summary: 'The object was closed.' },
} as const;

/** A stable name for a kind of error; see docs/errors.md. */
export type ErrorCode = keyof typeof errorCodes;
