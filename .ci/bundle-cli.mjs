// Bundles the program of `fc-traced-cli` with all its libraries, so that installing it installs nothing else. The
// samples stay separate files, which only this repository has. The licences of the libraries are collected beside it.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
  const { name, version, license, licenses } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const named = license ?? licenses?.map(({ type }) => type).join(' or ');
  if (typeof named !== 'string') throw new Error(`${name}: package.json names no licence`);
  const files = readdirSync(folder).filter((file) => NOTICE.test(file));
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return [`${name} ${version}`, `Licence: ${named}`, ...texts].join('\n\n');
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
    // Some of the libraries do not run in strict mode.
    tsconfigRaw: { compilerOptions: { target: 'es2022' } },
    // Names stay readable in stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    alias: { 'fc-traced/testing': path.join(dist, 'testing.module.mjs') },
    // Only the samples send spans to a backend of another process.
    external: [
      '@opentelemetry/exporter-jaeger',
      '@opentelemetry/exporter-trace-otlp-proto',
      '@opentelemetry/resources',
    ],
    plugins: [separateSamples],
  });
  // The definition of the Jaeger format, which its client reads from a file as well.
  const exporter = path.dirname(createRequire(import.meta.url).resolve('@opentelemetry/exporter-jaeger'));
  const client = createRequire(path.join(exporter, 'noop.js')).resolve('jaeger-client/package.json');
  const definition = path.join(path.dirname(client), 'dist', 'src', 'jaeger-idl', 'thrift', 'jaeger.thrift');
  copyFileSync(definition, path.join(output, 'jaeger.thrift'));
  const inputs = [...Object.keys(metafile.inputs), path.relative(root, definition)];
  const packages = [...new Set(inputs.map(packageOf))].filter((folder) => folder !== undefined);
  const notices = packages.map((folder) => path.resolve(root, folder)).filter((folder) => existsSync(folder));
  const line = `\n\n${'─'.repeat(80)}\n\n`;
  writeFileSync(path.join(output, 'third-party-licenses.txt'), `${notices.sort().map(noticeOf).join(line)}\n`);
}
