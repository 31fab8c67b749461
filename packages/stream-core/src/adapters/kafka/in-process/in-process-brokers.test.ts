import { expect, test } from 'vitest';

import { MemoryBroker } from '../../memory/memory-broker.ts';
import { InProcessBrokers } from './in-process-brokers.ts';

test('coordinators move to the nodes behind them, and past a node that is down', () => {
  const brokers = new InProcessBrokers(new MemoryBroker().cluster, { nodes: 3 });
  const at = (): number => brokers.coordinator('group', 'g')?.nodeId ?? -1;
  const first = at();
  brokers.moveCoordinators(1);
  expect(at()).toBe((first + 1) % 3);
  brokers.stop((first + 1) % 3);
  expect(at()).toBe((first + 2) % 3);
  brokers.start((first + 1) % 3);
  brokers.moveCoordinators(2);
  expect(at()).toBe(first);
});
