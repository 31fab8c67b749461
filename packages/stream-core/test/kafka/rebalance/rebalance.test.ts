import { beforeAll, expect, test } from 'vitest';
import { describeWith } from '../../servers/describe-with.ts';
import { sharedKafka } from '../../servers/shared-servers.ts';
import { blockRun } from './block-run.ts';
import { gapRun } from './gap-run.ts';

// The short forms; main.ts has the long ones, and prints what it measured.
describeWith(['kafka', 'java clients'], 'an application of several processes on a real broker', () => {
  let bootstrapServers: string;
  const log: string[] = [];
  const onProgress = (text: string) => void log.push(text);
  beforeAll(async () => {
    bootstrapServers = (await sharedKafka()).address;
  }, 300_000);

  test('goes on with what does not move while a member joins, also when another keeps everybody waiting', async () => {
    const blockMs = 12_000;
    const settings = {
      bootstrapServers,
      partitions: 12,
      intervalMs: 100,
      quietMs: 3_000,
      isRolling: false,
      onProgress,
    };
    const { phases, lost, doubled, restarts } = await gapRun({ ...settings, blockMs });
    const named = (name: string) => phases.find((phase) => phase.name === name);
    // Twelve partitions of three members, each of which gives one up, when all had settled before.
    expect(named('four joins')?.unmoved.partitions, log.join('\n')).toBeGreaterThan(5);
    const slow = named('five joins while one stands still');
    expect(slow?.lastedMs).toBeGreaterThan(blockMs * 0.8);
    expect(slow?.unmoved.partitions).toBeGreaterThan(2);
    // Members rejoin 3 s later at most. Whoever waits for the last one from then on has a gap of the rest of the time.
    expect(slow?.unmoved.largestGapMs, log.join('\n')).toBeLessThan(blockMs / 2);
    expect({ lost, doubled, restarts }).toEqual({ lost: 0, doubled: 0, restarts: 0 });
  }, 300_000);

  test('stands still for half a session, longer than a transaction may be open, and nobody rebalances', async () => {
    const settings = { bootstrapServers, partitions: 4, intervalMs: 100, onProgress };
    const report = await blockRun({ ...settings, sessionTimeoutMs: 24_000, blockMs: 12_000 });
    expect(report, log.join('\n')).toMatchObject({ rebalances: 0, restarts: 0, takenOver: 0, lost: 0, doubled: 0 });
  }, 300_000);

  test('stands still for longer than its session: others take over, and nothing is lost or doubled', async () => {
    const settings = { bootstrapServers, partitions: 4, intervalMs: 100, onProgress };
    const report = await blockRun({ ...settings, sessionTimeoutMs: 6_000, blockMs: 20_000 });
    expect(report, log.join('\n')).toMatchObject({ takenOver: 2, takenBack: 2, lost: 0, doubled: 0 });
    expect(report.rebalances).toBeGreaterThan(0);
  }, 300_000);
});
