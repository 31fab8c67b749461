/** A topic of the pipeline with its settings in production. */
export interface PaymentsTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** The names of the topics. */
export const topicNames = {
  requests: 'payment-requests',
  fraud: 'fraud-analysis',
  revenue: 'revenue-validation',
  core: 'core-processing',
  confirmations: 'payment-confirmations',
  audit: 'audit-trail',
  deadLetters: 'payment-dlq',
  commands: 'core-commands',
  credits: 'core-credits',
  ledger: 'core-ledger',
  fraudRequests: 'fraud-requests',
  fraudReplies: 'fraud-replies',
  fraudBreakers: 'fraud-breaker-events',
} as const;

const dayMs = 86_400_000;

const kept = (name: string, partitions: number, days: number): PaymentsTopic => ({
  name,
  partitions,
  replicationFactor: 3,
  configs: { 'cleanup.policy': 'delete', 'retention.ms': String(days * dayMs) },
});

const production: readonly PaymentsTopic[] = [
  kept(topicNames.requests, 50, 1),
  kept(topicNames.fraud, 20, 7),
  kept(topicNames.revenue, 30, 7),
  kept(topicNames.core, 40, 30),
  kept(topicNames.confirmations, 20, 30),
  {
    name: topicNames.audit,
    partitions: 100,
    replicationFactor: 3,
    configs: { 'cleanup.policy': 'compact', 'retention.ms': String(2_555 * dayMs) },
  },
  kept(topicNames.deadLetters, 20, 30),
  kept(topicNames.commands, 40, 1),
  kept(topicNames.credits, 40, 1),
  kept(topicNames.ledger, 40, 30),
  kept(topicNames.fraudRequests, 20, 1),
  kept(topicNames.fraudReplies, 20, 1),
  kept(topicNames.fraudBreakers, 10, 7),
];

/**
 * The topics of the pipeline.
 *
 * @param divisor how many times fewer partitions than in production; every topic keeps at least one
 */
export const paymentsTopics = (divisor: number): readonly PaymentsTopic[] =>
  production.map((topic) => ({ ...topic, partitions: scaled(topic.partitions, divisor) }));

/** So many times fewer partitions, at least one. */
export const scaled = (partitions: number, divisor: number): number => Math.max(1, Math.round(partitions / divisor));
