// `pnpm bench`: measures, and prints the table with the machine and the versions that it was measured on.
import { cpus, totalmem } from 'node:os';

import { benchmarks } from './benchmarks.ts';
import type { BenchArguments } from './cli.ts';
import { readArguments, UsageError } from './cli.ts';
import type { Measurement } from './run-benchmark.ts';
import { runBenchmark } from './run-benchmark.ts';

const readOrExit = (): BenchArguments => {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
};

const values = readOrExit();

const machine = {
  node: process.version,
  v8: process.versions.v8,
  platform: `${process.platform}-${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
};

const row = ({ contender, microseconds, spreadPercent, recordsPerSecond, target }: Measurement): string => {
  const goal = target === null ? '' : `  target ${target} ${microseconds <= target ? 'met' : 'MISSED'}`;
  const rate = Math.round(recordsPerSecond).toLocaleString('en');
  return `  ${contender.padEnd(28)} ${microseconds.toFixed(3).padStart(8)} us  ${rate.padStart(12)} records/s  spread ${spreadPercent.toFixed(0)} %${goal}`;
};

const measured: Measurement[] = [];
for (const benchmark of benchmarks.filter(({ question }) => question.includes(values.only))) {
  if (!values.json) console.log(benchmark.question);
  const measurements = await runBenchmark(benchmark, {
    ...(values.records === null ? {} : { records: values.records }),
    runs: values.runs,
    warmups: 2,
  });
  measured.push(...measurements);
  if (!values.json) console.log(measurements.map(row).join('\n'));
}
console.log(
  values.json
    ? JSON.stringify({ machine, measured }, null, 2)
    : `\n${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}`,
);
