import { describe } from 'vitest';

import type { ServerName } from './server-way.ts';
import { remedies, serverWay } from './server-way.ts';

/** Like `describe`, skipped where a server is missing; the name of the skipped tests says which. */
export const describeWith = (servers: readonly ServerName[], name: string, define: () => void): void => {
  const missing = servers.filter((server) => serverWay(server) === null);
  if (missing.length === 0) describe(name, define);
  else describe.skip(`${name} [missing: ${missing.map((server) => remedies[server]).join('; ')}]`, define);
};
