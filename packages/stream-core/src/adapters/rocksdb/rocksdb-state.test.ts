import { engineSuite } from '../../testing/suites/engine-suite.ts';
import { rocksdbState } from './rocksdb-state.ts';

engineSuite('rocksdb', (directory) => rocksdbState({ directory }));
