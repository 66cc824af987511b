import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './fresh-process';
import { documentsIn, readDocument } from './markdown';

interface Group {
  readonly title: string;
  readonly pages: readonly string[];
}

const sidebar = JSON.parse(readFileSync(path.join(root, 'docs', '.vitepress', 'sidebar.json'), 'utf8')) as {
  readonly en: readonly Group[];
  readonly 'zh-CN': readonly Group[];
};
const pagesOf = (groups: readonly Group[]): string[] => groups.flatMap(({ pages }) => [...pages]);
const english = pagesOf(sidebar.en);
const chinese = pagesOf(sidebar['zh-CN']);
const isChinese = (file: string): boolean => file === 'README.zh-CN.md' || file.startsWith('docs/zh-CN/');

describe('docs/.vitepress/sidebar.json', () => {
  test('has every document exactly once', () => {
    expect([...english, ...chinese].sort()).toEqual(documentsIn(root));
  });

  test('has the Chinese documents, and no others, under zh-CN', () => {
    expect(chinese.filter((file) => !isChinese(file))).toEqual([]);
    expect(english.filter(isChinese)).toEqual([]);
  });

  test('starts with the README', () => {
    expect(english[0]).toBe('README.md');
    expect(chinese.slice(0, 1)).toEqual(chinese.length === 0 ? [] : ['README.zh-CN.md']);
  });

  test('names only documents with one heading of the first level', () => {
    const withoutCode = (file: string): string => readDocument(root, file).replace(/^```[\s\S]*?^```$/gm, '');
    expect([...english, ...chinese].filter((file) => withoutCode(file).match(/^# .+$/gm)?.length !== 1)).toEqual([]);
  });
});
