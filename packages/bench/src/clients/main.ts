// `pnpm bench:clients`: what a record costs in the clients of Kafka that Node has, side by side on one broker.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareClients } from './compare-clients.ts';

const usage = `usage: bench:clients [--records N] [--runs N] [--bootstrap HOST:PORT]

  --records N            records a run (1000000)
  --runs N               rounds, each with a run of every client in turn (3)
  --bootstrap HOST:PORT  a Kafka that runs already; topics are made and deleted there. Without it one is started`;

const readArguments = () => {
  try {
    const { values } = parseArgs({
      options: {
        records: { type: 'string', default: '1000000' },
        runs: { type: 'string', default: '3' },
        bootstrap: { type: 'string' },
      },
    });
    const wrong = [values.records, values.runs].filter((text) => !/^[1-9]\d{0,8}$/.test(text));
    if (wrong.length > 0) throw new Error(`${wrong.join(', ')}: give whole numbers from 1`);
    return { records: Number(values.records), runs: Number(values.runs), bootstrap: values.bootstrap ?? null };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
};

const serverProgram = fileURLToPath(new URL('../../../stream-core/test/servers/main.ts', import.meta.url));

/** Starts a Kafka that ends with this process, at the latest. */
const startKafka = async (): Promise<{ bootstrapServers: string; close: () => void }> => {
  console.error('starting Kafka');
  const args = [...process.execArgv, serverProgram, 'kafka', '--owner', String(process.pid)];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    return { bootstrapServers: line, close: () => server.kill('SIGTERM') };
  }
  throw new Error('Kafka did not start');
};

const program = fileURLToPath(new URL('client-process.ts', import.meta.url));

const { records, runs, bootstrap } = readArguments();
const kafka = bootstrap === null ? await startKafka() : { bootstrapServers: bootstrap, close: () => {} };
try {
  const isMet = await compareClients({
    bootstrapServers: kafka.bootstrapServers,
    records,
    runs,
    measure: (run) => {
      const child = spawnSync(process.execPath, [...process.execArgv, program, JSON.stringify(run)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (child.status !== 0) throw new Error(`${run.name} failed`);
      return JSON.parse(child.stdout);
    },
    out: (line) => console.log(line),
    progress: (line) => console.error(line),
  });
  process.exitCode = isMet ? 0 : 1;
} finally {
  kafka.close();
}
