import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './fresh-process';
import { anchorsOf, readDocument, relativeLinks } from './markdown';

interface Packed {
  readonly size: number;
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
      ['.js', '.mjs', '.module.mjs', '.d.ts', '.d.mts'].map((ending) => `dist/${name}${ending}`),
    );
    expect(entryPoints.filter((file) => !files.includes(file))).toEqual([]);
  });

  test('contains package.json, README, LICENSE and CHANGELOG', () => {
    expect(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'].filter((file) => !files.includes(file))).toEqual(
      [],
    );
  });

  test('contains only these, dist, documents with the pictures of the README, and samples: no tool, test, bench, source or build state', () => {
    const beside = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
    const documents =
      /^docs\/(?:[\w-]+\/)*[^/]+\.md$|^docs\/backends\/[\w-]+\.yaml$|^docs\/images\/trace-(?:light|dark)\.png$|^README\.zh-CN\.md$|^samples\/(?:README\.md|(?!dist)[^/.]+\/.)/;
    expect(
      files.filter((file) => !beside.includes(file) && !documents.test(file) && !file.startsWith('dist/')),
    ).toEqual([]);
    expect(
      files.filter((file) =>
        /^dist\/(cli|viewer|emulator|stories|samples|test|bench)\/|^dist\/.*(?<!\.d)\.ts$|\.test\.|tsbuildinfo/.test(
          file,
        ),
      ),
    ).toEqual([]);
  });

  test('has types that import only the peers and Node.js', () => {
    const imported = files
      .filter((file) => file.endsWith('.d.ts'))
      .flatMap((file) => [
        ...readFileSync(path.join(root, file), 'utf8').matchAll(/^(?:import|export) .*from '([^.'][^']*)';$/gm),
      ]);
    const peers = Object.keys(
      (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { peerDependencies: object })
        .peerDependencies,
    );
    expect(imported.length).toBeGreaterThan(10);
    expect(imported.flatMap(([, name]) => (peers.includes(name!) || name!.startsWith('node:') ? [] : [name]))).toEqual(
      [],
    );
  });

  test('contains the license of each package that is compiled in', () => {
    const text = readFileSync(path.join(root, 'dist', 'third-party-licenses.txt'), 'utf8');
    const expected = [
      '@opentelemetry/core',
      '@opentelemetry/sdk-trace-base',
      'cbor-x',
      '@opentelemetry/otlp-transformer',
    ];
    expect(expected.filter((name) => !text.includes(`\n${name} `))).toEqual([]);
  });

  // `npm pack --dry-run` lists what the tarball contains.
  test.each(files.filter((file) => file.endsWith('.md')))(
    '%s links only to files and headings in the package',
    (file) => {
      const dead = relativeLinks(readDocument(root, file)).filter((link) => {
        const [target, anchor] = link.split('#') as [string, string?];
        const found = target === '' ? file : path.posix.join(path.posix.dirname(file), target).replace(/\/$/, '');
        if (!files.includes(found)) {
          return !files.some((packed) => packed.startsWith(`${found}/`)) || anchor !== undefined;
        }
        return anchor !== undefined && !anchorsOf(readDocument(root, found)).includes(anchor);
      });
      expect(dead).toEqual([]);
    },
  );

  test('contains each file from which a packed document shows a part', () => {
    const shown = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => [...readDocument(root, file).matchAll(/^<!-- from (\S+) -->$/gm)].map(([, from]) => from!));
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((file) => !files.includes(file) && !file.startsWith('test/'))).toEqual([]);
  });

  // Unpacked 4.0 MB: 1.5 MB of code with the SDK compiled in, 1.8 MB of source maps, 140 kB of types, 170 kB of licenses,
  // and the documents and samples.
  test('has at most 1 MB', () => {
    expect(packed!.size).toBeLessThan(1_000_000);
  });
});
