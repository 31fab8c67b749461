import { readFileSync } from 'node:fs';

/**
 * Memory of this process that is not the content of a mapped file, in bytes: what it really holds. Where the operating
 * system does not say, all of its memory.
 */
export const anonymousBytes = (): number => {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return kibibytes === undefined ? process.memoryUsage.rss() : Number(kibibytes) * 1_024;
};
