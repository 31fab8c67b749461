import { StreamsError } from '../../../errors/streams-error.ts';
import { isKafkaError, kafkaError, refusal } from '../protocol/error-codes.ts';
import type { TopicMetadata } from './topic-cache.ts';

/** What came out of asking for one topic. */
export type TopicAnswer =
  | { readonly kind: 'found'; readonly topic: TopicMetadata }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly error: StreamsError };

const none: TopicAnswer = { kind: 'unknown' };

/** What a broker's answer says about a topic; null when the topic has to be asked for again. */
export const topicAnswer = (name: string, topic: TopicMetadata | undefined): TopicAnswer | null => {
  if (topic === undefined) return none;
  const { errorCode } = topic;
  if (errorCode === 0) return { kind: 'found', topic };
  if (isKafkaError(errorCode, 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID')) return none;
  // There are topics without any leader yet: the partitions of those say so themselves.
  if (isKafkaError(errorCode, 'LEADER_NOT_AVAILABLE') && topic.partitions.length > 0) return { kind: 'found', topic };
  if (kafkaError(errorCode).retriable) return null;
  return { kind: 'failed', error: refusal(errorCode, `Metadata of ${name}`, { context: { topic: name } }) };
};

/**
 * Lookups that are asked for at the same time become one request; who asks for a topic that is being looked up waits for
 * that answer.
 */
export class TopicLookups {
  readonly #ask: (topics: readonly string[]) => Promise<ReadonlyMap<string, TopicAnswer>>;
  readonly #running = new Map<string, Promise<ReadonlyMap<string, TopicAnswer>>>();
  #next: { readonly topics: Set<string>; readonly answers: Promise<ReadonlyMap<string, TopicAnswer>> } | null = null;

  constructor(ask: (topics: readonly string[]) => Promise<ReadonlyMap<string, TopicAnswer>>) {
    this.#ask = ask;
  }

  async lookUp(topic: string): Promise<TopicAnswer> {
    const running = this.#running.get(topic) ?? this.#join(topic);
    return (await running).get(topic) ?? none;
  }

  #join(topic: string): Promise<ReadonlyMap<string, TopicAnswer>> {
    this.#next ??= this.#prepare();
    const { topics, answers } = this.#next;
    topics.add(topic);
    this.#running.set(topic, answers);
    return answers;
  }

  #prepare(): { readonly topics: Set<string>; readonly answers: Promise<ReadonlyMap<string, TopicAnswer>> } {
    const topics = new Set<string>();
    const run = async (): Promise<ReadonlyMap<string, TopicAnswer>> => {
      // Everybody who asks in the same turn gets in.
      await Promise.resolve();
      this.#next = null;
      try {
        return await this.#ask([...topics]);
      } finally {
        for (const topic of topics) this.#running.delete(topic);
      }
    };
    return { topics, answers: run() };
  }
}

/** A topic, or a partition of one, that the cluster does not have. */
export const unknownTopic = (topic: string, partition?: number): StreamsError =>
  partition === undefined
    ? new StreamsError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${topic}. Check the name, or create it.`, {
        context: { topic },
      })
    : new StreamsError(
        'UNKNOWN_TOPIC_OR_PARTITION',
        `There is no partition ${partition} of ${topic}. Check the name, or create the topic with more partitions.`,
        { context: { topic, partition } },
      );
