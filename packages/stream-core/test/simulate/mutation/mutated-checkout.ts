import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MutationError } from './mutation-error.ts';

const run = promisify(execFile);

/** Where this checkout begins. */
export const checkoutRoot: string = fileURLToPath(new URL('../../../../..', import.meta.url));

const leftOut = new Set(['dist', 'coverage', 'vectors', 'fixtures', '.bin', '.vite', '.vitest']);

/** What users run: the library, not its tests, and not what judges it. */
const isProduction = (path: string): boolean =>
  /^packages\/[^/]+\/src\/.*\.ts$/.test(path) &&
  !/\.test(-d)?\.ts$/.test(path) &&
  !path.startsWith('packages/stream-core/src/testing/');

/** How paths stand in a patch: with `a/` and `b/` before them, or without. */
const stripped = ['-p1', '-p0'] as const;

/**
 * A copy of the sources in a temporary folder, for changes that no one shall ever commit. The packages in it know each
 * other; what is installed is that of the checkout. It goes when it is disposed of, or else with the process.
 */
export class MutatedCheckout implements Disposable {
  readonly root: string;
  readonly #remove = (): void => rmSync(this.root, { recursive: true, force: true });

  constructor() {
    this.root = mkdtempSync(join(realpathSync(tmpdir()), 'millrace-mutation-'));
    process.once('exit', this.#remove);
    const isCopied = (path: string): boolean => !leftOut.has(basename(path));
    cpSync(join(checkoutRoot, 'package.json'), join(this.root, 'package.json'));
    for (const folder of ['packages', 'schemas']) {
      const from = join(checkoutRoot, folder);
      // Links stay as they are: they lead to the packages of the copy, and to what is installed.
      if (existsSync(from))
        cpSync(from, join(this.root, folder), { recursive: true, verbatimSymlinks: true, filter: isCopied });
    }
    symlinkSync(join(checkoutRoot, 'node_modules'), join(this.root, 'node_modules'));
  }

  /**
   * Applies a unified diff whose paths begin at the root of the repository.
   *
   * @throws MutationError when it does not apply, or changes nothing that users run
   */
  async apply(patch: string): Promise<void> {
    const strip = await this.#fitting(patch);
    const { stdout } = await this.#apply(strip, '--numstat', '-z', patch);
    const paths = stdout.split('\0').map((line) => line.split('\t').at(-1) ?? '');
    if (!paths.some(isProduction)) {
      throw new MutationError(
        `${patch} changes no production code: a mutation changes a file below packages/*/src that is no test and not ` +
          'below packages/stream-core/src/testing',
      );
    }
    await this.#apply(strip, patch);
  }

  /** Takes a patch back that was applied. */
  async revert(patch: string): Promise<void> {
    await this.#apply(await this.#fitting(patch, '-R'), '-R', patch);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  async #fitting(patch: string, ...direction: readonly string[]): Promise<string> {
    if (!existsSync(patch)) throw new MutationError(`There is no file ${patch}`);
    const reasons: string[] = [];
    for (const strip of stripped) {
      try {
        await this.#apply(strip, '--check', ...direction, patch);
        return strip;
      } catch (error) {
        reasons.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new MutationError(`${patch} does not apply to these sources: ${reasons[0]}`);
  }

  /** Git must not find a repository around the folder: it would take the paths of the patch for that one's. */
  #apply(...args: readonly string[]): Promise<{ readonly stdout: string }> {
    const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, ...env } = process.env;
    return run('git', ['apply', '--whitespace=nowarn', '--unidiff-zero', ...args], {
      cwd: this.root,
      env: { ...env, GIT_CEILING_DIRECTORIES: dirname(this.root) },
    });
  }
}

/** A path as it is told to people. */
export const readablePath = (path: string): string => relative(checkoutRoot, path).split(sep).join('/');
