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

  test('holds every door for require, for import and for TypeScript', () => {
    const doors = ['index', 'testing', 'server', 'mcp'].flatMap((door) =>
      ['.js', '.mjs', '.d.ts', '.d.mts'].map((ending) => `dist/${door}${ending}`),
    );
    expect(doors.filter((door) => !files.includes(door))).toEqual([]);
  });

  test('holds package.json, README, LICENSE and CHANGELOG', () => {
    expect(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'].filter((file) => !files.includes(file))).toEqual(
      [],
    );
  });

  test('holds nothing but dist beside them: no tool, test, sample, bench, source or build state', () => {
    const beside = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
    expect(files.filter((file) => !beside.includes(file) && !file.startsWith('dist/'))).toEqual([]);
    expect(
      files.filter((file) =>
        /^dist\/(cli|viewer|emulator|stories|samples|test|bench)\/|\.test\.|tsbuildinfo|(?<!\.d)\.ts$/.test(file),
      ),
    ).toEqual([]);
  });
});
