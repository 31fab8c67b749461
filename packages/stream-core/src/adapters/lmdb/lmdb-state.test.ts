import { onEngine } from '../../../test/state/engines.ts';
import { engineSuite } from '../../testing/suites/engine-suite.ts';
import { lmdbState } from './lmdb-state.ts';

onEngine('lmdb', () => {
  engineSuite('lmdb', (directory) => lmdbState({ directory }));
  engineSuite('lmdb without sync', (directory) => lmdbState({ directory, sync: false }), { rows: 1_000, runs: 200 });
});
