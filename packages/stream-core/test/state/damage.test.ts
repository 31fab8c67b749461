import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { seededChance } from '../../src/common/chance.ts';
import { findStreamsError } from '../../src/errors/streams-error.ts';
import type { EngineName } from './engines.ts';
import { makeBackend, onBothEngines, onEngine, temporaryDirectory } from './engines.ts';
import { commitBatch, differenceOf, lastBatch } from './numbered-batches.ts';

const taskId = { subtopology: 0, partition: 0 };
/** Little, so that RocksDB has several tables, and two logs with what is not yet in a table. */
const memoryBytes = 1;
const batches = 610;

/** A closed database with all batches, in a directory of its own. */
const sound = (name: EngineName, count = batches): string => {
  const directory = temporaryDirectory();
  const acquired = makeBackend(name, directory, { sync: false }).acquire('app');
  const engine = acquired.open(taskId, { memoryBytes });
  for (let number = 1; number <= count; number++) commitBatch(engine, number);
  engine.close();
  acquired.close();
  return directory;
};

const copyOf = (directory: string): string => {
  const copy = temporaryDirectory();
  cpSync(directory, copy, { recursive: true });
  return copy;
};

const taskIn = (directory: string): string => join(directory, 'app', '0_0');
const databaseIn = (directory: string): string => join(taskIn(directory), 'database');

/** The files of a database that hold anything, by name. */
const filesIn = (directory: string): string[] =>
  readdirSync(databaseIn(directory)).filter((file) => statSync(join(databaseIn(directory), file)).size > 0);

/**
 * Opens a database and reads all of it. The outcome is the code of the error that it ends in, or how many batches it
 * holds. A wrong answer fails the test.
 */
const outcomeOf = (name: EngineName, directory: string): string | number => {
  const acquired = makeBackend(name, directory).acquire('app');
  try {
    const engine = acquired.open(taskId, { memoryBytes });
    try {
      expect(differenceOf(engine)).toBeNull();
      return lastBatch(engine);
    } finally {
      engine.close();
    }
  } catch (error) {
    const found = findStreamsError(error);
    if (found === null) throw error;
    return found.code;
  } finally {
    acquired.close();
  }
};

/** The database of a task is made anew after its removal, whatever was wrong with it. */
const expectRebuildable = (name: EngineName, directory: string): void => {
  const acquired = makeBackend(name, directory).acquire('app');
  acquired.remove(taskId);
  expect(acquired.taskIds()).toEqual([]);
  const engine = acquired.open(taskId, { memoryBytes });
  expect(lastBatch(engine)).toBe(0);
  engine.close();
  acquired.close();
};

const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 0x55;
  writeFileSync(path, bytes);
};

/** All batches, some of them, or an error. */
const summary = (outcome: string | number): string => {
  if (typeof outcome === 'string') return outcome;
  return outcome === batches ? 'all' : 'fewer';
};

/**
 * What may, but need not, come of damage: files and pages that are not needed any more, a manifest of which only an edit
 * was lost that a log makes up for, and logs, whose whole beginning is a database as it once was.
 */
const harmless: Readonly<Record<EngineName, RegExp>> = {
  lmdb: /^(?:data|lock)\.mdb: all$/,
  rocksdb:
    /^(?:n\.sst|MANIFEST-n|OPTIONS-n|IDENTITY): all$|^n\.log: (?:all|fewer|STATE_CORRUPTED)$|^MANIFEST-n: fewer$/,
};
const afterCuts: Readonly<Record<EngineName, readonly string[]>> = {
  lmdb: ['data.mdb: STATE_CORRUPTED'],
  rocksdb: ['CURRENT: STATE_CORRUPTED', 'MANIFEST-n: STATE_CORRUPTED', 'n.sst: STATE_CORRUPTED'],
};
const afterFlips = afterCuts;

/** Truncates in the middle, a little before the end, and to nothing. */
const cuts = [0.5, 0.9, 0.99, 0] as const;

onBothEngines((name) => {
  test('a sound database has all batches', () => {
    expect(outcomeOf(name, sound(name))).toBe(batches);
  });

  describe('a marker', () => {
    test.each(['deleted', 'empty', 'garbage'])('that is %s is STATE_CORRUPTED', (how) => {
      const directory = sound(name);
      const marker = join(taskIn(directory), 'database.json');
      if (how === 'deleted') rmSync(marker);
      else writeFileSync(marker, how === 'empty' ? '' : '{"version":');
      expect(outcomeOf(name, directory)).toBe('STATE_CORRUPTED');
      expect(outcomeOf(name, directory)).toBe('STATE_CORRUPTED');
      expectRebuildable(name, directory);
    });

    test('of a newer version is STATE_FORMAT_UNSUPPORTED', () => {
      const directory = sound(name);
      writeFileSync(join(taskIn(directory), 'database.json'), JSON.stringify({ version: 2, engine: name }));
      expect(outcomeOf(name, directory)).toBe('STATE_FORMAT_UNSUPPORTED');
    });

    test('of the other engine is STATE_CORRUPTED, and nothing is touched', () => {
      const directory = sound(name);
      const other = name === 'lmdb' ? 'rocksdb' : 'lmdb';
      expect(outcomeOf(other, directory)).toBe('STATE_CORRUPTED');
      expect(outcomeOf(name, directory)).toBe(batches);
    });

    test('without its database is STATE_CORRUPTED', () => {
      const directory = sound(name);
      rmSync(databaseIn(directory), { recursive: true });
      expect(outcomeOf(name, directory)).toBe('STATE_CORRUPTED');
      mkdirSync(databaseIn(directory));
      expect(outcomeOf(name, directory)).toBe('STATE_CORRUPTED');
      expectRebuildable(name, directory);
    });
  });

  describe('a creation that was cut short', () => {
    test.each(['before anything', 'in the database', 'before the note was removed'])('%s is made anew', (when) => {
      const directory = temporaryDirectory();
      if (when === 'before the note was removed') cpSync(sound(name), directory, { recursive: true });
      mkdirSync(taskIn(directory), { recursive: true });
      if (when !== 'before anything') writeFileSync(join(taskIn(directory), 'incomplete'), '');
      if (when === 'in the database') {
        mkdirSync(databaseIn(directory));
        writeFileSync(join(databaseIn(directory), 'half-made'), 'x');
      }
      const acquired = makeBackend(name, directory).acquire('app');
      expect(acquired.taskIds()).toEqual([]);
      acquired.close();
      expect(outcomeOf(name, directory)).toBe(0);
    });
  });

  test('a file that is deleted or cut off never makes a wrong answer', { timeout: 120_000 }, () => {
    const original = sound(name);
    const outcomes = new Set<string>();
    for (const file of filesIn(original)) {
      for (const cut of [...cuts, null]) {
        const directory = copyOf(original);
        const path = join(databaseIn(directory), file);
        if (cut === null) rmSync(path);
        else truncateSync(path, Math.floor(statSync(path).size * cut));
        outcomes.add(`${file.replace(/\d+/g, 'n')}: ${summary(outcomeOf(name, directory))}`);
      }
    }
    expect([...outcomes].filter((outcome) => !harmless[name].test(outcome)).sort()).toEqual(afterCuts[name]);
  });

  test('a flipped byte never makes a wrong answer', { timeout: 240_000 }, () => {
    const original = sound(name);
    const chance = seededChance(7);
    const outcomes = new Set<string>();
    const files = filesIn(original);
    for (const file of files) {
      const size = statSync(join(databaseIn(original), file)).size;
      const inside = Array.from({ length: Math.ceil(60 / files.length) }, () => Math.floor(chance() * size));
      const places = [0, size - 1, ...inside];
      for (const place of new Set(places)) {
        const directory = copyOf(original);
        flip(join(databaseIn(directory), file), place);
        outcomes.add(`${file.replace(/\d+/g, 'n')}: ${summary(outcomeOf(name, directory))}`);
      }
    }
    expect([...outcomes].filter((outcome) => !harmless[name].test(outcome)).sort()).toEqual(afterFlips[name]);
  });
});

onEngine('rocksdb', () => {
  const logsIn = (directory: string): string[] =>
    filesIn(directory)
      .filter((file) => file.endsWith('.log'))
      .sort();

  /** What becomes of a database whose second but last log is cut off to that part, or deleted. */
  const withCutLog = (original: string, part: number | null): string | number => {
    const directory = copyOf(original);
    const path = join(databaseIn(directory), logsIn(directory).at(-2) ?? '');
    if (part === null) rmSync(path);
    else truncateSync(path, Math.floor(statSync(path).size * part));
    return outcomeOf('rocksdb', directory);
  };

  /** When tables are written is up to RocksDB, so a log before the last one that is still needed takes some tries. */
  const withTwoLogs = (): string => {
    for (let tries = 0; tries < 30; tries++) {
      const directory = sound('rocksdb', batches + tries * 7);
      if (logsIn(directory).length > 1 && withCutLog(directory, null) === 'STATE_CORRUPTED') return directory;
    }
    throw new Error('no database has two logs');
  };

  test('a log that was cut off or is gone, before another one, is STATE_CORRUPTED', () => {
    const directory = withTwoLogs();
    for (const part of [0, 0.5, 0.99]) expect(withCutLog(directory, part)).toBe('STATE_CORRUPTED');
  });

  test('the last log that was cut off leaves the batches before', () => {
    const directory = withTwoLogs();
    const log = join(databaseIn(directory), logsIn(directory).at(-1) ?? '');
    truncateSync(log, Math.floor(statSync(log).size / 2));
    expect(outcomeOf('rocksdb', directory)).toBeTypeOf('number');
  });
});
