// Runs a server for a test process, and kills it when that process is gone, however it went: its end closes stdin here.
import { spawn, spawnSync } from 'node:child_process';

const [orphaned = '[]', command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 2, 2] });
process.stdout.write(`${child.pid ?? 0}\n`);

process.stdin.on('close', () => {
  child.kill('SIGKILL');
  const [killer, ...killerArgs]: string[] = JSON.parse(orphaned);
  if (killer !== undefined) spawnSync(killer, killerArgs);
  process.exit(1);
});
process.stdin.resume();
// Who stops the whole group of processes at once leaves the end of the server to this process too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
child.on('error', () => process.exit(127));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 143)));
