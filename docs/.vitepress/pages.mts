// The pages of the site: the Markdown files that `sidebar.json` lists. Paths of files are relative to the repository.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A group of the sidebar, with the files of its pages in order. */
interface Group {
  readonly title: string;
  readonly pages: readonly string[];
}

export type Language = 'en' | 'zh-CN';

/** The folder of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const groups = JSON.parse(readFileSync(new URL('sidebar.json', import.meta.url), 'utf8')) as Record<Language, Group[]>;

/** The files of all pages, in the order of the sidebar. */
export const files: readonly string[] = Object.values(groups).flatMap((all) => all.flatMap(({ pages }) => pages));

/** Returns where the page of a file is in the site: the folder `docs` is left out, and a README is the first page. */
export function pageOf(file: string): string {
  const chinese = file === 'README.zh-CN.md' ? 'zh-CN/index.md' : file;
  return chinese
    .replace(/^docs\//, '')
    .replace(/(^|\/)README\.md$/, '$1index.md')
    .replace(/^(CHANGELOG|CONTRIBUTING)\.md$/, (name) => name.toLowerCase());
}

/** Returns the address of a page, such as `/traced`. */
export function addressOf(page: string): string {
  return `/${page.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`;
}

/** Returns the text of a file's first heading, without code marks. */
function headingOf(file: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(path.join(root, file), 'utf8'))?.[1];
  if (heading === undefined) throw new Error(`${file} has no heading of the first level`);
  return heading.replaceAll('`', '');
}

/** The sidebar of a language. */
export function sidebarOf(language: Language): { text: string; items: { text: string; link: string }[] }[] {
  return groups[language].map(({ title, pages }) => ({
    text: title,
    items: pages.map((file) => ({ text: headingOf(file), link: addressOf(pageOf(file)) })),
  }));
}

/** The pages that exist in both languages, by their path in the English part. */
export function translatedPages(): string[] {
  const pages = files.map(pageOf);
  return pages.filter((page) => pages.includes(`zh-CN/${page}`));
}

/** The target of a link, in the site. */
export type Target =
  { readonly kind: 'page'; readonly address: string } | { readonly kind: 'file'; readonly file: string };

/** Resolves a relative link of a Markdown file. Throws if its target does not exist, or is not part of the site. */
export function resolveLink(from: string, link: string): Target {
  const file = path.posix.join(path.posix.dirname(from), decodeURI(link)).replace(/\/$/, '');
  const absolute = path.join(root, file);
  if (file.startsWith('..') || !existsSync(absolute)) throw new Error(`${from}: the link ${link} is dead`);
  const readme = path.posix.join(file, 'README.md');
  const markdown = statSync(absolute).isDirectory() ? readme : file;
  if (files.includes(markdown)) return { kind: 'page', address: addressOf(pageOf(markdown)) };
  if (markdown === readme) throw new Error(`${from}: ${link} is a folder without a README that is a page`);
  return { kind: 'file', file };
}
