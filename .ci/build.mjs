// Builds the package into `dist`, as CommonJS: its types with tsc, and its code as the chunks of `.ci/chunks.mjs`. Builds
// the samples and the tools with tsc into `samples/dist` and `cli/dist`. For ES modules, each entry point in `dist` has a
// generated file that re-exports it, so that `require` and `import` share one copy of every class and one container.
// Bundlers, which know the condition "module", get a file that first imports reflect-metadata: some of them evaluate the
// ES module of tsyringe, which needs it, before any CommonJS module.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle-cli.mjs';
import { buildChunks, ENTRY_POINTS } from './chunks.mjs';
import { licensesOf } from './licenses.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const quiet = process.argv.includes('--quiet');

// Each output is built in a temporary folder and then renamed, so that a running process never sees a partial build.
const outputs = ['dist', 'samples/dist', 'cli/dist'].map((name) => path.join(root, name));
const [dist, samples, cli] = outputs;
const next = (output) => `${output}.${process.pid}`;
const previous = (output) => `${next(output)}.old`;

function compile(project, outDir, ...options) {
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', outDir, ...options], { stdio: 'inherit' });
}

/** Compiles a folder against the types of this build. */
function compileAgainstBuild(folder, output, ...options) {
  const paths = Object.fromEntries(
    ENTRY_POINTS.map((entry) => [
      entry === 'index' ? 'fc-traced' : `fc-traced/${entry}`,
      [path.join(next(dist), `${entry}.d.ts`)],
    ]),
  );
  const project = path.join(folder, `tsconfig.${process.pid}.json`);
  writeFileSync(project, JSON.stringify({ extends: './tsconfig.json', compilerOptions: { paths } }));
  try {
    compile(project, next(output), ...options);
  } finally {
    rmSync(project);
  }
}

/** Removes the declarations of modules that no entry point exports: they are not part of the public types. */
function removePrivateTypes(folder) {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    // What a module imports for its side effects has no types.
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^import '\.[^']+';\n/gm, ''));
    for (const [, from, imported] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'|import\("(\.[^"]+)"\)/g)) {
      visit(`${path.resolve(path.dirname(file), from ?? imported)}.d.ts`);
    }
  };
  for (const entry of ENTRY_POINTS) visit(path.join(folder, `${entry}.d.ts`));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}

/** Bundles the page of the viewer: one script and one style sheet, for browsers of the last three years. */
async function bundlePage(outdir) {
  const { build } = await import('esbuild');
  const entry = path.join(root, 'cli', 'src', 'viewer', 'page');
  await build({
    entryPoints: ['main.ts', 'app.css'].map((file) => ({ in: path.join(entry, file), out: 'app' })),
    outdir,
    bundle: true,
    minify: true,
    target: ['chrome112', 'firefox112', 'safari16.4'],
    tsconfig: path.join(entry, 'tsconfig.json'),
    logLevel: 'warning',
  });
}

try {
  const src = path.join(root, 'src');
  compile(path.join(src, 'tsconfig.json'), next(dist), '--emitDeclarationOnly');
  removePrivateTypes(next(dist));
  const compiledIn = await buildChunks(src, next(dist));
  writeFileSync(path.join(next(dist), 'third-party-licenses.txt'), licensesOf(compiledIn));
  for (const entry of ENTRY_POINTS) {
    const names = Object.keys(require(path.join(next(dist), `${entry}.js`))).filter((name) => name !== '__esModule');
    writeFileSync(
      path.join(next(dist), `${entry}.mjs`),
      `import cjs from './${entry}.js';\nexport const { ${names.join(', ')} } = cjs;\n`,
    );
    writeFileSync(
      path.join(next(dist), `${entry}.module.mjs`),
      `import 'reflect-metadata';\nimport cjs from './${entry}.js';\nexport const { ${names.join(', ')} } = cjs;\n`,
    );
    writeFileSync(path.join(next(dist), `${entry}.d.mts`), `export * from './${entry}.js';\n`);
  }
  compileAgainstBuild(path.join(root, 'samples'), samples);
  compileAgainstBuild(path.join(root, 'cli', 'src'), cli, '--declaration');
  await bundlePage(path.join(next(cli), 'page'));
  await bundleCli(root, next(cli));
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
