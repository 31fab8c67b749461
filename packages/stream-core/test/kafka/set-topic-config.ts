import { incrementalAlterConfigsApi } from '../../src/adapters/kafka/protocol/incremental-alter-configs-api.ts';
import { controlRequests } from './control-requests.ts';

const topicResource = 2;
const set = 0;

/** Gives a setting of a topic another value. */
export const setTopicConfig = async (
  bootstrapServers: string,
  topic: string,
  [name, value]: readonly [name: string, value: string],
): Promise<void> => {
  const requests = controlRequests(bootstrapServers);
  try {
    const { responses } = await requests.send(incrementalAlterConfigsApi, {
      resources: [
        { resourceType: topicResource, resourceName: topic, configs: [{ name, configOperation: set, value }] },
      ],
      validateOnly: false,
    });
    const errorCode = responses[0]?.errorCode ?? 0;
    if (errorCode !== 0) throw new Error(`${name} of ${topic} is refused with ${errorCode}`);
  } finally {
    await requests.close();
  }
};
