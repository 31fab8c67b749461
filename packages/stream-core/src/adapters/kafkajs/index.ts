// The public door `@millrace/stream-core/kafkajs`; it needs the peers `kafkajs` and `@platformatic/kafka`.

export type { KafkajsOptions } from './kafkajs-broker.ts';
export { kafkajs } from './kafkajs-broker.ts';
