import { dirname, join, normalize } from 'node:path';

import type { TreeFile } from './source-tree.ts';

const headings = (text: string): string[] =>
  withoutCode(text)
    .split('\n')
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) => line.replace(/^#+ /, ''));

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const linksIn = (text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

/** Links inside the repository lead to a file, and their anchors to a heading of it. */
export const checkLinks = (files: readonly TreeFile[], exists: (path: string) => boolean): string[] => {
  const byPath = new Map(files.map((file) => [file.path, file.text]));
  const check = (path: string, link: string): string[] => {
    const [file = '', anchor = null] = link.split('#');
    const target = file === '' ? path : normalize(join(dirname(path), file));
    if (!exists(target)) return [`${path}: ${link} leads nowhere`];
    if (anchor === null || headings(byPath.get(target) ?? '').some((heading) => anchorOf(heading) === anchor))
      return [];
    return [`${path}: ${target} has no heading for #${anchor}`];
  };
  const pages = files.filter(({ path }) => path.endsWith('.md'));
  return pages.flatMap(({ path, text }) => linksIn(text).flatMap((link) => check(path, link)));
};

/** Every error code has its heading, and every heading its code. */
export const checkErrorHeadings = (errors: TreeFile, codes: readonly string[]): string[] => {
  const found = headings(errors.text).filter((heading) => /^[A-Z][A-Z_]+$/.test(heading));
  return [
    ...codes.filter((code) => !found.includes(code)).map((code) => `${errors.path}: no heading for ${code}`),
    ...found.filter((code) => !codes.includes(code)).map((code) => `${errors.path}: ${code} is no error code`),
  ];
};
