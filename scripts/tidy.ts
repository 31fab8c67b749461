import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { errorCodes } from '../packages/stream-core/src/errors/codes.ts';
import { checkErrorHeadings, checkLinks } from './tidy/check-docs.ts';
import { checkPublicDocs } from './tidy/check-public-docs.ts';
import { checkDeterminism, checkLeftovers, checkLength, checkName } from './tidy/check-source-files.ts';
import { sourceTree } from './tidy/source-tree.ts';

const publicDoors =
  /^packages\/stream-core\/src\/(?:index|(?:broker|testing|testing\/suites|adapters\/[^/]+)\/index)\.ts$/;

/** What in the workspace breaks a rule of AGENTS.md that no other tool checks, a line each. */
export const tidyProblems = (root: string): readonly string[] => {
  const files = sourceTree(root);
  const errors = files.find(({ path }) => path === 'docs/errors.md') ?? { path: 'docs/errors.md', text: '' };
  const doors = files.filter(({ path }) => publicDoors.test(path));
  return [
    ...files.flatMap((file) => [
      ...checkLength(file),
      ...checkName(file),
      ...checkDeterminism(file),
      ...checkLeftovers(file),
    ]),
    ...checkLinks(files, (path) => existsSync(join(root, path))),
    ...checkErrorHeadings(errors, Object.keys(errorCodes)),
    ...doors.flatMap((door) => checkPublicDocs(door, files)),
  ];
};
