import path from 'node:path';
import { casesOf, Compiled, titlesIn } from './compiled';
import type { Compiler, Decorators, Result } from './compiled';

const WAYS: readonly (readonly [Decorators, Compiler])[] = [
  ['legacy', 'swc'],
  ['legacy', 'tsc'],
  ['standard', 'swc'],
  ['standard', 'tsc'],
];
const results = new Map<string, readonly Result[]>();
let problem: unknown;

beforeAll(async () => {
  const compiled = new Compiled();
  try {
    compiled.compile();
    for (const pair of [WAYS.slice(0, 2), WAYS.slice(2)]) {
      await Promise.all(
        pair.map(async ([decorators, compiler]) =>
          results.set(`${decorators} decorators, ${compiler}`, await compiled.run(decorators, compiler)),
        ),
      );
    }
  } catch (error) {
    problem = error;
  } finally {
    compiled.remove();
  }
}, 120_000);

test('the cases compile and run with legacy and standard decorators, by swc and by tsc', () => {
  if (problem !== undefined) throw problem;
  expect(results.size).toBe(WAYS.length);
});

describe.each([...new Set([...casesOf('legacy'), ...casesOf('standard')])])('%s', (file) => {
  const behaviour = path.basename(file, '.case.ts');
  const ways = WAYS.filter(([decorators]) => casesOf(decorators).includes(file)).map(
    ([decorators, compiler]) => `${decorators} decorators, ${compiler}`,
  );
  const resultsOf = (way: string): readonly Result[] =>
    (results.get(way) ?? []).filter((result) => result.behaviour === behaviour);

  test.each(titlesIn(file))('%s', (title) => {
    if (problem !== undefined) throw new Error('The cases did not run: see the first test.');
    const problems = ways.flatMap((way) => {
      const [found, ...more] = resultsOf(way).filter((result) => result.title === title);
      if (found === undefined || more.length > 0) return [`${way}: ran ${more.length + (found ? 1 : 0)} times`];
      return found.problem === undefined ? [] : [`${way}: ${found.problem}`];
    });
    if (problems.length > 0) throw new Error(problems.join('\n\n'));
  });

  test('checks nothing that goes without a title here', () => {
    for (const way of ways) expect(resultsOf(way).map(({ title }) => title)).toEqual(titlesIn(file));
  });
});
