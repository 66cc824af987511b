import { execFileSync } from 'node:child_process';
import { root } from './fresh-process';

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

describe('the packed package', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: process.platform === 'win32',
    }),
  ) as Packed[];
  const files = packed?.files.map((file) => file.path) ?? [];

  test('contains every entry point for require, for import and for TypeScript', () => {
    const entryPoints = ['index', 'testing', 'server', 'mcp'].flatMap((name) =>
      ['.js', '.mjs', '.d.ts', '.d.mts'].map((ending) => `dist/${name}${ending}`),
    );
    expect(entryPoints.filter((file) => !files.includes(file))).toEqual([]);
  });

  test('contains package.json, README, LICENSE and CHANGELOG', () => {
    expect(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'].filter((file) => !files.includes(file))).toEqual(
      [],
    );
  });

  test('contains only these and dist: no tool, test, sample, bench, source or build state', () => {
    const documents = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
    expect(files.filter((file) => !documents.includes(file) && !file.startsWith('dist/'))).toEqual([]);
    expect(
      files.filter((file) =>
        /^dist\/(cli|viewer|emulator|stories|samples|test|bench)\/|\.test\.|tsbuildinfo|(?<!\.d)\.ts$/.test(file),
      ),
    ).toEqual([]);
  });
});
