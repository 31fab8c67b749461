// Opens databases, asks for rows and leaves ranges early, as often as the arguments say, and prints how much the process
// grew from the second round to the last: by then everything that is kept on purpose is there.
// Arguments: engine, state directory, databases, gets, ranges. Needs --expose-gc.
import { setImmediate } from 'node:timers/promises';

import type { StateDirectory } from '../../src/state/state-engine.ts';
import type { EngineName } from './engines.ts';
import { makeBackend } from './engines.ts';
import { commitBatch } from './numbered-batches.ts';

const [, , engineName = '', directory = '', ...counts] = process.argv;
const [databases = 0, gets = 0, ranges = 0] = counts.map(Number);
const rounds = 5;
const mebibyte = 1024 * 1024;
const everything = [Buffer.alloc(0), Buffer.alloc(10, 0xff)] as const;

const residentMb = async (): Promise<number> => {
  // Several turns: native memory goes with the second collection, and in callbacks of the event loop.
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc?.();
    await setImmediate();
  }
  return Math.round(process.memoryUsage().rss / mebibyte);
};

const round = (acquired: StateDirectory): void => {
  for (let count = 0; count < databases / rounds; count++) {
    const engine = acquired.open({ subtopology: 1, partition: count % 10 }, { memoryBytes: mebibyte });
    commitBatch(engine, 1);
    for (const _ of engine.range(...everything, false)) break;
    engine.close();
  }
  const engine = acquired.open({ subtopology: 0, partition: 0 }, { memoryBytes: mebibyte });
  for (let number = 1; number <= 300; number++) commitBatch(engine, number);
  for (let count = 0; count < gets / rounds; count++) engine.get(Buffer.from(`row-${count % 4_000}`));
  for (let count = 0; count < ranges / rounds; count++) {
    for (const _ of engine.range(Buffer.from(`row-${count % 2_000}`), everything[1], count % 2 === 0)) break;
  }
  engine.close();
};

const acquired = makeBackend(engineName as EngineName, directory, { sync: false }).acquire('app');
const resident: number[] = [];
for (let count = 0; count < rounds; count++) {
  round(acquired);
  resident.push(await residentMb());
}
acquired.close();
process.stdout.write(`${JSON.stringify(resident)}\n`);
