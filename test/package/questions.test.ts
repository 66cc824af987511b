import path from 'node:path';
import { root } from './fresh-process';
import { anchorsOf, readDocument, relativeLinks } from './markdown';

// docs/questions.md has the questions of newcomers. The answer to each is two clicks from the README, without the page of
// questions, and at the top of the screen that the second click opens.

const LINES_OF_A_SCREEN = 45;

const questions = readDocument(root, 'docs/questions.md')
  .split(/^(?=\*\*\d+\. )/m)
  .slice(1)
  .map((text) => {
    const [, number, question] = /^\*\*(\d+)\. ([^]+?)\*\*/.exec(text)!;
    const link = /→\s+\[[^\]]+\]\(([^)]+)\)/.exec(text)?.[1];
    return { number: Number(number), question: question!.replaceAll('\n', ' '), link };
  });

/** The pages that a page links to, as paths from the root. */
function pagesFrom(file: string): string[] {
  return relativeLinks(readDocument(root, file))
    .map((link) => link.split('#')[0]!)
    .filter((target) => target.endsWith('.md'))
    .map((target) => path.posix.join(path.posix.dirname(file), target))
    .filter((target) => target !== 'docs/questions.md');
}

const afterOneClick = new Set(['README.md', ...pagesFrom('README.md')]);
const afterTwoClicks = new Set([...afterOneClick].flatMap(pagesFrom));

test('there are forty questions, numbered in order', () => {
  expect(questions.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(questions.filter(({ question }) => !question.endsWith('?'))).toEqual([]);
  expect(new Set(questions.map(({ question }) => question)).size).toBe(40);
});

test.each(questions)('question $number leads to an answer within two clicks from the README', ({ link }) => {
  const [target, anchor] = link!.split('#') as [string, string?];
  const file = path.posix.join('docs', target);
  expect([...afterOneClick, ...afterTwoClicks]).toContain(file);
  // An anchor is at the top of the screen. Without one, the first screen of the page has its question and an example.
  if (anchor !== undefined) expect(anchorsOf(readDocument(root, file))).toContain(anchor);
  else {
    const screen = readDocument(root, file).split('\n').slice(0, LINES_OF_A_SCREEN).join('\n');
    expect(screen).toContain('?');
    expect(screen).toMatch(/^```|^\|/m);
  }
});
