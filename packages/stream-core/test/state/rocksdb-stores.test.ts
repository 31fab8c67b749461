import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rocksdbState } from '../../src/adapters/rocksdb/index.ts';
import { storeSuite } from '../../src/testing/suites/store-suite.ts';

storeSuite('rocksdb', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-stores-'));
  const directory = rocksdbState({ directory: folder }).acquire('stores');
  return {
    openEngine: () => directory.open({ subtopology: 0, partition: 0 }, { memoryBytes: 1_048_576 }),
    close: () => {
      directory.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
