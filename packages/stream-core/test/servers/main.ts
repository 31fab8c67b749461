// Starts a server for a test run, or for a person: `main.ts kafka` prints its address and runs until it is interrupted.
// It ends by itself when the process `--owner` does.
import { rename, rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { sleep, systemClock } from '../../src/common/clock.ts';
import { startKafka } from './kafka-server.ts';
import { startSchemaRegistry } from './schema-registry.ts';
import { isAlive } from './server-cache.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { owner: { type: 'string' }, 'address-file': { type: 'string' } },
});

const start = async (): Promise<{ address: string; close: () => Promise<void> }> => {
  if (positionals[0] === 'registry') {
    const registry = await startSchemaRegistry();
    return { address: registry.url, close: () => registry.close() };
  }
  const kafka = await startKafka();
  return { address: kafka.bootstrapServers, close: () => kafka.close() };
};

const { address, close } = await start();
const { owner, 'address-file': addressFile } = values;
if (addressFile !== undefined) {
  await writeFile(`${addressFile}.new`, `${address}\n${process.pid}`);
  await rename(`${addressFile}.new`, addressFile);
}
console.log(address);

let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isInterrupted = true;
  });
}
while (!isInterrupted && (owner === undefined || isAlive(Number(owner)))) await sleep(systemClock, 300);
await close();
if (addressFile !== undefined) {
  await Promise.all([addressFile, `${addressFile}.log`].map((file) => rm(file, { force: true })));
}
