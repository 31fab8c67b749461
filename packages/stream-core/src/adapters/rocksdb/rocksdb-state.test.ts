import { onEngine } from '../../../test/state/engines.ts';
import { engineSuite } from '../../testing/suites/engine-suite.ts';
import { rocksdbState } from './rocksdb-state.ts';

onEngine('rocksdb', () => {
  engineSuite('rocksdb', (directory) => rocksdbState({ directory }), { runs: 100 });
  engineSuite('rocksdb with sync', (directory) => rocksdbState({ directory, sync: true }), { rows: 1_000, runs: 10 });
});
