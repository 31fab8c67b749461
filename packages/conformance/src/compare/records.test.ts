import { describe, expect, it } from 'vitest';
import type { ExpectedRecord } from '../language/case.ts';
import type { ActualRecord } from '../run/runner.ts';
import { compareTopics } from './records.ts';

const topic = 'app-suppress-changelog';
const expected = (k: string, v: string): ExpectedRecord => ({
  k: Buffer.from(k),
  v: Buffer.from(v),
  ts: null,
  headers: [],
  p: 0,
  read: undefined,
});
const actual = (key: string, value: string): ActualRecord => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  timestamp: 5,
  headers: [],
});

const compare = (wanted: readonly ExpectedRecord[], got: readonly ActualRecord[]): string | null =>
  compareTopics('changelogs', new Map([[topic, wanted]]), { actual: new Map([[topic, got]]), withHeaders: false });

describe('changelogs of suppress buffers, which have no timestamps', () => {
  it('have an order for each key alone', () => {
    const wanted = [expected('a', '1'), expected('b', '1'), expected('a', '2')];
    expect(compare(wanted, [actual('b', '1'), actual('a', '1'), actual('a', '2')])).toBeNull();
    expect(compare(wanted, [actual('b', '1'), actual('a', '2'), actual('a', '1')])).toMatch(/^changelogs .* key 0x61/);
    expect(compare(wanted, [actual('b', '1'), actual('a', '1')])).not.toBeNull();
  });
});
