// `pnpm bench:state`: a store with very many keys within its budget. Each engine has a process of its own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { stateEngines } from '../state-engines.ts';
import { largeStateRun } from './large-state-run.ts';

const usage = 'usage: bench:state [--keys N] [--accesses N] [--memory MIB] [--engine memory|lmdb|rocksdb]';

const readNumbers = () => {
  try {
    const { values } = parseArgs({
      options: {
        keys: { type: 'string', default: '10000000' },
        accesses: { type: 'string', default: '1000000' },
        memory: { type: 'string', default: '256' },
        engine: { type: 'string' },
      },
    });
    const wrong = [values.keys, values.accesses, values.memory].filter((text) => !/^[1-9]\d{0,8}$/.test(text));
    if (wrong.length > 0) throw new Error(`${wrong.join(', ')}: give whole numbers from 1`);
    const engine = (['memory', 'lmdb', 'rocksdb'] as const).find((name) => name === values.engine) ?? null;
    if (values.engine !== undefined && engine === null) throw new Error(`there is no engine ${values.engine}`);
    return { ...values, engine };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
};

const { engine, keys, accesses, memory } = readNumbers();

if (engine === null) {
  const durable = Object.keys(stateEngines).filter((name) => name !== 'memory');
  // What the process takes without the store is the same load with next to no budget.
  const base = { keys: String(Math.min(Number(keys), 500_000)), memory: '1' };
  for (const name of durable) {
    for (const load of [base, { keys, memory }]) {
      const args = [fileURLToPath(import.meta.url), '--engine', name];
      const numbers = ['--keys', load.keys, '--accesses', accesses, '--memory', load.memory];
      const child = spawnSync(process.execPath, [...process.execArgv, ...args, ...numbers], { stdio: 'inherit' });
      if (child.status !== 0) process.exitCode = 1;
    }
  }
} else {
  const report = await largeStateRun({
    engine,
    keys: Number(keys),
    accesses: Number(accesses),
    memoryMaxBytes: Number(memory) * 2 ** 20,
    onProgress: (text) => console.error(text),
  });
  console.log(JSON.stringify(report));
  process.exitCode = report.found === report.accesses ? 0 : 1;
}
