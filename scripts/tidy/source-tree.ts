import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that git knows, or would know: what it ignores does not count. */
export interface TreeFile {
  /** From the root of the workspace, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** All text files of the workspace that checks look at. */
export const sourceTree = (root: string): readonly TreeFile[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.ts', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '')
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(join(root, path), 'utf8') }];
      } catch {
        // Deleted in the work tree, but not yet in git.
        return [];
      }
    });
