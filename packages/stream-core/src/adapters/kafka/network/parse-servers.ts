import type { Problem } from '../../../errors/streams-error.ts';
import type { HostPort } from './network-options.ts';

const where = 'bootstrapServers';
const lastPort = 65_535;

/** `host:port`, or `[address]:port` for IPv6. */
const parseServer = (text: string): HostPort | null => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > lastPort ? null : { host, port };
};

/** The addresses of a list, and what is wrong with it. */
export const parseServers = (
  servers: string | readonly string[],
): { readonly addresses: readonly HostPort[]; readonly problems: readonly Problem[] } => {
  const listed = typeof servers === 'string' ? servers.split(',') : Array.isArray(servers) ? servers : [];
  const texts = listed.map((text) => String(text).trim()).filter((text) => text !== '');
  const problems: Problem[] = [];
  if (texts.length === 0) {
    problems.push({ where, problem: 'there is none', remedy: "name at least one broker, such as 'localhost:9092'" });
  }
  const addresses: HostPort[] = [];
  for (const text of texts) {
    const address = parseServer(text);
    if (address !== null) addresses.push(address);
    else
      problems.push({
        where,
        problem: `'${text}' is no address`,
        remedy: "write 'host:port', such as 'localhost:9092'",
      });
  }
  return { addresses, problems };
};
