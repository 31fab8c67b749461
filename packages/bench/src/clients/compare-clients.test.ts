import { expect, test } from 'vitest';
import { describeWith } from '../../../stream-core/test/servers/describe-with.ts';
import { sharedKafka } from '../../../stream-core/test/servers/shared-servers.ts';
import { compareClients } from './compare-clients.ts';
import { measureClient } from './measure-client.ts';

describeWith(['kafka'], 'the comparison of clients', () => {
  test('has every client do the same', async () => {
    const { address } = await sharedKafka();
    const lines: string[] = [];
    const options = { records: 2_000, runs: 1, measure: measureClient, progress: () => {} };
    await compareClients({ ...options, bootstrapServers: address, out: (line) => lines.push(line) });
    expect(lines.filter((line) => /^ {2}\S.*\d us/.test(line))).toHaveLength(7);
  });
});
