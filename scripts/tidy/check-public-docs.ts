import { dirname, join, normalize } from 'node:path';

import type { TreeFile } from './source-tree.ts';

/** What a public door re-exports: name and the file that declares it. */
const reExports = (door: TreeFile): { readonly name: string; readonly path: string }[] =>
  [...door.text.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)].flatMap(([, names = '', from = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => ({ name, path: normalize(join(dirname(door.path), from)) })),
  );

/** Everything that a public door lets out has a doc comment where it is declared. */
export const checkPublicDocs = (door: TreeFile, files: readonly TreeFile[]): string[] => {
  const byPath = new Map(files.map((file) => [file.path, file.text]));
  return reExports(door).flatMap(({ name, path }) => {
    const text = byPath.get(path);
    if (text === undefined) return [`${door.path}: ${path} does not exist`];
    const declaration = new RegExp(
      `(\\*/\\n)?export (?:abstract )?(?:const|class|interface|type|function|async function) ${name}\\b`,
    ).exec(text);
    if (declaration === null) return [`${door.path}: ${path} does not declare ${name}`];
    return declaration[1] === undefined ? [`${path}: ${name} is public and has no doc comment`] : [];
  });
};
