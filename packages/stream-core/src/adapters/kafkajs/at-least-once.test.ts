import { expect, test } from 'vitest';

import { broker, copying, create, put, until, values } from '../../../test/kafka-streams-harness.ts';
import type { Broker } from '../../broker/broker.ts';
import { AtLeastOnceClient } from './at-least-once.ts';

const atLeastOnce = (over: Broker): Broker => ({ connect: (options) => new AtLeastOnceClient(over.connect(options)) });

test('exactly_once_v2 is refused at the start, with the reason and the remedy', async () => {
  const streams = create({ topology: copying(), broker: atLeastOnce(broker('in', 'out')) });
  const start = streams.start();
  await expect(start).rejects.toMatchObject({ code: 'CONFIG_INVALID', problems: [{ where: 'processingGuarantee' }] });
  await expect(start).rejects.toThrow(/kafkajs 2\.2.*aborted records.*use kafka\(\) of @millrace\/stream-core\/kafka/s);
  expect(streams.state).toBe('ERROR');
});

test('at_least_once runs', async () => {
  const server = broker('in', 'out');
  const streams = create({
    topology: copying(),
    broker: atLeastOnce(server),
    processingGuarantee: 'at_least_once',
  });
  await streams.start();
  put(server, 'in', ['k', 'v']);
  await until(() => values(server, 'out').length === 1);
  await streams.close();
});
