import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, mkdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.join(__dirname, '..', '..');
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

test('with legacy decorators compiled by tsc and the built package, values, trace and rejections are the same', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'fc-traced-tsc-'));
  try {
    const modules = path.join(folder, 'node_modules');
    await mkdir(modules);
    await symlink(root, path.join(modules, 'fc-traced'), 'dir');
    for (const name of ['@opentelemetry', '@types', 'tsyringe', 'reflect-metadata']) {
      await symlink(path.join(root, 'node_modules', name), path.join(modules, name), 'dir');
    }
    await copyFile(path.join(__dirname, 'compiled-by-tsc', 'program.ts'), path.join(folder, 'program.ts'));
    const flags = [
      '--ignoreConfig',
      '--noCheck',
      '--types',
      'node',
      '--target',
      'es2022',
      '--module',
      'commonjs',
      '--experimentalDecorators',
      '--emitDecoratorMetadata',
    ];
    await run(process.execPath, [tsc, ...flags, 'program.ts'], { cwd: folder });
    const { stdout } = await run(process.execPath, [path.join(folder, 'program.js')], {
      cwd: folder,
      env: { PATH: process.env.PATH },
    });
    expect(JSON.parse(stdout)).toEqual({
      answer: ['secret shelf 7', 7, true, 3, true, 'take', 1],
      unhandled: ['none left'],
      spans: [
        'Stock.count UNSET null 0',
        'Stock.fail ERROR null 1',
        'Stock.promise UNSET null 0',
        'Stock.sync UNSET null 0',
        'Stock.take UNSET 7 0',
        'orders UNSET null 0',
        'shelf UNSET null 0',
      ],
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
