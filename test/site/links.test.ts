import { existsSync, readFileSync } from 'node:fs';
import { fileOf, pagesOfSite, siteInstructions, siteRequired } from './site-server';

if (!siteRequired) console.log(siteInstructions);

const html = new Map<string, string>();

/** The text of a page. */
function read(file: string): string {
  if (!html.has(file)) html.set(file, readFileSync(file, 'utf8'));
  return html.get(file)!;
}

/** The targets of all links and images of a page that are in the site, without code. */
function targetsOf(page: string): URL[] {
  const text = read(fileOf(page)).replaceAll(/<pre[\s\S]*?<\/pre>/g, '');
  return [...text.matchAll(/ (?:href|src)="([^"]+)"/g)]
    .map(([, target]) => new URL(target!.replaceAll('&amp;', '&'), `http://site${page}`))
    .filter(({ host }) => host === 'site');
}

(siteRequired ? describe : describe.skip)('the built site', () => {
  test('has only links to files and headings that exist', () => {
    const dead = pagesOfSite().flatMap((page) =>
      targetsOf(page).flatMap(({ pathname, hash }) => {
        const file = fileOf(pathname);
        const isThere =
          existsSync(file) &&
          (hash === '' || !file.endsWith('.html') || read(file).includes(` id="${decodeURIComponent(hash.slice(1))}"`));
        return isThere ? [] : [`${page}: ${pathname}${hash}`];
      }),
    );
    expect([...new Set(dead)]).toEqual([]);
  });
});
