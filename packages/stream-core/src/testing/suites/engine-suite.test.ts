import { inMemoryState } from '../../state/in-memory-state.ts';
import { engineSuite } from './engine-suite.ts';

engineSuite('memory', inMemoryState);
