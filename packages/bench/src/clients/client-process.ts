// One run of one client in a process of its own, so that no client pays for the garbage and the shapes of another one.
import type { ClientRun } from './measure-client.ts';
import { measureClient } from './measure-client.ts';

const run = JSON.parse(process.argv[2] ?? '') as ClientRun;
process.stdout.write(JSON.stringify(await measureClient(run)), () => process.exit());
