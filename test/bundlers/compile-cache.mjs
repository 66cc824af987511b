// Builds a server with `--compile-cache` on Node.js 22 and 24. Checks that the cache has the name under which these
// versions look for the one of /code/server.js, and that s.built.yaml names its folder. Needs the build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
