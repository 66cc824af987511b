// Builds servers with `--compile-cache`. On Node.js 22 and 24, checks that the cache has the name under which these
// versions look for the one of /code/server.js, and that s.built.yaml names its folder. On Node.js 20, runs the server
// with the cache that its entry file reads, and checks that nothing is logged. Needs the build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './tools.mjs';

const SERVER = "require('node:http').createServer((_, response) => response.end()).listen(process.env.FC_SERVER_PORT);";
const YAML = `edition: 3.0.0
name: cached
resources:
  web:
    component: fc3
    props:
      functionName: web
      runtime: custom.debian10
      code: .
      customRuntimeConfig:
        command:
          - node
          - server.js
`;

for (const major of ['22', '24']) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-cache-'));
  try {
    writeFileSync(path.join(folder, 'server.js'), SERVER);
    writeFileSync(path.join(folder, 's.yaml'), YAML);
    const node = execFileSync(path.join(root, '.ci', 'node.sh'), [major], { encoding: 'utf8' }).trim();
    const args = ['build', '--compile-cache', '--no-load'];
    execFileSync(node, [path.join(root, 'cli', 'dist', 'main.js'), ...args], { cwd: folder });
    const caches = path.join(folder, 'built', 'web', '.compile-cache');
    const [version] = readdirSync(caches);
    assert.match(version, new RegExp(`^v${major}\\.`));
    assert.deepEqual(readdirSync(path.join(caches, version)), ['5ec800e5']);
    assert.match(
      readFileSync(path.join(folder, 's.built.yaml'), 'utf8'),
      /NODE_COMPILE_CACHE: \/code\/\.compile-cache/,
    );
    console.log(`Node.js ${major}: the compile cache is that of /code/server.js`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'fc-traced-cache-'));
try {
  writeFileSync(
    path.join(folder, 'server.js'),
    "require('fc-traced/server').serve(class { handle() { return 'served'; } });",
  );
  writeFileSync(path.join(folder, 's.yaml'), YAML);
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const built = path.join(folder, 'built', 'web');
  const node = execFileSync(path.join(root, '.ci', 'node.sh'), ['20'], { encoding: 'utf8' }).trim();
  const cli = path.join(root, 'cli', 'dist', 'main.js');
  // The cache applies only where the code is when it runs, which is /code on Function Compute.
  const env = { ...process.env, FC_FUNC_CODE_PATH: built };
  execFileSync(node, [cli, 'build', '--compile-cache'], { cwd: folder, env });
  assert.deepEqual(readdirSync(built).sort(), ['server.code.cache', 'server.code.js', 'server.js']);
  assert.doesNotMatch(readFileSync(path.join(folder, 's.built.yaml'), 'utf8'), /NODE_COMPILE_CACHE/);
  const output = execFileSync(node, [cli, 'run', 's.built.yaml'], { cwd: folder, encoding: 'utf8' });
  assert.match(output, /served/);
  assert.match(output, /load modules/);
  assert.doesNotMatch(output, /compile cache/);
  console.log('Node.js 20: a server runs with the compile cache that its entry file reads');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
