import { produceApi } from '../../src/adapters/kafka/protocol/produce-api.ts';
import type { Transport } from '../../src/adapters/kafka/transport.ts';
import { StreamsError } from '../../src/errors/streams-error.ts';

/** Loses answers on their way back: the broker has done what it was asked, and the client does not know. */
export class LostAnswers {
  #isArmed = false;

  /** The answer to the next produce request is lost. */
  loseNextProduceAnswer(): void {
    this.#isArmed = true;
  }

  /** The same way to the brokers, without the answers that are lost. */
  over(transport: Transport): Transport {
    return {
      learn: (nodes) => transport.learn(nodes),
      version: (node, api) => transport.version(node, api),
      features: (node) => transport.features(node),
      close: (lane) => transport.close(lane),
      request: async (node, api, version, request, options) => {
        const isLost = this.#isArmed && api.key === produceApi.key;
        if (isLost) this.#isArmed = false;
        const answer = await transport.request(node, api, version, request, options);
        if (isLost) throw new StreamsError('BROKER_UNAVAILABLE', 'the answer was lost');
        return answer;
      },
    };
  }
}
