// The public door `@millrace/stream-core/kafkajs`; it needs the peer `kafkajs`.

export type { KafkajsOptions } from './kafkajs-broker.ts';
export { kafkajs } from './kafkajs-broker.ts';
