import { StreamsError } from '../errors/streams-error.ts';
import type { StateEngine } from './state-engine.ts';

/** Whose database it is. */
export interface StateOwner {
  readonly applicationId: string;
  /** As in `0_1`. */
  readonly taskId: string;
}

/** What a task database says of itself, in a row of its own. */
export interface StateHeader extends StateOwner {
  /** The format of the database. */
  readonly format: number;
  /** The number that the keys of a store begin with, by the name of the store. */
  readonly stores: Readonly<Record<string, number>>;
}

/** The format that is written now. Fixtures of every format stand in test/fixtures/state. */
export const stateFormat = 1;

/** The key of the header; no store has the number 0. */
export const headerKey: Buffer = Buffer.from([0, 0, 1]);

const everything = [Buffer.alloc(0), Buffer.alloc(16, 0xff)] as const;

export const encodeHeader = (header: StateHeader): Buffer => Buffer.from(JSON.stringify(header), 'utf8');

const decodeHeader = (bytes: Buffer): StateHeader => {
  try {
    return JSON.parse(bytes.toString('utf8')) as StateHeader;
  } catch (error) {
    throw new StreamsError('STATE_CORRUPTED', 'The header of a task database cannot be read', { cause: error });
  }
};

const isEmpty = (engine: StateEngine): boolean => {
  for (const _ of engine.range(...everything, false)) return false;
  return true;
};

/**
 * The header of a database; null for one that is new.
 *
 * @throws StreamsError STATE_FOREIGN, STATE_FORMAT_UNSUPPORTED, STATE_CORRUPTED for a database that is not for this task
 */
export const readHeader = (engine: StateEngine, owner: StateOwner): StateHeader | null => {
  const stored = engine.get(headerKey);
  const context = { taskId: owner.taskId };
  if (stored === null) {
    if (isEmpty(engine)) return null;
    throw new StreamsError('STATE_CORRUPTED', `The database of task ${owner.taskId} has lost its header`, { context });
  }
  const header = decodeHeader(stored);
  if (header.format > stateFormat) {
    throw new StreamsError(
      'STATE_FORMAT_UNSUPPORTED',
      `The database of task ${owner.taskId} has format ${header.format}; this version reads up to ${stateFormat}. Run the newer version, or delete the directory: it is restored from the changelogs`,
      { context },
    );
  }
  if (header.applicationId === owner.applicationId && header.taskId === owner.taskId) return header;
  throw new StreamsError(
    'STATE_FOREIGN',
    `The database of task ${owner.taskId} of ${owner.applicationId} is that of task ${header.taskId} of ${header.applicationId}. Give every application a state directory of its own`,
    { context },
  );
};
