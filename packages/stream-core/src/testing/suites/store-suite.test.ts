import { inMemoryEngine } from '../../state/in-memory-state.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('memory', () => {
  const engine = inMemoryEngine();
  return {
    openEngine: () => ({
      get: (key) => engine.get(key),
      getMany: (keys) => engine.getMany(keys),
      range: (from, to, reverse) => engine.range(from, to, reverse),
      batchRows: engine.batchRows,
      batch: () => engine.batch(),
      deleteRange: (from, to) => engine.deleteRange(from, to),
      // A database in memory is gone when it is closed.
      close: () => {},
    }),
    close: () => engine.close(),
  };
});
