// Builds `dist`: one CommonJS build by tsc, and for ES modules a generated file per public door that
// re-exports it, so that both kinds of import share one copy of every class and one container.
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
// Built beside it and then put in its place: who runs from `dist` meanwhile finds files that belong together.
const next = path.join(root, `dist.${process.pid}`);
const last = `${next}.old`;
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const DOORS = ['index', 'testing', 'server', 'mcp'];
const quiet = process.argv.includes('--quiet');

function compile(project, outDir) {
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', outDir], { stdio: 'inherit' });
}

/** The samples are compiled against the types of this very build. */
function samplesProject() {
  const file = path.join(next, 'tsconfig.json');
  const doors = Object.fromEntries(
    DOORS.map((door) => [door === 'index' ? 'fc-traced' : `fc-traced/${door}`, [`./${door}.d.ts`]]),
  );
  writeFileSync(
    file,
    JSON.stringify({
      extends: '../samples/tsconfig.json',
      compilerOptions: { rootDir: '../samples', paths: doors },
      include: ['../samples'],
    }),
  );
  return file;
}

try {
  compile(path.join(root, 'src', 'tsconfig.json'), next);
  for (const door of DOORS) {
    const names = Object.keys(require(path.join(next, `${door}.js`))).filter((name) => name !== '__esModule');
    writeFileSync(
      path.join(next, `${door}.mjs`),
      `import cjs from './${door}.js';\nexport const { ${names.join(', ')} } = cjs;\n`,
    );
    writeFileSync(path.join(next, `${door}.d.mts`), `export * from './${door}.js';\n`);
  }
  const project = samplesProject();
  compile(project, path.join(next, 'samples'));
  rmSync(project);
  if (existsSync(dist)) renameSync(dist, last);
  renameSync(next, dist);
} finally {
  for (const folder of [next, last]) rmSync(folder, { recursive: true, force: true });
}
if (!quiet) console.log('built dist');
