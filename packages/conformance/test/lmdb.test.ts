import { conformanceOn } from './conformance-on.ts';

conformanceOn('lmdb');
