import type { JavaRecord } from '../../servers/java-reader.ts';

/** What an application wrote: by topic, partition and key, all that was written there in its order. */
export type View = ReadonlyMap<string, readonly string[]>;

const text = (hex: string | null): string => (hex === null ? 'null' : Buffer.from(hex, 'hex').toString('latin1'));

/** Stores of a stream-stream join number records of one key and time, and Java begins anew when it restarts. */
const isJoinWindow = (topic: string): boolean => /(THIS|OTHER)-\d+-store|-(this|other)-join-store/.test(topic);

/** Stores of unmatched records, which are forgotten when somebody looks for them next: not always by the same record. */
const isUnmatched = (topic: string): boolean => /SHARED-|-shared-join-store/.test(topic);

/** Results of which some wait for somebody to look for them: another record may be in hand then. */
const mayWait = (key: string): boolean => key.startsWith('left/') || key.startsWith('outer/');

/** Results of one record come by the numbers of those that it met, and so in another order after a restart of Java. */
const isUnordered = (key: string): boolean => key.startsWith('inner/') || mayWait(key);

const keyOf = (topic: string, key: string | null): string => {
  const isMasked = isJoinWindow(topic) && !isUnmatched(topic);
  return isMasked ? `${text(key).slice(0, -4)}#` : text(key);
};

const entryOf = (topic: string, { key, value, timestamp, headers }: JavaRecord): string => {
  if (isUnmatched(topic) && value === null) return 'forgotten';
  const isResult = topic === 'out' && !mayWait(text(key));
  // Java copies headers to some changelogs, where nobody reads them.
  const from = isResult ? headers.map(([name, bytes]) => ` ${name}=${text(bytes)}`) : [];
  return `${text(value)} at ${timestamp}${from.join('')}`;
};

/** What of these records an application wrote that is to be the same for all. */
export const viewOf = (applicationId: string, records: readonly JavaRecord[]): View => {
  const view = new Map<string, string[]>();
  for (const record of records) {
    if (!record.topic.startsWith(`${applicationId}-`)) continue;
    const topic = record.topic.slice(applicationId.length + 1);
    const place = `${topic}-${record.partition} ${keyOf(topic, record.key)}`;
    const entries = view.get(place) ?? [];
    view.set(place, entries);
    entries.push(entryOf(topic, record));
    if (topic === 'out' && isUnordered(text(record.key))) entries.sort();
  }
  return view;
};

/** Where two views differ. */
export const differences = (expected: View, found: View): readonly object[] => {
  const places = [...new Set([...expected.keys(), ...found.keys()])];
  return places
    .map((place) => ({ place, expected: expected.get(place) ?? [], found: found.get(place) ?? [] }))
    .filter((each) => each.expected.join() !== each.found.join());
};

/** How many results of this kind there are. */
export const resultCount = (view: View, kind: string): number =>
  [...view].reduce((sum, [place, entries]) => (place.includes(` ${kind}/`) ? sum + entries.length : sum), 0);

/**
 * The phases of records that became one result of this kind, such as `01` for a record of phase 0 that met one of
 * phase 1; `1-` is a record of phase 1 that met nobody.
 */
export const phasesMet = (view: View, kind: string): ReadonlySet<string> => {
  const places = [...view].filter(([place]) => place.includes(` ${kind}/`));
  const phase = (value: string | undefined): string =>
    value === undefined || value === 'null' ? '-' : (value[1] ?? '');
  return new Set(
    places.flatMap(([, entries]) =>
      entries.map((entry) => {
        const [left, right] = (entry.split(' ')[0] ?? '').split('+');
        return phase(left) + phase(right);
      }),
    ),
  );
};
