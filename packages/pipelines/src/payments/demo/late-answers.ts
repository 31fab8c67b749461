import type { Clock } from '@millrace/stream-core';
import { seededChance } from '@millrace/stream-core';
import type { MemoryBroker } from '@millrace/stream-core/memory';
import { orchestrator } from '../applications.ts';
import { topicNames } from '../topics.ts';

// Where core notes the answers that it holds back, and the two steps from core to the correlation.
const heldChangelog = 'mpesa-core-cg-core-held-changelog';
const steps = [topicNames.core, `${orchestrator.applicationId}-core-by-transaction-repartition`];

/**
 * Whether core still has answers that nobody waits for: held back, or written and not read by the orchestrator. Only
 * what is committed is looked at, in the direction in which answers flow, so that none slips by between two looks.
 */
export const hasLateAnswers = async (broker: MemoryBroker, clock: Clock): Promise<boolean> => {
  const held = new Set<string>();
  for (const { key, value } of broker.records(heldChangelog)) {
    const name = Buffer.from(key ?? []).toString('utf8');
    if (value === null) held.delete(name);
    else held.add(name);
  }
  if (held.size > 0) return true;
  const client = broker.connect({ clientId: 'demo-late-answers', clock, chance: seededChance(1) });
  try {
    for (const topic of steps) {
      const written = broker.records(topic);
      const read = await client.admin.groupOffsets(orchestrator.applicationId);
      if (written.some(({ partition, offset }) => offset >= (read.get(`${topic}-${partition}`) ?? 0))) return true;
    }
    return false;
  } finally {
    await client.close();
  }
};
