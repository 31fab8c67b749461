import { createRequire } from 'node:module';

import { ConfigError } from '../../errors/streams-error.ts';

type Library = Pick<typeof import('@platformatic/kafka'), 'Reader' | 'Writer' | 'compressionsAlgorithms'>;

/**
 * The part of the optional peer that is used. It is required and not imported, so that its absence is an error that says
 * what to install.
 */
const load = (): Library => {
  try {
    return createRequire(import.meta.url)('@platformatic/kafka');
  } catch (error) {
    const problem = `cannot be loaded (${error instanceof Error && 'code' in error ? String(error.code) : 'failed'})`;
    throw new ConfigError([
      { where: '@platformatic/kafka', problem, remedy: 'install it with: npm install @platformatic/kafka@2.12.1' },
    ]);
  }
};

const library: Library = load();

/** See `@platformatic/kafka`. */
export const Reader: Library['Reader'] = library.Reader;
/** See `@platformatic/kafka`. */
export const Writer: Library['Writer'] = library.Writer;
/** See `@platformatic/kafka`. */
export const compressionsAlgorithms: Library['compressionsAlgorithms'] = library.compressionsAlgorithms;
