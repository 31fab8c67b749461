import { StreamsError } from '../../../errors/streams-error.ts';
import type { WireError } from './wire-error.ts';

/** What the text of a frame says. Both sides send all of them; only requests and parts have raw bytes behind them. */
export type Message =
  /** Asks an object of the other side; exactly one answer or refusal comes, parts may come before it. */
  | {
      readonly type: 'request';
      readonly id: number;
      readonly object: number;
      readonly method: string;
      readonly params: unknown;
    }
  /** Tells an object of the other side; nothing comes back. */
  | { readonly type: 'notice'; readonly object: number; readonly method: string; readonly params: unknown }
  | { readonly type: 'part'; readonly id: number; readonly result: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: WireError }
  /** Says that the sender is alive. */
  | { readonly type: 'pulse' };

/** The names and types of the fields beside `type`. */
const fieldsOf: Readonly<Record<Message['type'], Readonly<Record<string, string>>>> = {
  request: { id: 'number', object: 'number', method: 'string' },
  notice: { object: 'number', method: 'string' },
  part: { id: 'number' },
  answer: { id: 'number' },
  refusal: { id: 'number', error: 'object' },
  pulse: {},
};

const isMessage = (value: unknown): value is Message => {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const type = fields.get('type');
  if (typeof type !== 'string' || !Object.hasOwn(fieldsOf, type)) return false;
  return Object.entries(fieldsOf[type as Message['type']]).every(
    ([name, expected]) => typeof fields.get(name) === expected && fields.get(name) !== null,
  );
};

/** @throws StreamsError BROKER_UNAVAILABLE when the text is no message */
export const parseMessage = (text: string): Message => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StreamsError('BROKER_UNAVAILABLE', 'a frame holds no message', { cause });
  }
  if (!isMessage(value)) throw new StreamsError('BROKER_UNAVAILABLE', 'a frame holds an unknown message');
  return value;
};
