// Builds `dist`: one CommonJS build by tsc, and for ES modules a generated file per public door that
// re-exports it, so that both kinds of import share one copy of every class and one container.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const quiet = process.argv.includes('--quiet');

function compile(project) {
  execFileSync(process.execPath, [tsc, '-p', path.join(root, project)], { stdio: 'inherit' });
}

rmSync(dist, { recursive: true, force: true });
compile('src/tsconfig.json');

for (const door of ['index', 'testing', 'server', 'mcp']) {
  if (!existsSync(path.join(dist, `${door}.js`))) continue;
  const names = Object.keys(require(path.join(dist, `${door}.js`))).filter((name) => name !== '__esModule');
  writeFileSync(path.join(dist, `${door}.mjs`), `import cjs from './${door}.js';\nexport const { ${names.join(', ')} } = cjs;\n`);
  writeFileSync(path.join(dist, `${door}.d.mts`), `export * from './${door}.js';\n`);
}

compile('samples/tsconfig.json');
if (!quiet) console.log('built dist');
