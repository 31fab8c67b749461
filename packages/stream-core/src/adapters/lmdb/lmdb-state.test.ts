import { engineSuite } from '../../testing/suites/engine-suite.ts';
import { lmdbState } from './lmdb-state.ts';

engineSuite('lmdb', (directory) => lmdbState({ directory }));
