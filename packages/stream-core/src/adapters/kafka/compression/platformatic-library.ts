import { createRequire } from 'node:module';
import { ConfigError } from '../../../errors/streams-error.ts';
import type { CompressionType } from './compression-type.ts';

type Library = Pick<typeof import('@platformatic/kafka'), 'compressionsAlgorithms'>;

let loaded: Library | null = null;

/**
 * The part of the optional peer that is used: it packs what Node cannot. It takes most of a second to load, so that is
 * done only where something is packed.
 *
 * @throws ConfigError CONFIG_INVALID that says what to install
 */
export const platformaticLibrary = (): Library => {
  try {
    loaded ??= createRequire(import.meta.url)('@platformatic/kafka') as Library;
    return loaded;
  } catch (error) {
    const problem = `cannot be loaded (${error instanceof Error && 'code' in error ? String(error.code) : 'failed'})`;
    throw new ConfigError([
      { where: '@platformatic/kafka', problem, remedy: 'install it with: npm install @platformatic/kafka@2.12.1' },
    ]);
  }
};

/** Loads what a kind of compression needs, so that its absence is told when the client is made. */
export const requireCompression = (type: CompressionType): void => {
  if (type === 'snappy' || type === 'lz4') platformaticLibrary();
};
