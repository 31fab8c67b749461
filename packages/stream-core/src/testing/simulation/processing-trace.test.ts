import { expect, test } from 'vitest';
import type { CountedCommit, OffsetCoordinator } from '../../adapters/memory/coordinator/offset-coordinator.ts';
import { StreamsBuilder } from '../../kstream/streams-builder.ts';
import { serdes } from '../../serdes/serdes.ts';
import { createPlan } from '../../topology/plan.ts';
import type { Topology } from '../../topology/topology.ts';
import { TopologyTestDriver } from '../topology-test-driver.ts';
import { ProcessingTrace } from './processing-trace.ts';

const text = { key: serdes.string(), value: serdes.string() };

const copying = (): Topology => {
  const builder = new StreamsBuilder();
  builder.stream('in', text).to('out', text);
  return builder.build();
};

const given = () => {
  let commit: (commit: CountedCommit) => void = () => undefined;
  const offsets: Pick<OffsetCoordinator, 'onCommit'> = {
    onCommit: (listener) => {
      commit = listener;
    },
  };
  const plan = createPlan(copying(), { applicationId: 'app', defaults: { key: null, value: null } });
  const trace = new ProcessingTrace(offsets, () => plan);
  const commits = (instance: string, offset: number): void => {
    const topicPartition = { topic: 'in', partition: 0 };
    const committed = { topicPartition, offset, leaderEpoch: -1, metadata: '' };
    commit({ groupId: 'app', memberId: `${instance}-some-id`, offsets: [committed] });
  };
  const instance = (name: string): TopologyTestDriver => new TopologyTestDriver(trace.traced(name, copying()));
  return { trace, commits, instance };
};

const pipe = (driver: TopologyTestDriver, timestamp: number): void =>
  driver.pipe({ topic: 'in', key: Buffer.from('k'), value: Buffer.from('v'), timestamp });

test('what is committed of a task is told in the order in which it was processed, with its time', () => {
  const { trace, commits, instance } = given();
  const driver = instance('instance-1');
  for (const timestamp of [5, 3, 9]) pipe(driver, timestamp);
  commits('instance-1', 2);
  const task = trace.tasks.get('0_0');
  expect(task?.records.map(({ offset, streamTimeMs }) => [offset, streamTimeMs])).toEqual([
    [0, 5],
    [1, 5],
  ]);
  expect(task?.problems).toEqual([]);
});

test('whoever commits work that another owner has committed before is found', () => {
  const { trace, commits, instance } = given();
  const [stale, owner] = [instance('instance-1'), instance('instance-2')];
  for (const driver of [stale, owner]) for (const timestamp of [1, 2]) pipe(driver, timestamp);
  commits('instance-2', 1);
  commits('instance-1', 2);
  expect(trace.tasks.get('0_0')?.problems).toEqual(['instance-1 committed in-0 offset 0 after another owner had']);
});
