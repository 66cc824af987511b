// Links of Markdown files are relative to the file, so that they also work in an editor and in the package. In the site,
// they become the addresses of pages. A link to another file of the repository, such as a program, becomes a link to a
// copy of it in the folder `files`, with the ending `.txt` so that browsers show it.
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';
import { addressOf, pageOf, resolveLink, root } from './pages.mjs';

/** A heading that a link names, to be checked when all pages are built. */
interface NamedHeading {
  readonly from: string;
  readonly link: string;
  readonly page: string;
  readonly anchor: string;
}

const copied = new Set<string>();
const named: NamedHeading[] = [];
const headings = new Map<string, Set<string>>();

/** Rewrites the links of each page, and remembers the headings of the page and those that it links to. */
export function rewriteLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('source_links', ({ tokens, env }) => {
    const { realPath, path: rewritten } = env as MarkdownEnv;
    const from = path.relative(root, realPath ?? rewritten).replaceAll(path.sep, '/');
    const own = addressOf(pageOf(from));
    headings.set(own, new Set());
    for (const token of tokens) {
      if (token.type === 'heading_open') headings.get(own)!.add(token.attrGet('id') ?? '');
      for (const child of token.children ?? []) {
        const href = child.type === 'link_open' ? child.attrGet('href') : null;
        if (href === null || /^([a-z]+:|\/\/)/.test(href)) continue;
        const [link, anchor] = href.split('#') as [string, string?];
        const target = link === '' ? ({ kind: 'page', address: own } as const) : resolveLink(from, link);
        if (target.kind === 'file') {
          copied.add(target.file);
          child.attrSet('href', `/files/${target.file}.txt`);
          child.attrSet('target', '_blank');
          continue;
        }
        if (anchor !== undefined) {
          named.push({ from, link: href, page: target.address, anchor: decodeURIComponent(anchor) });
        }
        if (link !== '') child.attrSet('href', `${target.address}${anchor === undefined ? '' : `#${anchor}`}`);
      }
    }
  });
}

/** Copies the files that pages link to, and fails if a link names a heading that does not exist. */
export function finishLinks(outDir: string): void {
  for (const file of copied) {
    const copy = path.join(outDir, 'files', `${file}.txt`);
    mkdirSync(path.dirname(copy), { recursive: true });
    copyFileSync(path.join(root, file), copy);
  }
  const dead = named.filter(({ page, anchor }) => headings.get(page)?.has(anchor) !== true);
  if (dead.length > 0) {
    throw new Error(
      `links to headings that do not exist:\n${dead.map(({ from, link }) => `  ${from}: ${link}`).join('\n')}`,
    );
  }
}
