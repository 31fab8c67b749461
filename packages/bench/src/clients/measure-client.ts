import { clients } from './clients.ts';

/** What a client took for a run in a process of its own. */
export interface ClientMeasurement {
  /** Microseconds a record, of all threads of the process. */
  readonly cpuMicroseconds: number;
  readonly recordsPerSecond: number;
  readonly result: number;
}

/** What `client-process.ts` is started with. */
export interface ClientRun {
  readonly name: string;
  readonly work: string;
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly records: number;
  /** Records that are not counted, so that connections stand and the code is compiled. */
  readonly warmup: number;
}

/** Runs one client once. */
export const measureClient = async (run: ClientRun): Promise<ClientMeasurement> => {
  const { name, work, records, warmup } = run;
  const client = clients.find((each) => each.name === name && each.work === work);
  if (client === undefined) throw new Error(`there is no client ${name} to ${work}`);
  const open = await client.open(run);
  await open.run(warmup);
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  const result = await open.run(records);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await open.close();
  return { cpuMicroseconds: (user + system) / records, recordsPerSecond: records / seconds, result };
};
