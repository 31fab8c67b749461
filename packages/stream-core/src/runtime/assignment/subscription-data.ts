import type { TaskId } from '../../common/task-id.ts';
import { formatTaskId, parseTaskId } from '../../common/task-id.ts';

// What members tell their leader, and the leader them: the version (2 bytes), then JSON. A member that meets a newer
// version reads what it knows.
const version = 1;

/** What a member wants the leader of the group to know. */
export interface SubscriptionData {
  /** The tasks that it has open now. */
  readonly tasks: readonly TaskId[];
  /** It was asked to end the whole application. */
  readonly isShutdownRequested: boolean;
  /** Where it can be asked for its stores; null where it cannot. */
  readonly applicationServer: string | null;
}

/** A member that can be asked for its stores, and the tasks that it has or is to get. */
export interface InstanceTasks {
  readonly applicationServer: string;
  readonly tasks: readonly TaskId[];
}

/** What the leader tells every member. */
export interface AssignmentData {
  /** Every member has to shut down. */
  readonly isShutdownRequested: boolean;
  /** Why the group cannot work, for all to say; null when it can. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** The members that can be asked for their stores. */
  readonly instances: readonly InstanceTasks[];
  /** How many partitions the topics have; nothing where nobody can be asked. */
  readonly partitionCounts: ReadonlyMap<string, number>;
}

/** An assignment that tells nothing but partitions. */
export const noNews: AssignmentData = {
  isShutdownRequested: false,
  error: null,
  instances: [],
  partitionCounts: new Map(),
};

const encode = (body: object): Uint8Array => {
  const json = Buffer.from(JSON.stringify(body), 'utf8');
  const bytes = Buffer.allocUnsafe(2 + json.length);
  bytes.writeUInt16BE(version);
  bytes.set(json, 2);
  return bytes;
};

const decode = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  if (bytes.length < 2) return {};
  try {
    const body: unknown = JSON.parse(Buffer.from(bytes.subarray(2)).toString('utf8'));
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

export const encodeSubscription = ({ tasks, isShutdownRequested, applicationServer }: SubscriptionData): Uint8Array =>
  encode({
    tasks: tasks.map(formatTaskId),
    isShutdownRequested,
    ...(applicationServer === null ? {} : { applicationServer }),
  });

/** Reads it back; what cannot be read says nothing. */
export const decodeSubscription = (bytes: Uint8Array): SubscriptionData => {
  const body = decode(bytes);
  const { applicationServer: server } = body as { readonly applicationServer?: unknown };
  return {
    tasks: readTasks(body['tasks']),
    isShutdownRequested: body['isShutdownRequested'] === true,
    applicationServer: typeof server === 'string' ? server : null,
  };
};

const readTasks = (names: unknown): readonly TaskId[] =>
  (Array.isArray(names) ? names : []).map((name) => parseTaskId(String(name))).filter((taskId) => taskId !== null);

export const encodeAssignment = ({ instances, partitionCounts, ...news }: AssignmentData): Uint8Array => {
  // Who never asks does not pay for it: every member gets all of this at every rebalance.
  if (instances.length === 0) return encode(news);
  const named = instances.map(({ applicationServer, tasks }) => ({
    applicationServer,
    tasks: tasks.map(formatTaskId),
  }));
  return encode({ ...news, instances: named, partitionCounts: Object.fromEntries(partitionCounts) });
};

/** Reads it back; what cannot be read says nothing. */
export const decodeAssignment = (bytes: Uint8Array): AssignmentData => {
  const body = decode(bytes);
  const error = body['error'] as { code?: unknown; message?: unknown } | null | undefined;
  const instances: unknown = body['instances'];
  return {
    instances: (Array.isArray(instances) ? instances : []).map(({ applicationServer, tasks }) => ({
      applicationServer: String(applicationServer),
      tasks: readTasks(tasks),
    })),
    partitionCounts: new Map(
      Object.entries(body['partitionCounts'] ?? {}).map(([topic, count]) => [topic, Number(count)]),
    ),
    isShutdownRequested: body['isShutdownRequested'] === true,
    error: error === null || error === undefined ? null : { code: String(error.code), message: String(error.message) },
  };
};
