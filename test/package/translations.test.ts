import path from 'node:path';
import { root } from './fresh-process';
import { anchorsOf, codeBlocks, readDocument, relativeLinks } from './markdown';

// A Chinese page has the same headings, code, tables and links as its English page, in the same order.

const PAGES = [
  ['README.md', 'README.zh-CN.md'],
  ['docs/quickstart.md', 'docs/zh-CN/quickstart.md'],
  ['docs/questions.md', 'docs/zh-CN/questions.md'],
  ['docs/triggers.md', 'docs/zh-CN/triggers.md'],
] as const;

const CHINESE = /\p{Script=Han}/u;
const englishOf = new Map<string, string>(PAGES.map(([english, chinese]) => [chinese, english]));

function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, '');
}

/** The parts of a page that headings of any level begin, the part before the first heading included. */
function sectionsOf(file: string): string[] {
  return withoutCode(readDocument(root, file)).split(/^(?=#+ )/m);
}

function headingLevels(file: string): number[] {
  return [...withoutCode(readDocument(root, file)).matchAll(/^(#+) /gm)].map(([, marks]) => marks!.length);
}

/** Code without comments, which may be translated. */
function codeOf(file: string): string[] {
  return codeBlocks(readDocument(root, file)).map(
    ({ language, text }) => `${language}\n${text.replace(/(?:^|\s)(?:\/\/|#) .*$/gm, '')}`,
  );
}

/** The number of rows and columns of each table. */
function tablesOf(file: string): string[] {
  return [...withoutCode(readDocument(root, file)).matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) => {
    const rows = table.trimEnd().split('\n');
    return rows.map((row) => row.split('|').length - 2).join(' ');
  });
}

/** A link as the English file that it leads to, and the position of the heading in that file. */
function targetOf(from: string, link: string): string {
  const [target, anchor] = link.split('#') as [string, string?];
  const file = target === '' ? from : path.posix.join(path.posix.dirname(from), target);
  const place = anchor === undefined ? '' : `#${anchorsOf(readDocument(root, file)).indexOf(anchor)}`;
  return `${englishOf.get(file) ?? file}${place}`;
}

function linksOf(file: string): string[][] {
  return sectionsOf(file).map((section) =>
    relativeLinks(section)
      .map((link) => targetOf(file, link))
      .sort(),
  );
}

describe.each(PAGES)('%s and %s', (english, chinese) => {
  test('have the same headings', () => {
    expect(headingLevels(chinese)).toEqual(headingLevels(english));
  });

  test('have the same code, but for comments', () => {
    expect(codeOf(chinese)).toEqual(codeOf(english));
  });

  test('have tables of the same shape', () => {
    expect(tablesOf(chinese)).toEqual(tablesOf(english));
  });

  test('have the same links in each section', () => {
    expect(linksOf(chinese)).toEqual(linksOf(english));
  });

  test('have the same lists', () => {
    const items = (file: string): number[] =>
      sectionsOf(file).map((section) => section.match(/^(?:-|\d+\.) /gm)?.length ?? 0);
    expect(items(chinese)).toEqual(items(english));
  });

  test('are written in their languages', () => {
    const paragraphs = (file: string): string[] =>
      withoutCode(readDocument(root, file))
        .split(/\n\n+/)
        .filter((text) => /^[^|<#!{}\s]/.test(text) && text.length > 20);
    expect(paragraphs(chinese).filter((text) => !CHINESE.test(text))).toEqual([]);
    // The link to the other language is in that language.
    const inEnglish = paragraphs(english).filter((text) => CHINESE.test(text) && !text.startsWith('[简体中文]'));
    expect(inEnglish).toEqual([]);
  });
});

test('the name of the language in each README leads to the other one', () => {
  expect(readDocument(root, 'README.md')).toContain('[简体中文](README.zh-CN.md)');
  expect(readDocument(root, 'README.zh-CN.md')).toContain('[English](README.md)');
});
