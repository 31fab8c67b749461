import { formatTests } from './format-tests.ts';

formatTests('lmdb');
