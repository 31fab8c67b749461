import { KafkaCluster } from '../../src/adapters/kafka/cluster/kafka-cluster.ts';
import type { KafkaOptions } from '../../src/adapters/kafka/kafka-options.ts';
import { resolveOptions } from '../../src/adapters/kafka/kafka-options.ts';
import { NetworkTransport } from '../../src/adapters/kafka/network/network-transport.ts';
import type { Api } from '../../src/adapters/kafka/protocol/api.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';

/** Sends a cluster what the port has no call for. */
export const controlRequests = (bootstrapServers: string, security: Pick<KafkaOptions, 'tls' | 'sasl'> = {}) => {
  const { settings, network } = resolveOptions({ bootstrapServers, ...security });
  const shared = { clock: systemClock, chance: systemChance };
  const transport = new NetworkTransport({ ...network, ...shared, clientId: 'control' });
  const cluster = new KafkaCluster({ ...settings, ...shared, transport });
  return {
    cluster,
    transport,
    send: async <Request, Response>(api: Api<Request, Response>, request: Request): Promise<Response> => {
      const { response } = await cluster.call(await cluster.controller(), api, request, { lane: 'control' });
      return response;
    },
    close: () => transport.close(),
  };
};
