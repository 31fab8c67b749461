import { ConfigError } from '../../errors/streams-error.ts';

/** What a subject name can be made of. */
export interface SubjectContext {
  readonly topic: string;
  /** True for the key of a record, false for its value. */
  readonly isKey: boolean;
  /** The full name of the schema; `null` when it is not a named type (record, enum or fixed). */
  readonly schemaName: string | null;
}

/** The subject under which the schema of a topic is registered. */
export type SubjectNameStrategy = (context: SubjectContext) => string;

const nameOf = ({ schemaName, topic }: SubjectContext): string => {
  if (schemaName !== null) return schemaName;
  throw new ConfigError([
    {
      where: `the Avro schema written to ${topic}`,
      problem: 'it has no name to make a subject of',
      remedy: 'use topicNameStrategy, or a record, enum or fixed at its root',
    },
  ]);
};

/** `TOPIC-key` or `TOPIC-value`: one schema a topic. The default, as in Confluent's serializers. */
export const topicNameStrategy: SubjectNameStrategy = ({ topic, isKey }) => `${topic}-${isKey ? 'key' : 'value'}`;

/** The full name of the record: one schema a record type, whatever the topic. CONFIG_INVALID without a name. */
export const recordNameStrategy: SubjectNameStrategy = nameOf;

/** `TOPIC-NAME`: several record types in one topic. CONFIG_INVALID without a name. */
export const topicRecordNameStrategy: SubjectNameStrategy = (context) => `${context.topic}-${nameOf(context)}`;
