import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { makeBackend, onEngine, temporaryDirectory } from '../../../test/state/engines.ts';
import { seededChance } from '../../common/chance.ts';
import type { StateEngine } from '../../state/state-engine.ts';
import { findDamage } from './file-check.ts';

const pageSize = 4_096;
const taskId = { subtopology: 0, partition: 0 };

/** Changes of all kinds and sizes, with ranges that stay open for a while. */
const churn = (engine: StateEngine, commits: number, check: () => void): void => {
  const chance = seededChance(3);
  const upTo = (limit: number): number => Math.floor(chance() * limit);
  const open: Iterator<unknown>[] = [];
  const key = (): Buffer => {
    const short = Buffer.from(String(upTo(3_000)));
    return upTo(20) === 0 ? Buffer.concat([Buffer.alloc(1_940 + upTo(10), 97), short]) : short;
  };
  for (let commit = 0; commit < commits; commit++) {
    const batch = engine.batch();
    for (let change = upTo(10) === 0 ? 500 : upTo(60); change > 0; change--) {
      if (upTo(3) === 0) batch.delete(key());
      else batch.put(key(), Buffer.alloc(upTo(upTo(30) === 0 ? 60_000 : 300), commit));
    }
    batch.commit();
    if (upTo(15) === 0) engine.deleteRange(key(), key());
    if (upTo(10) === 0) {
      const rows = engine.range(Buffer.alloc(0), Buffer.alloc(9, 255), false)[Symbol.iterator]();
      rows.next();
      open.push(rows);
    }
    if (open.length > 5) open.shift()?.return?.();
    check();
  }
};

onEngine('lmdb', () => {
  test('a file that is written to is sound after every commit', { timeout: 60_000 }, () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'app', '0_0', 'database', 'data.mdb');
    const acquired = makeBackend('lmdb', directory, { sync: false }).acquire('app');
    const engine = acquired.open(taskId, { memoryBytes: 1 });
    expect(findDamage(file)).toBeNull();
    churn(engine, 200, () => expect(findDamage(file)).toBeNull());
    engine.close();
    acquired.close();
    expect(findDamage(file)).toBeNull();
  });

  test('damage to meta pages and branches is found before LMDB meets it', () => {
    const directory = temporaryDirectory();
    const acquired = makeBackend('lmdb', directory, { sync: false }).acquire('app');
    const engine = acquired.open(taskId, { memoryBytes: 1 });
    for (let commit = 0; commit < 20; commit++) {
      const batch = engine.batch();
      for (let row = 0; row < 1_000; row++) batch.put(Buffer.from(`${row}`), Buffer.alloc(100, commit));
      batch.commit();
    }
    engine.close();
    acquired.close();
    const file = join(directory, 'app', '0_0', 'database', 'data.mdb');
    const damaged = join(directory, 'damaged.mdb');
    const sound = readFileSync(file);
    const damageAt = (place: number): string | null => {
      const bytes = Buffer.from(sound);
      bytes[place] = (bytes[place] as number) ^ 0x40;
      writeFileSync(damaged, bytes);
      return findDamage(damaged);
    };
    // Where things stand in a meta page, and which of the two is the later one.
    const [magic, transaction, lastPage, root, rows] = [24, 24 + 128, 24 + 120, 24 + 72 + 40, 24 + 72 + 32];
    const meta = sound.readUInt32LE(transaction) > sound.readUInt32LE(pageSize + transaction) ? 0 : pageSize;
    for (const place of [magic, lastPage + 4, root, root + 2, rows]) expect(damageAt(meta + place)).not.toBeNull();
    // The tree has one branch. The offset of its first node is at 24, the number of nodes at 20.
    const branch = sound.readUInt32LE(meta + root) * pageSize;
    expect(sound.readUInt16LE(branch + 18)).toBe(1);
    for (const place of [0, 18, 20, 24, 26, pageSize - 1]) expect(damageAt(branch + place)).not.toBeNull();
  });

  test('a file that was cut off is damaged', () => {
    const directory = temporaryDirectory();
    const acquired = makeBackend('lmdb', directory, { sync: false }).acquire('app');
    const engine = acquired.open(taskId, { memoryBytes: 1 });
    churn(engine, 10, () => {});
    engine.close();
    acquired.close();
    const file = join(directory, 'app', '0_0', 'database', 'data.mdb');
    for (const left of [0.99, 0.5, 0]) {
      truncateSync(file, Math.floor(statSync(file).size * left));
      expect(findDamage(file)).not.toBeNull();
    }
  });
});
