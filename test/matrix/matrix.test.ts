import path from 'node:path';
import { runs } from '../soak';
import { casesOf, Compiled, titlesIn, VARIANTS } from './compiled';
import type { Result, Variant } from './compiled';

/** All variants, or in `npm test` each compiler with one target. */
const variantsThatRun = VARIANTS.filter(
  ({ compiler, target }, index) =>
    index < runs({ short: 0, long: VARIANTS.length }) || (compiler === 'swc') === (target === 'es2022'),
);
const nameOf = ({ decorators, compiler, target }: Variant): string =>
  `${decorators} decorators, ${compiler}, ${target}`;
const results = new Map<string, readonly Result[]>();
let problem: unknown;

beforeAll(async () => {
  const compiled = new Compiled();
  try {
    compiled.compile(variantsThatRun);
    for (let at = 0; at < variantsThatRun.length; at += 2) {
      await Promise.all(
        variantsThatRun
          .slice(at, at + 2)
          .map(async (variant) => results.set(nameOf(variant), await compiled.run(variant))),
      );
    }
  } catch (error) {
    problem = error;
  } finally {
    compiled.remove();
  }
}, 240_000);

test('the cases compile and run with legacy and standard decorators, with swc and with tsc, to ES2015 and to ES2022', () => {
  if (problem !== undefined) throw problem;
  expect(results.size).toBe(variantsThatRun.length);
});

describe.each([...new Set([...casesOf('legacy'), ...casesOf('standard')])])('%s', (file) => {
  const behaviour = path.basename(file, '.case.ts');
  const variants = variantsThatRun.filter(({ decorators }) => casesOf(decorators).includes(file));
  const resultsOf = (variant: Variant): readonly Result[] =>
    (results.get(nameOf(variant)) ?? []).filter((result) => result.behaviour === behaviour);

  test.each(titlesIn(file))('%s', (title) => {
    if (problem !== undefined) throw new Error('the cases did not run: see the first test');
    const problems = variants.flatMap((variant) => {
      if (!titlesIn(file, variant.target).includes(title)) return [];
      const [found, ...more] = resultsOf(variant).filter((result) => result.title === title);
      if (found === undefined || more.length > 0) {
        return [`${nameOf(variant)}: ran ${more.length + (found ? 1 : 0)} times`];
      }
      return found.problem === undefined ? [] : [`${nameOf(variant)}: ${found.problem}`];
    });
    if (problems.length > 0) throw new Error(problems.join('\n\n').replace(/^ +at /gm, '    | at '));
  });

  test('has a test for each check that ran', () => {
    for (const variant of variants) {
      expect(resultsOf(variant).map(({ title }) => title)).toEqual(titlesIn(file, variant.target));
    }
  });
});
