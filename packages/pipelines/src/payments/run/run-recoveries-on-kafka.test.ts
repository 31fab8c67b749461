import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { sleep, systemClock } from '../../../../stream-core/src/common/clock.ts';
import { controlRequests } from '../../../../stream-core/test/kafka/control-requests.ts';
import { setTopicConfig } from '../../../../stream-core/test/kafka/set-topic-config.ts';
import { describeWith } from '../../../../stream-core/test/servers/describe-with.ts';
import type { KafkaServerOptions } from '../../../../stream-core/test/servers/kafka-settings.ts';
import { killedBroker } from '../../../../stream-core/test/servers/kafka-settings.ts';
import { usePaymentsPlaces } from '../../../test/payments/kafka/payments-places.ts';
import type { PaymentsProcess } from '../../../test/payments/kafka/payments-process.ts';
import type { PaymentsRun } from '../../../test/payments/kafka/payments-run.ts';
import type { PaymentsTraffic } from '../../../test/payments/kafka/payments-traffic.ts';
import { orchestrator } from '../applications.ts';
import { topicNames } from '../topics.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const payments = 600;
const patience = { timeout: 400_000, interval: 100 };

// By hand a broker is away for a minute: MILLRACE_BROKER_AWAY_SECONDS=60.
const awayMs = 1_000 * Number(process.env['MILLRACE_BROKER_AWAY_SECONDS'] ?? 20);

describeWith(
  ['own kafka', 'registry', 'java clients'],
  'payments on a real broker are neither lost nor doubled',
  () => {
    const places = usePaymentsPlaces();
    const place = (options: KafkaServerOptions = {}) => places.place({ ...options, properties: killedBroker });

    const confirmed = (traffic: PaymentsTraffic, count: number): Promise<void> =>
      expect.poll(() => traffic.counts.confirmed, patience).toBeGreaterThanOrEqual(count);

    /** Waits until everything is confirmed, ends the process in order, and audits. */
    const expectPaid = async (run: PaymentsRun, traffic: PaymentsTraffic, pipeline: PaymentsProcess): Promise<void> => {
      await traffic.sent;
      await expect.poll(() => traffic.counts.confirmed, patience).toBe(traffic.counts.sent);
      const books = await run.balance();
      expect(books.distinctRequests).toBe(traffic.counts.sent);
      expect(books.outcomes.get('COMPLETED')).toBeGreaterThan(payments / 2);
      await pipeline.signal('SIGTERM');
      expect(await pipeline.ended).toMatchObject({ code: 0 });
      expect(pipeline.lines.filter(({ level }) => level === 'error')).toEqual([]);
    };

    const lenient = ['--create-topics', '--bad-records', 'continue'];

    test(`when the broker is killed, and comes back with its data after ${awayMs / 1_000} s`, async () => {
      const { server, run } = await place();
      const pipeline = run.start([...lenient, '--state', join(places.folder, 'away')]);
      await pipeline.event('pipeline.running');
      const traffic = run.pay(payments);
      traffic.allow(payments / 2);
      await confirmed(traffic, payments / 5);
      await server.kill();
      traffic.allow(Number.POSITIVE_INFINITY);
      await sleep(systemClock, awayMs);
      expect(traffic.counts.confirmed).toBeLessThan(payments);
      await server.start();
      await expectPaid(run, traffic, pipeline);
    });

    test('when each broker in its turn goes away, and with it the coordinators of groups and transactions', async () => {
      const { server, run } = await place({ nodes: 3 });
      const pipeline = run.start(lenient);
      await pipeline.event('pipeline.running');
      const requests = controlRequests(server.bootstrapServers);
      places.closing(requests);
      const coordinator = async (): Promise<number> => {
        requests.cluster.forgetCoordinator('group', orchestrator.applicationId);
        return requests.cluster.coordinator('group', orchestrator.applicationId);
      };
      const traffic = run.pay(payments);
      const first = await coordinator();
      const others = server.nodes.map(({ place: { nodeId } }) => nodeId).filter((nodeId) => nodeId !== first);
      for (const [turn, nodeId] of [first, ...others].entries()) {
        const share = (turn * payments) / 3;
        traffic.allow(share + payments / 6);
        await confirmed(traffic, share + payments / 12);
        const node = server.node(nodeId);
        if (turn % 2 === 0) await node.stop();
        else await node.kill();
        if (turn === 0) await expect.poll(coordinator, patience).not.toBe(first);
        // While it is away the others go on.
        traffic.allow(share + payments / 3);
        await confirmed(traffic, share + payments / 4);
        await node.start();
      }
      traffic.allow(Number.POSITIVE_INFINITY);
      await expectPaid(run, traffic, pipeline);
    });

    test('when a confirmation is larger than its topic takes: an end with the reason, and a restart when that is mended', async () => {
      const { server, run } = await place();
      await run.createTopics((topic) =>
        topic.name === topicNames.confirmations
          ? { ...topic, configs: { ...topic.configs, 'max.message.bytes': '200' } }
          : topic,
      );
      const refused = run.start(lenient);
      await refused.event('pipeline.running');
      const traffic = run.pay(payments);
      const { code } = await refused.ended;
      expect(code).toBe(1);
      const failed = refused.lines.find(({ event }) => event === 'pipeline.failed');
      expect(failed).toMatchObject({ code: 'RECORD_TOO_LARGE' });
      expect(failed?.error).toMatch(/payment-confirmations.*max\.message\.bytes/u);
      expect(traffic.counts.confirmed).toBe(0);
      await setTopicConfig(server.bootstrapServers, topicNames.confirmations, ['max.message.bytes', '1048588']);
      await expectPaid(run, traffic, run.start(lenient));
    });
  },
);
