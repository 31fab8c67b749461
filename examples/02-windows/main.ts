// Payments a minute for each payer, and what becomes of late ones. Runs under the test driver, which needs no broker.
import type { Topology } from '@millrace/stream-core';
import { StreamsBuilder, serdes, timeWindows } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';

/** Counts by payer and minute; a payment may be ten seconds late. */
export const paymentsAMinute = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('payments', { key: serdes.string(), value: serdes.integer() })
    .groupByKey()
    .windowedBy(timeWindows({ size: '1m', grace: '10s' }))
    .count({ materialized: { name: 'payments-a-minute' } })
    .toStream((windowed) => `${windowed.key} from ${new Date(windowed.window.start).toISOString().slice(11, 16)}`)
    .to('counts', { key: serdes.string() });
  return builder.build();
};

if (import.meta.main) {
  const driver = new TopologyTestDriver(paymentsAMinute(), { applicationId: 'windows' });
  const payments = driver.createInputTopic('payments', { key: serdes.string(), value: serdes.integer() });
  const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);

  payments.pipeInput('alice', 100, { timestamp: at('10:00:00') });
  payments.pipeInput('alice', 250, { timestamp: at('10:00:59') });
  payments.pipeInput('bob', 70, { timestamp: at('10:01:05') });
  // Late, but within the grace of its minute.
  payments.pipeInput('alice', 30, { timestamp: at('10:00:30') });
  payments.pipeInput('bob', 70, { timestamp: at('10:01:10') });
  // Too late: time has come to 10:01:10, and the minute of ten o'clock is closed.
  payments.pipeInput('alice', 999, { timestamp: at('10:00:40') });

  const counts = driver.createOutputTopic('counts', { key: serdes.string(), value: serdes.long() });
  for (const [key, count] of counts.readPairs()) console.log(`${key}: ${count}`);
  driver.close();
}
