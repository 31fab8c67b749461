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
}

/** What the leader tells every member. */
export interface AssignmentData {
  /** Every member has to shut down. */
  readonly isShutdownRequested: boolean;
  /** Why the group cannot work, for all to say; null when it can. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

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

export const encodeSubscription = ({ tasks, isShutdownRequested }: SubscriptionData): Uint8Array =>
  encode({ tasks: tasks.map(formatTaskId), isShutdownRequested });

/** Reads it back; what cannot be read says nothing. */
export const decodeSubscription = (bytes: Uint8Array): SubscriptionData => {
  const body = decode(bytes);
  const names = Array.isArray(body['tasks']) ? body['tasks'] : [];
  const tasks = names.map((name) => parseTaskId(String(name))).filter((taskId) => taskId !== null);
  return { tasks, isShutdownRequested: body['isShutdownRequested'] === true };
};

export const encodeAssignment = (data: AssignmentData): Uint8Array => encode(data);

/** Reads it back; what cannot be read says nothing. */
export const decodeAssignment = (bytes: Uint8Array): AssignmentData => {
  const body = decode(bytes);
  const error = body['error'] as { code?: unknown; message?: unknown } | null | undefined;
  return {
    isShutdownRequested: body['isShutdownRequested'] === true,
    error: error === null || error === undefined ? null : { code: String(error.code), message: String(error.message) },
  };
};
