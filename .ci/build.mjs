// Builds the package, the samples and the tools with tsc, as CommonJS, into `dist`, `samples/dist` and `cli/dist`.
// For ES modules, each entry point in `dist` has a generated file that re-exports it, so that `require` and `import`
// share one copy of every class and one container. Bundlers, which know the condition "module", get a file that imports
// each name from its own file, so that they can leave out what a program does not use.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** The imports and re-exports of a compiled entry point, in their order, as an ES module. */
function moduleOf(compiled, names) {
  const folders = new Map();
  const lines = [];
  const exported = [];
  for (const line of compiled.split('\n')) {
    const [, variable, file] = /^(?:(?:var|const) (\w+) = )?require\("([^"]+)"\);$/.exec(line) ?? [];
    const [, name, from, original] =
      /^Object\.defineProperty\(exports, "(\w+)",.* return (\w+)\.(\w+);/.exec(line) ?? [];
    if (variable !== undefined) folders.set(variable, `${file}.js`);
    else if (file !== undefined) lines.push(`import '${file.startsWith('.') ? `${file}.js` : file}';`);
    if (name === undefined) continue;
    exported.push(name);
    lines.push(`export { ${name === original ? name : `${original} as ${name}`} } from '${folders.get(from)}';`);
  }
  if (exported.toSorted().join() !== names.toSorted().join())
    throw new Error(`the compiled entry point re-exports ${exported.join(', ')}, but has ${names.join(', ')}`);
  return `${lines.join('\n')}\n`;
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
  compile(path.join(root, 'src', 'tsconfig.json'), next(dist));
  for (const entry of ENTRY_POINTS) {
    const names = Object.keys(require(path.join(next(dist), `${entry}.js`))).filter((name) => name !== '__esModule');
    writeFileSync(
      path.join(next(dist), `${entry}.mjs`),
      `import cjs from './${entry}.js';\nexport const { ${names.join(', ')} } = cjs;\n`,
    );
    const compiled = readFileSync(path.join(next(dist), `${entry}.js`), 'utf8');
    writeFileSync(path.join(next(dist), `${entry}.module.mjs`), moduleOf(compiled, names));
    writeFileSync(path.join(next(dist), `${entry}.d.mts`), `export * from './${entry}.js';\n`);
  }
  compileAgainstBuild(path.join(root, 'samples'), samples);
  compileAgainstBuild(path.join(root, 'cli', 'src'), cli);
  await bundlePage(path.join(next(cli), 'page'));
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
