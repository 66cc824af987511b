import path from 'node:path';
import { casesOf, Compiled, titlesIn } from './compiled';
import type { Compiler, Decorators, Result } from './compiled';

const VARIANTS: readonly (readonly [Decorators, Compiler])[] = [
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
    for (const pair of [VARIANTS.slice(0, 2), VARIANTS.slice(2)]) {
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

test('the cases compile and run with legacy and standard decorators, with swc and with tsc', () => {
  if (problem !== undefined) throw problem;
  expect(results.size).toBe(VARIANTS.length);
});

describe.each([...new Set([...casesOf('legacy'), ...casesOf('standard')])])('%s', (file) => {
  const behaviour = path.basename(file, '.case.ts');
  const variants = VARIANTS.filter(([decorators]) => casesOf(decorators).includes(file)).map(
    ([decorators, compiler]) => `${decorators} decorators, ${compiler}`,
  );
  const resultsOf = (variant: string): readonly Result[] =>
    (results.get(variant) ?? []).filter((result) => result.behaviour === behaviour);

  test.each(titlesIn(file))('%s', (title) => {
    if (problem !== undefined) throw new Error('the cases did not run: see the first test');
    const problems = variants.flatMap((variant) => {
      const [found, ...more] = resultsOf(variant).filter((result) => result.title === title);
      if (found === undefined || more.length > 0) return [`${variant}: ran ${more.length + (found ? 1 : 0)} times`];
      return found.problem === undefined ? [] : [`${variant}: ${found.problem}`];
    });
    if (problems.length > 0) throw new Error(problems.join('\n\n'));
  });

  test('has a test for each check that ran', () => {
    for (const variant of variants) expect(resultsOf(variant).map(({ title }) => title)).toEqual(titlesIn(file));
  });
});
