// What tests do in a process of its own: it is killed, has no rights, or a disk that is full. The arguments are what to
// do, the engine and the state directory. Answers are lines.
import { appendFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { findStreamsError } from '../../src/errors/streams-error.ts';
import type { StateDirectory, StateEngine } from '../../src/state/state-engine.ts';
import type { EngineName } from './engines.ts';
import { makeBackend } from './engines.ts';
import { commitBatch, differenceOf, lastBatch } from './numbered-batches.ts';

const [, , task = '', engineName = '', directory = ''] = process.argv;
const taskId = { subtopology: 0, partition: 0 };
/** What somebody else has on the same disk. */
const ballast = join(directory, 'ballast');
const ballastBytes = 64 * 1024;

/** Synchronously, so that it is out before anything else happens. */
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

const codeOf = (error: unknown): string => findStreamsError(error)?.code ?? String(error);

const acquire = (): StateDirectory => makeBackend(engineName as EngineName, directory, { sync: false }).acquire('app');

const withEngine = (use: (engine: StateEngine) => void): void => {
  const acquired = acquire();
  try {
    const engine = acquired.open(taskId, { memoryBytes: 1 });
    try {
      use(engine);
    } finally {
      engine.close();
    }
  } finally {
    acquired.close();
  }
};

/** Commits one batch after the other, and says each when it is committed. */
const write = (): void => {
  withEngine((engine) => {
    for (let number = lastBatch(engine) + 1; ; number++) {
      commitBatch(engine, number);
      say(String(number));
    }
  });
};

/** Opens and reads all; says how many batches there are, or the code of the error. */
const check = (): void => {
  try {
    withEngine((engine) => say(`${lastBatch(engine)} ${differenceOf(engine) ?? 'sound'}`));
  } catch (error) {
    say(codeOf(error));
  }
};

const growBallast = (): void => {
  try {
    appendFileSync(ballast, Buffer.alloc(ballastBytes, 1));
  } catch {
    // The disk is full, as it should be.
  }
};

/** Commits on a disk that fills up until that fails, then tries again; makes room, and says what is there. */
const fill = (): void => {
  try {
    withEngine((engine) => {
      let number = lastBatch(engine);
      try {
        for (;;) {
          commitBatch(engine, number + 1);
          number++;
          growBallast();
        }
      } catch (error) {
        say(`${codeOf(error)} after ${number}`);
      }
      try {
        commitBatch(engine, number + 1);
      } catch (error) {
        say(codeOf(error));
      }
    });
  } catch (error) {
    say(`close ${codeOf(error)}`);
  }
  rmSync(ballast);
  check();
};

/** Holds the directory until it is killed. */
const hold = (): void => {
  acquire();
  say('held');
  setInterval(() => {}, 1_000);
};

const tasks: Readonly<Record<string, () => void>> = { write, check, fill, hold };
tasks[task]?.();
