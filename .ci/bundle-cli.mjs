// Bundles the program of `fc-traced-cli` with all its libraries, so that installing it installs only esbuild beside it. The
// samples stay separate files, which only this repository has. The licences of the libraries are collected beside it.
import { copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { licensesOf } from './licenses.mjs';

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

/** Bundles the program into `output`, with the parts of `fc-traced/testing` that it uses. */
export async function bundleCli(root, output) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      main: path.join(root, 'cli', 'src', 'main.ts'),
      'instance-main': path.join(root, 'cli', 'src', 'emulator', 'instance-main.ts'),
      'code-cache-process': path.join(root, 'cli', 'src', 'build', 'code-cache-process.ts'),
      bundler: path.join(root, 'cli', 'src', 'bundler.ts'),
      'webpack-loader': path.join(root, 'cli', 'src', 'bundling', 'webpack-loader.ts'),
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
    alias: { 'fc-traced/testing': path.join(root, 'src', 'testing.ts') },
    // Only the samples send spans to a backend of another process. esbuild has a binary, and is installed with the tools.
    external: [
      'esbuild',
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
  const bundled = Object.keys(metafile.inputs).filter((file) => file.includes('node_modules/'));
  const files = [...bundled.map((file) => path.resolve(root, file)), definition];
  writeFileSync(path.join(output, 'third-party-licenses.txt'), licensesOf(files));
}
