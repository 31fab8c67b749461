import { afterEach, beforeAll, expect, test } from 'vitest';

import { lmdbState } from '../../../src/adapters/lmdb/lmdb-state.ts';
import type { OffsetMetadata } from '../../../src/runtime/offset-metadata.ts';
import { decodeOffsetMetadata } from '../../../src/runtime/offset-metadata.ts';
import { inMemoryState } from '../../../src/state/in-memory-state.ts';
import { describeWith } from '../../servers/describe-with.ts';
import { readWithJava } from '../../servers/java-reader.ts';
import { sharedKafka } from '../../servers/shared-servers.ts';
import { temporaryDirectory } from '../../state/engines.ts';
import { offsetsByJava } from '../group/group-referee.ts';
import type { Application } from './takeover-run.ts';
import { TakeoverRun } from './takeover-run.ts';
import { differences, phasesMet, resultCount, viewOf } from './takeover-views.ts';

describeWith(['kafka', 'java clients'], 'an application that Kafka Streams and Millrace run in turn', () => {
  let address: string;
  let run: TakeoverRun;
  beforeAll(async () => {
    ({ address } = await sharedKafka());
  }, 300_000);
  afterEach(async () => {
    await run.close();
  });

  /** What is committed beside the offsets of the input, by partition, as Java's admin client reads it. */
  const metadata = async ({ applicationId }: Application): Promise<ReadonlyMap<string, OffsetMetadata>> => {
    const lines = (await offsetsByJava(address, applicationId)).map((line) => line.split(' '));
    return new Map(lines.map(([partition = '', , , text = '']) => [partition, decodeOffsetMetadata(text)]));
  };

  /** One that keeps its state on disk while the other runs, and one that begins with nothing each time. */
  const applications = (): Record<'exact' | 'atLeast' | 'whole', Application> => {
    const [javaDirectory, directory] = [temporaryDirectory(), temporaryDirectory()];
    const fresh = { stateDirectory: temporaryDirectory, state: inMemoryState };
    const kept = { stateDirectory: () => javaDirectory, state: () => lmdbState({ directory }) };
    return {
      exact: { applicationId: `${run.name}-exact`, processingGuarantee: 'exactly_once_v2', ...kept },
      atLeast: { applicationId: `${run.name}-atleast`, processingGuarantee: 'at_least_once', ...fresh },
      whole: { applicationId: `${run.name}-whole`, processingGuarantee: 'at_least_once', ...fresh },
    };
  };

  test('goes on where the other one stopped, and writes what one writes that never stopped', async () => {
    run = new TakeoverRun(address);
    const { exact, atLeast, whole } = applications();
    const all = [exact, atLeast, whole];
    await run.createTopics(all);

    await run.send(0);
    const refused = async (): Promise<void> => {
      const early = run.millrace(exact);
      await expect(early.start()).rejects.toMatchObject({ code: 'INCONSISTENT_GROUP_PROTOCOL' });
    };
    await Promise.all([run.runJava(exact, refused), run.runMillrace(atLeast)]);
    await run.send(1);
    await Promise.all([run.runMillrace(exact), run.runJava(atLeast)]);
    const ofMillrace = await metadata(exact);
    await run.send(2);
    await Promise.all([run.runJava(exact), run.runMillrace(atLeast)]);
    const ofJava = await metadata(exact);
    await run.send(3);
    const toTheEnd = (each: Application) => (): Promise<void> => run.hasReadAll(each);
    await Promise.all([
      run.runMillrace(exact, toTheEnd(exact)),
      run.runJava(atLeast, toTheEnd(atLeast)),
      run.runJava(whole, toTheEnd(whole)),
    ]);

    // Times of operators are entries that Java does not know and yet keeps.
    const clicks = `${run.name}-clicks-0`;
    expect(ofMillrace.get(clicks)?.times.size).toBe(1);
    expect(ofJava.get(clicks)?.times).toEqual(ofMillrace.get(clicks)?.times);
    const timeBefore = ofMillrace.get(clicks)?.partitionTime ?? 0;
    expect(ofJava.get(clicks)?.partitionTime).toBeGreaterThan(timeBefore);

    // One set of topics was created by Java, the other one by Millrace.
    const [javaSettings, ...otherSettings] = await Promise.all(all.map((each) => run.settings(each)));
    expect(javaSettings?.size).toBe(14);
    for (const settings of otherSettings) expect(settings).toEqual(javaSettings);

    const topics = (await Promise.all(all.map((each) => run.internalTopics(each)))).flat();
    const records = await readWithJava(address, [...topics, ...all.map(({ applicationId }) => `${applicationId}-out`)]);
    const [expected, ...found] = [whole, exact, atLeast].map(({ applicationId }) => viewOf(applicationId, records));
    if (expected === undefined) throw new Error('nothing was compared');
    // Each click changes one reduction and one window, unless that has closed.
    expect(resultCount(expected, 'window')).toBeLessThan(resultCount(expected, 'reduce') - 20);
    for (const kind of ['inner', 'left', 'outer']) {
      expect([...phasesMet(expected, kind)]).toEqual(expect.arrayContaining(['01', '10', '12', '21', '23', '32']));
    }
    expect([...phasesMet(expected, 'left')]).toEqual(expect.arrayContaining(['0-', '1-', '2-']));
    expect([...phasesMet(expected, 'outer')]).toEqual(expect.arrayContaining(['0-', '-0', '1-', '-1', '2-', '-2']));
    for (const view of found) expect(differences(expected, view).slice(0, 2)).toEqual([]);
  }, 240_000);

  test('takes what is late at once after a turn of Java, as Java does, and drops it after a turn of its own', async () => {
    run = new TakeoverRun(address);
    const fresh = { stateDirectory: temporaryDirectory, state: inMemoryState };
    const named = (name: string): Application => ({
      applicationId: `${run.name}-${name}`,
      processingGuarantee: 'at_least_once',
      ...fresh,
    });
    const [java, after, own] = [named('java'), named('after'), named('own')];
    const all = [java, after, own];
    await run.createTopics(all);
    await run.send(0);
    await Promise.all([run.runJava(java), run.runJava(after), run.runMillrace(own)]);
    await run.sendLate('0-late');
    await Promise.all([run.runJava(java), run.runMillrace(after), run.runMillrace(own)]);
    const outputs = all.map(({ applicationId }) => `${applicationId}-out`);
    const records = await readWithJava(address, outputs);
    const kinds = outputs.map((output) =>
      records
        .filter(({ topic }) => topic === output)
        .map(({ key }) =>
          Buffer.from(key ?? '', 'hex')
            .toString()
            .split('/'),
        )
        .filter(([, name]) => name?.startsWith('0-late'))
        .map(([kind]) => kind)
        .toSorted(),
    );
    expect(kinds).toEqual([['reduce', 'window'], ['reduce', 'window'], ['reduce']]);
  }, 240_000);
});
