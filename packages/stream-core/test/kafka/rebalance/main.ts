// What rebalances and user code that never yields cost the readers of an application: prints JSON.
import { startKafka } from '../../servers/kafka-server.ts';
import { blockRun } from './block-run.ts';
import { gapRun } from './gap-run.ts';
import type { RebalanceOptions } from './rebalance-options.ts';
import { readRebalanceOptions, rebalanceUsage } from './rebalance-options.ts';

const run = async (options: RebalanceOptions): Promise<void> => {
  const server = options.bootstrapServers === null ? await startKafka() : null;
  const bootstrapServers = options.bootstrapServers ?? server?.bootstrapServers ?? '';
  const settings = { ...options, bootstrapServers, onProgress: (text: string) => console.error(text) };
  try {
    const report = options.scenario === 'gaps' ? await gapRun(settings) : await blockRun(settings);
    console.log(JSON.stringify(report));
    process.exitCode = report.lost === 0 && report.doubled === 0 ? 0 : 1;
  } finally {
    await server?.close();
  }
};

const options = readRebalanceOptions(process.argv.slice(2));
if (options !== null) await run(options);
else {
  console.error(rebalanceUsage);
  process.exitCode = process.argv.includes('--help') ? 0 : 2;
}
