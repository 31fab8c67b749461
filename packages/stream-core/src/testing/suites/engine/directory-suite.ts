import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { EngineContext } from './engine-context.ts';
import { bytes, expectCode, first, last, lines, taskId, write } from './engine-context.ts';

const otherTask = { subtopology: 10, partition: 12 };
const memoryBytes = 16 * 1024 * 1024;

/** What a backend does that has nothing left after a close. */
export const volatileSuite = (context: EngineContext): void => {
  test('knows no tasks, and begins anew every time', () => {
    write(context.open(), { a: '1' });
    expect(lines(context.reopen())).toEqual([]);
    expect(context.acquire().taskIds()).toEqual([]);
    context.acquire().remove(taskId);
  });
};

/** Opening, closing, locking and removing databases that stay. */
export const directorySuite = (context: EngineContext): void => {
  describe('a database that is closed and opened again', () => {
    test('has what was committed, and nothing that was not', () => {
      write(context.open(), { a: '1', b: '2' });
      const engine = context.reopen();
      write(engine, { b: null, c: '3' });
      engine.deleteRange(bytes('a'), bytes('b'));
      engine.batch().put(bytes('d'), bytes('4'));
      expect(lines(context.reopen())).toEqual(['c=3']);
      expect(lines(context.reopen())).toEqual(['c=3']);
    });

    test('can be closed with ranges open, and twice', () => {
      const engine = context.open();
      const batch = engine.batch();
      for (let row = 0; row < 1_000; row++) batch.put(bytes(`${row}`), bytes('v'));
      batch.commit();
      const range = engine.range(first, last, false)[Symbol.iterator]();
      range.next();
      engine.close();
      engine.close();
      expectCode(() => {
        while (range.next().done !== true);
      }, 'STATE_FAILED');
      expect(lines(context.reopen())).toHaveLength(1_000);
    });

    test('refuses every call after the close with STATE_FAILED', () => {
      const engine = context.open();
      write(engine, { a: '1' });
      const batch = engine.batch();
      batch.put(bytes('b'), bytes('2'));
      engine.close();
      expectCode(() => engine.get(bytes('a')), 'STATE_FAILED');
      expectCode(() => engine.getMany([bytes('a')]), 'STATE_FAILED');
      expectCode(() => [...engine.range(first, last, false)], 'STATE_FAILED');
      expectCode(() => engine.batch(), 'STATE_FAILED');
      expectCode(() => batch.commit(), 'STATE_FAILED');
      expectCode(() => engine.deleteRange(first, last), 'STATE_FAILED');
      expect(lines(context.reopen())).toEqual(['a=1']);
    });

    test('refuses to commit a batch twice', () => {
      const engine = context.open();
      const batch = engine.batch();
      batch.put(bytes('a'), bytes('1'));
      batch.commit();
      expectCode(() => batch.commit(), 'STATE_FAILED');
      expect(lines(engine)).toEqual(['a=1']);
    });
  });

  describe('a directory', () => {
    test('belongs to one instance at a time', () => {
      context.open();
      expectCode(() => context.backend().acquire('app'), 'STATE_LOCKED');
      context.backend().acquire('another-app').close();
      context.close();
      context.acquire();
      expectCode(() => context.backend().acquire('app'), 'STATE_LOCKED');
    });

    test('keeps the databases of tasks apart, and opens each once', () => {
      const engine = context.open();
      const other = context.acquire().open(otherTask, { memoryBytes });
      write(engine, { a: '1' });
      write(other, { a: '2' });
      expect(lines(engine)).toEqual(['a=1']);
      expect(lines(other)).toEqual(['a=2']);
      expectCode(() => context.acquire().open(otherTask, { memoryBytes }), 'STATE_FAILED');
      other.close();
      context.acquire().open(otherTask, { memoryBytes }).close();
    });

    test('lists the tasks that have a database, in their order', () => {
      expect(context.acquire().taskIds()).toEqual([]);
      context.acquire().open(otherTask, { memoryBytes }).close();
      context.open();
      expect(context.acquire().taskIds()).toEqual([taskId, otherTask]);
      context.close();
      expect(context.acquire().taskIds()).toEqual([taskId, otherTask]);
    });

    test('deletes the database of a task, which then begins anew', () => {
      write(context.open(), { a: '1' });
      context.close();
      context.acquire().remove(taskId);
      expect(context.acquire().taskIds()).toEqual([]);
      context.acquire().remove(taskId);
      context.acquire().remove(otherTask);
      expect(readdirSync(join(context.directory, 'app')).filter((name) => !name.startsWith('.'))).toEqual([]);
      expect(lines(context.open())).toEqual([]);
    });

    test('keeps the process id of its instance, each application one of its own', () => {
      expect(context.acquire().processId(() => 'first')).toBe('first');
      expect(context.acquire().processId(() => 'second')).toBe('first');
      context.close();
      expect(context.acquire().processId(() => 'third')).toBe('first');
      const other = context.backend().acquire('another-app');
      expect(other.processId(() => 'other')).toBe('other');
      other.close();
    });

    test.each(['', '{', 'null', '[]', '{"version":1}', '{"version":1,"processId":"../x"}', '{"processId":"x"}'])(
      'takes a new process id where the file holds %j',
      (text) => {
        context.acquire().processId(() => 'first');
        writeFileSync(join(context.directory, 'app', 'process.json'), text);
        expect(context.acquire().processId(() => 'second')).toBe('second');
        context.close();
        expect(context.acquire().processId(() => 'third')).toBe('second');
      },
    );

    test('refuses the process id of a newer version with STATE_FORMAT_UNSUPPORTED', () => {
      context.acquire();
      writeFileSync(join(context.directory, 'app', 'process.json'), '{"version":2,"processId":"x"}');
      expectCode(() => context.acquire().processId(() => 'mine'), 'STATE_FORMAT_UNSUPPORTED');
    });

    test('leaves alone what it does not know', () => {
      const task = join(context.directory, 'app', '0_3');
      mkdirSync(join(task, 'theirs'), { recursive: true });
      writeFileSync(join(task, 'notes.txt'), 'mine');
      writeFileSync(join(context.directory, 'app', 'readme'), '');
      mkdirSync(join(context.directory, 'app', '7_7'));
      expect(context.acquire().taskIds()).toEqual([]);
      write(context.open(), { a: '1' });
      expect(lines(context.reopen())).toEqual(['a=1']);
      context.close();
      context.acquire().remove(taskId);
      expect(readdirSync(task)).toEqual(['notes.txt', 'theirs']);
      expect(readdirSync(join(context.directory, 'app'))).toEqual(expect.arrayContaining(['0_3', '7_7', 'readme']));
    });

    test('refuses every call after the close with STATE_FAILED', () => {
      const acquired = context.acquire();
      context.close();
      acquired.close();
      expectCode(() => acquired.open(taskId, { memoryBytes }), 'STATE_FAILED');
      expectCode(() => acquired.taskIds(), 'STATE_FAILED');
      expectCode(() => acquired.processId(() => 'x'), 'STATE_FAILED');
      expectCode(() => acquired.remove(taskId), 'STATE_FAILED');
    });

    test.each(['..', '.', '', 'a/b', '/etc', 'a\\b'])('refuses %j as the name of an application', (name) => {
      expectCode(() => context.backend().acquire(name), 'STATE_FAILED');
    });
  });
};
