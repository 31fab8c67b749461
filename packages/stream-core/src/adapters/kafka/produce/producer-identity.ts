/** What the broker knows a producer by. A newer epoch fences the ones before it. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}
