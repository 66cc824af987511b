// Packs the package, installs it into an empty folder as a user would, and compiles the sample `hello` there with tsc
// against the installed types, as a CommonJS and as an ES module. Further packages are installed with it if they are given.
//   node .ci/package-install.mjs FOLDER [PACKAGE@VERSION...]
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [folder, ...further] = process.argv.slice(2);
const app = path.resolve(folder);
const sample = path.join(root, 'samples', 'hello', 'handler.ts');
const require = createRequire(import.meta.url);

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
}

mkdirSync(app, { recursive: true });
const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', app], root));
writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'smallest-app', private: true }));
run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`, ...further], app);

const copies = readdirSync(path.join(app, 'node_modules'), { recursive: true }).filter((file) =>
  /(^|[\\/])@opentelemetry[\\/]api[\\/]package\.json$/.test(file),
);
if (copies.length !== 1)
  throw new Error(`the installation has ${copies.length} copies of @opentelemetry/api: ${copies.join(', ')}`);

copyFileSync(sample, path.join(app, 'handler.cts'));
copyFileSync(sample, path.join(app, 'handler.mts'));
writeFileSync(
  path.join(app, 'tsconfig.json'),
  JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      moduleResolution: 'nodenext',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: false,
      typeRoots: [path.join(root, 'node_modules', '@types')],
      types: ['node'],
    },
    files: ['handler.cts', 'handler.mts'],
  }),
);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', app], { stdio: 'inherit' });
console.log(`installed ${filename}, compiled handler.cjs and handler.mjs`);
