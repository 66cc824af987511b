// Builds the package, the samples and the tools with tsc, as CommonJS, into `dist`, `samples/dist` and `cli/dist`.
// For ES modules, each entry point in `dist` has a generated file that re-exports it, so that `require` and `import`
// share one copy of every class and one container.
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const ENTRY_POINTS = ['index', 'testing', 'server', 'mcp'];
const quiet = process.argv.includes('--quiet');

// Each output is built in a temporary folder and then renamed, so that a running process never sees a partial build.
const outputs = ['dist', 'samples/dist', 'cli/dist'].map((name) => path.join(root, name));
const [dist, samples, cli] = outputs;
const next = (output) => `${output}.${process.pid}`;
const previous = (output) => `${next(output)}.old`;

function compile(project, outDir) {
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', outDir], { stdio: 'inherit' });
}

/** Compiles a folder against the types of this build. */
function compileAgainstBuild(folder, output) {
  const paths = Object.fromEntries(
    ENTRY_POINTS.map((entry) => [
      entry === 'index' ? 'fc-traced' : `fc-traced/${entry}`,
      [path.join(next(dist), `${entry}.d.ts`)],
    ]),
  );
  const project = path.join(folder, `tsconfig.${process.pid}.json`);
  writeFileSync(project, JSON.stringify({ extends: './tsconfig.json', compilerOptions: { paths } }));
  try {
    compile(project, next(output));
  } finally {
    rmSync(project);
  }
}

try {
  compile(path.join(root, 'src', 'tsconfig.json'), next(dist));
  for (const entry of ENTRY_POINTS) {
    const names = Object.keys(require(path.join(next(dist), `${entry}.js`))).filter((name) => name !== '__esModule');
    writeFileSync(
      path.join(next(dist), `${entry}.mjs`),
      `import cjs from './${entry}.js';\nexport const { ${names.join(', ')} } = cjs;\n`,
    );
    writeFileSync(path.join(next(dist), `${entry}.d.mts`), `export * from './${entry}.js';\n`);
  }
  compileAgainstBuild(path.join(root, 'samples'), samples);
  compileAgainstBuild(path.join(root, 'cli', 'src'), cli);
  for (const output of outputs) {
    if (existsSync(output)) renameSync(output, previous(output));
    renameSync(next(output), output);
  }
} finally {
  for (const output of outputs) {
    for (const folder of [next(output), previous(output)]) rmSync(folder, { recursive: true, force: true });
  }
}
if (!quiet) console.log('built dist, samples/dist and cli/dist');
