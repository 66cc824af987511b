import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runs } from '../soak';
import { root } from './fresh-process';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** The files of both test folders that import `test/soak.ts`, but for this one. */
const soaking = ['test', 'cli/test']
  .flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.posix.join(folder, file.split(path.sep).join('/')),
    ),
  )
  .filter((file) => file.endsWith('.ts') && file !== 'test/package/soak.test.ts')
  .filter((file) => /from '(\.\.?\/)+(\w+\/)*soak'/.test(read(file)));

test('npm run test:soak runs each file that uses test/soak.ts, and no other', () => {
  const [environment, jest, option, ...files] = scripts['test:soak']!.split(' ');
  expect([environment, jest, option]).toEqual(['FC_TRACED_SOAK=1', 'jest', '--runTestsByPath']);
  expect(soaking.length).toBeGreaterThan(0);
  expect(files.sort()).toEqual(soaking.sort());
});

test('.ci/run runs npm run test:soak, and counts its tests', () => {
  const lines = read('.ci/run').split('\n');
  const step = `step 'npm run test:soak' npm run --silent test:soak -- --json --outputFile="$work/soak.json"`;
  expect(lines).toContain(step);
  expect(lines[lines.indexOf(step) + 1]).toBe('count_tests "$work/soak.json"');
});

test('the count is the long one where FC_TRACED_SOAK is 1, and the short one otherwise', () => {
  const { FC_TRACED_SOAK: before } = process.env;
  const counts = ['1', '0', undefined].map((value) => {
    if (value === undefined) delete process.env.FC_TRACED_SOAK;
    else process.env.FC_TRACED_SOAK = value;
    return runs({ short: 2, long: 50 });
  });
  if (before === undefined) delete process.env.FC_TRACED_SOAK;
  else process.env.FC_TRACED_SOAK = before;
  expect(counts).toEqual([50, 2, 2]);
});
