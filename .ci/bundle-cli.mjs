// Bundles the program of `fc-traced-cli` with all its libraries, so that installing it installs nothing else. The
// samples stay separate files, which only this repository has. The licences of the libraries are collected beside it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const NOTICE = /^(licen[cs]e|copying|notice)/i;

/** Leaves the files of the samples out of the bundle. They are loaded from the folder of the program. */
const separateSamples = {
  name: 'separate-samples',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/samples\// }, ({ path: specifier }) => ({
      path: `./samples/${specifier.slice('../samples/'.length)}.js`,
      external: true,
    }));
  },
};

/** The folder of the package that a bundled file belongs to; `undefined` for files of this repository. */
function packageOf(file) {
  const at = file.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const parts = file.slice(at + 'node_modules/'.length).split('/');
  return file.slice(0, at) + ['node_modules', ...parts.slice(0, parts[0].startsWith('@') ? 2 : 1)].join('/');
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${name}: package.json names no licence`);
  const files = readdirSync(folder).filter((file) => NOTICE.test(file));
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return [`${name} ${version}`, `Licence: ${license}`, ...texts].join('\n\n');
}

/**
 * Bundles the program into `output`. `dist` is the built package `fc-traced`, of which the parts that the program uses
 * are bundled as well.
 */
export async function bundleCli(root, dist, output) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      main: path.join(root, 'cli', 'src', 'main.ts'),
      'instance-main': path.join(root, 'cli', 'src', 'emulator', 'instance-main.ts'),
    },
    outdir: output,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node20.6',
    format: 'cjs',
    // Names stay readable in stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    alias: { 'fc-traced/testing': path.join(dist, 'testing.module.mjs') },
    plugins: [separateSamples],
  });
  const packages = [...new Set(Object.keys(metafile.inputs).map(packageOf))].filter((folder) => folder !== undefined);
  const notices = packages.map((folder) => path.resolve(root, folder)).filter((folder) => existsSync(folder));
  const line = `\n\n${'─'.repeat(80)}\n\n`;
  writeFileSync(path.join(output, 'third-party-licenses.txt'), `${notices.sort().map(noticeOf).join(line)}\n`);
}
