// `pnpm bench:aggregate`: what an input of a count by key costs with many keys on disk. Each load has a process of its own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { stateEngines } from '../state-engines.ts';
import type { KeyChoice } from './large-aggregate-run.ts';
import { largeAggregateRun } from './large-aggregate-run.ts';

const usage =
  'usage: bench:aggregate [--keys N] [--few N] [--inputs N] [--memory MIB] [--engine memory|lmdb|rocksdb] ' +
  '[--choice uniform|zipf]\nwithout --choice: --few keys by zipf, --keys keys by zipf, --keys keys uniform';

const readFlags = () => {
  try {
    const { values } = parseArgs({
      options: {
        keys: { type: 'string', default: '10000000' },
        few: { type: 'string', default: '100000' },
        inputs: { type: 'string', default: '2000000' },
        memory: { type: 'string', default: '256' },
        engine: { type: 'string', default: 'rocksdb' },
        choice: { type: 'string' },
      },
    });
    const { keys, few, inputs, memory } = values;
    const wrong = [keys, few, inputs, memory].filter((number) => !/^[1-9]\d{0,8}$/.test(number));
    if (wrong.length > 0) throw new Error(`${wrong.join(', ')}: give whole numbers from 1`);
    const engine = (['memory', 'lmdb', 'rocksdb'] as const).find((name) => name === values.engine);
    if (engine === undefined) throw new Error(`there is no engine ${values.engine}: ${Object.keys(stateEngines)}`);
    const choice: KeyChoice | null = (['uniform', 'zipf'] as const).find((name) => name === values.choice) ?? null;
    if (values.choice !== undefined && choice === null) throw new Error(`keys are not chosen by ${values.choice}`);
    return { keys, few, inputs, memory, engine, choice };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
};

const { keys, few, inputs, memory, engine, choice } = readFlags();

if (choice === null) {
  const loads = [
    { keys: few, choice: 'zipf' },
    { keys, choice: 'zipf' },
    { keys, choice: 'uniform' },
  ];
  for (const load of loads) {
    const args = ['--engine', engine, '--keys', load.keys, '--choice', load.choice];
    const all = [fileURLToPath(import.meta.url), ...args, '--inputs', inputs, '--memory', memory];
    const child = spawnSync(process.execPath, [...process.execArgv, ...all], { stdio: 'inherit' });
    if (child.status !== 0) process.exitCode = 1;
  }
} else {
  const report = await largeAggregateRun({
    engine,
    choice,
    keys: Number(keys),
    inputs: Number(inputs),
    memoryMaxBytes: Number(memory) * 2 ** 20,
    onProgress: (progress) => console.error(progress),
  });
  console.log(JSON.stringify(report));
  process.exitCode = report.counted === report.inputsInAll ? 0 : 1;
}
