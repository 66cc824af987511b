// How each tool builds a program: in a folder with `src`, `tsconfig.json` and `node_modules`, into `dist`.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = path.resolve(fileURLToPath(import.meta.url), '..', '..', '..');
const require = createRequire(import.meta.url);
const recipes = path.join(root, 'test', 'bundlers', 'recipes');

async function run(folder, file, ...args) {
  await promisify(execFile)(process.execPath, [file, ...args], { cwd: folder, maxBuffer: 1 << 26 });
}

/** The file of a command of a package. */
function binOf(name, command = name) {
  const manifest = require.resolve(`${root}/node_modules/${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return path.join(path.dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
}

const WITHOUT = [
  [/import \{ fcTraced \}.*\n\n?/, ''],
  [/fcTraced\.\w+\(\)(?:, )?/, ''],
];

/**
 * Writes the recipe of a bundler into a folder. Without the plugin, bundlers that know no TypeScript bundle the output
 * of tsc.
 */
function writeRecipe(folder, file, plugin, knowsTypeScript) {
  let text = readFileSync(path.join(recipes, file), 'utf8');
  if (!plugin) for (const [expression, replacement] of WITHOUT) text = text.replace(expression, replacement);
  if (!plugin && !knowsTypeScript) text = text.replace('src/handler.ts', 'compiled/handler.js');
  writeFileSync(path.join(folder, file), text);
  return path.join(folder, file);
}

const compile = (folder, outDir) => run(folder, binOf('typescript', 'tsc'), '-p', folder, '--outDir', outDir);

const byCommand =
  (name, file, knowsTypeScript, ...args) =>
  async (folder, plugin) => {
    if (!plugin && !knowsTypeScript) await compile(folder, 'compiled');
    writeRecipe(folder, file, plugin, knowsTypeScript);
    await run(folder, binOf(name), ...args);
  };

/** webpack and Rspack have their commands in packages of their own. */
const byApi = (name, file) => async (folder, plugin) => {
  if (!plugin) await compile(folder, 'compiled');
  writeRecipe(folder, file, plugin, false);
  const script = `
      const { pathToFileURL } = require('node:url');
      import(pathToFileURL(${JSON.stringify(path.join(folder, file))})).then(({ default: config }) => {
        let bundler = require(${JSON.stringify(require.resolve(name))});
        (bundler.rspack ?? bundler)({ context: process.cwd(), ...config }, (error, stats) => {
          if (error || stats.hasErrors()) {
            console.error(error ?? stats.toString({ all: false, errors: true }));
            process.exit(1);
          }
        });
      });`;
  writeFileSync(path.join(folder, 'bundle.cjs'), script);
  await run(folder, 'bundle.cjs');
};

async function swc(folder) {
  const { transformFile } = require('@swc/core');
  const { compilerOptions } = JSON.parse(readFileSync(path.join(folder, 'tsconfig.json'), 'utf8'));
  const legacy = compilerOptions.experimentalDecorators === true;
  mkdirSync(path.join(folder, 'dist'), { recursive: true });
  for (const file of readdirSync(path.join(folder, 'src'))) {
    const { code } = await transformFile(path.join(folder, 'src', file), {
      swcrc: false,
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: legacy
          ? { legacyDecorator: true, decoratorMetadata: true }
          : { legacyDecorator: false, decoratorVersion: '2022-03' },
      },
    });
    writeFileSync(path.join(folder, 'dist', file.replace(/ts$/, 'js')), code);
  }
}

const versionOf = (name) =>
  JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')).version;

/** The tools: their name and version, whether they bundle, and how they build a folder with or without the plugin. */
export const TOOLS = [
  { name: 'tsc', version: versionOf('typescript'), bundles: false, build: (folder) => compile(folder, 'dist') },
  { name: 'swc', version: versionOf('@swc/core'), bundles: false, build: swc },
  {
    name: 'fc-traced build',
    bundles: true,
    isOwn: true,
    build: async (folder) => {
      const main = path.join(root, 'cli', 'dist', 'main.js');
      await run(folder, main, 'build', 'src/handler.ts', '--out-dir', 'out', '--no-load');
      const { renameSync } = await import('node:fs');
      const built = readdirSync(path.join(folder, 'out')).find((name) => !name.startsWith('.'));
      renameSync(path.join(folder, 'out', built), path.join(folder, 'dist'));
    },
  },
  {
    name: 'esbuild',
    version: versionOf('esbuild'),
    bundles: true,
    build: async (folder, plugin) => run(folder, writeRecipe(folder, 'esbuild.mjs', plugin, true)),
  },
  {
    name: 'Rollup',
    version: versionOf('rollup'),
    bundles: true,
    build: byCommand('rollup', 'rollup.config.mjs', false, '--config', 'rollup.config.mjs', '--silent'),
  },
  {
    name: 'Rolldown',
    version: versionOf('rolldown'),
    bundles: true,
    build: byCommand('rolldown', 'rolldown.config.mjs', true, '--config', 'rolldown.config.mjs'),
  },
  {
    name: 'tsdown',
    version: versionOf('tsdown'),
    bundles: true,
    build: byCommand('tsdown', 'tsdown.config.mjs', true, '--config', 'tsdown.config.mjs'),
  },
  {
    name: 'Vite',
    version: versionOf('vite'),
    bundles: true,
    build: byCommand('vite', 'vite.config.mjs', true, 'build', '--logLevel', 'error'),
  },
  { name: 'webpack', version: versionOf('webpack'), bundles: true, build: byApi('webpack', 'webpack.config.mjs') },
  {
    name: 'Rspack',
    version: versionOf('@rspack/core'),
    bundles: true,
    build: byApi('@rspack/core', 'rspack.config.mjs'),
  },
];
