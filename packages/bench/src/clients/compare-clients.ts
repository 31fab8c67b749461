import { seededChance, systemClock } from '@millrace/stream-core';
import type { Admin } from '@millrace/stream-core/broker';
import { kafka } from '@millrace/stream-core/kafka';
import type { ClientWork } from './client-under-test.ts';
import { clients } from './clients.ts';
import type { ClientMeasurement, ClientRun } from './measure-client.ts';
import { measureClient } from './measure-client.ts';

/** So many times more a record than ours the others have to take. */
const targets: Readonly<Record<string, number>> = {
  'produce kafkajs': 5,
  'produce @platformatic/kafka': 5,
  'consume kafkajs eachBatch': 3,
  'consume @platformatic/kafka stream': 5,
  'consume @platformatic/kafka raw fetch': 3,
};

/** What is compared, and where. */
export interface CompareClientsOptions {
  readonly bootstrapServers: string;
  readonly records: number;
  /** Rounds; in each of them every client runs once, in turn. */
  readonly runs: number;
  /** Runs a client once. */
  readonly measure: (run: ClientRun) => ClientMeasurement | Promise<ClientMeasurement>;
  readonly out: (line: string) => void;
  readonly progress: (line: string) => void;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const newTopic = async (admin: Admin, name: string): Promise<string> => {
  await admin.createTopics([{ name, partitions: 1, replicationFactor: -1, configs: {} }]);
  return name;
};

/** Runs all clients at one kind of work, and gives what each took, by its name. */
const measureAll = async (admin: Admin, work: ClientWork, options: CompareClientsOptions) => {
  const { bootstrapServers, records, runs, measure, progress } = options;
  const warmup = Math.ceil(records / 4);
  const prefix = `bench-${work}-${process.pid}`;
  const input = await newTopic(admin, `${prefix}-input`);
  const load = { name: 'millrace', work: 'produce', bootstrapServers, topic: input, records, warmup: 1 };
  if (work === 'consume') await measureClient(load);
  const measured = new Map<string, ClientMeasurement[]>();
  const results = new Set<number>();
  for (let round = 1; round <= runs; round++) {
    for (const { name } of clients.filter((each) => each.work === work)) {
      const topic = work === 'consume' ? input : await newTopic(admin, `${prefix}-${round}-${measured.size}`);
      progress(`${work}, round ${round} of ${runs}: ${name}`);
      const measurement = await measure({ name, work, bootstrapServers, topic, records, warmup });
      results.add(measurement.result);
      measured.set(name, [...(measured.get(name) ?? []), measurement]);
      if (work === 'consume') continue;
      const request = { partition: { topic, partition: 0 }, spec: 'latest' as const };
      const [end] = await admin.listOffsets([request], 'read_uncommitted');
      if (end !== records + warmup) throw new Error(`${name} sent ${end} records of ${records + warmup}`);
      await admin.deleteTopics([topic]);
    }
  }
  await admin.deleteTopics([input]);
  if (results.size !== 1) throw new Error(`the clients have read different records: ${[...results].join(', ')}`);
  return measured;
};

/** Prints what the clients took for one kind of work. Returns whether our lead is what it should be. */
const report = (
  work: ClientWork,
  measured: ReadonlyMap<string, readonly ClientMeasurement[]>,
  out: (line: string) => void,
): boolean => {
  const medianOf = (name: string, number: (each: ClientMeasurement) => number): number =>
    median((measured.get(name) ?? []).map(number));
  const cpuOf = (name: string): number => medianOf(name, ({ cpuMicroseconds }) => cpuMicroseconds);
  let isMet = true;
  out(`${work}: CPU a record of 120 bytes, one partition, acks=all, idempotent, uncompressed`);
  for (const name of measured.keys()) {
    const ratio = cpuOf(name) / cpuOf('millrace');
    const target = targets[`${work} ${name}`] ?? 0;
    if (ratio < target) isMet = false;
    const verdict = target === 0 ? '' : `target ${target} ${ratio >= target ? 'met' : 'MISSED'}`;
    const rate = `${Math.round(medianOf(name, ({ recordsPerSecond }) => recordsPerSecond)).toLocaleString('en')} records/s`;
    const columns = [name.padEnd(30), `${cpuOf(name).toFixed(2)} us`, `${ratio.toFixed(1)} times`, rate, verdict];
    out(`  ${columns.join('  ').trimEnd()}`);
  }
  return isMet;
};

/**
 * Compares the CPU a record of all clients, and prints a table.
 *
 * @returns whether every other client takes at least as many times more than ours as it should
 * @throws Error when clients have not done the same
 */
export const compareClients = async (options: CompareClientsOptions): Promise<boolean> => {
  const { bootstrapServers, out } = options;
  const client = kafka({ bootstrapServers }).connect({
    clientId: 'bench',
    clock: systemClock,
    chance: seededChance(1),
  });
  try {
    const works = ['produce', 'consume'] as const;
    const verdicts: boolean[] = [];
    for (const work of works) verdicts.push(report(work, await measureAll(client.admin, work, options), out));
    return verdicts.every((isMet) => isMet);
  } finally {
    await client.close();
  }
};
