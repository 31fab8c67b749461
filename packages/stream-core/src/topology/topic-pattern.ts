/** Tells whether the whole of a topic's name matches, as Java's patterns do; without state between two calls. */
const wholeName = ({ source, flags }: RegExp): RegExp => new RegExp(`^(?:${source})$`, flags.replaceAll(/[gy]/g, ''));

/** What a source reads: topics by name, or all that match. */
export interface TopicSelection {
  readonly topics: readonly string[];
  /** As it was given; null where topics are named. */
  readonly pattern: RegExp | null;
}

/** Whether a source reads a topic. */
export const readsTopic = ({ topics, pattern }: TopicSelection, topic: string): boolean =>
  topics.includes(topic) || (pattern !== null && wholeName(pattern).test(topic));

/** What a source reads, for people. */
export const selectionText = ({ topics, pattern }: TopicSelection): string => pattern?.source ?? topics.join(', ');
