import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import type { Loader, TransformOptions } from 'esbuild';
import { BundleError } from './bundle-error';
import type { TypeScriptOutput } from './typescript-output';
import { compilerOptionsOf, isTypeScriptFile, needsMetadata, projectOf } from './typescript-settings';

/** A module that any bundler and any version of Node.js reads, with its source map as JSON. */
export interface PortableModule {
  readonly code: string;
  readonly map: string;
  /** The files besides its own on which the code depends: those that may change its metadata, and the settings. */
  readonly dependencies: readonly string[];
}

function loaderOf(file: string): Loader {
  if (file.endsWith('.tsx')) return 'tsx';
  if (file.endsWith('.jsx')) return 'jsx';
  return isTypeScriptFile(file) ? 'ts' : 'js';
}

/** Compiles a module to JavaScript in which classes and functions keep their names, whatever a bundler calls them. */
export async function keepNames(file: string, code: string, loader: Loader | undefined): Promise<string> {
  const { transform } = require('esbuild') as typeof import('esbuild');
  const compiled = await transform(code, { ...transformOptions(file, loader ?? loaderOf(file)), ...inlineMap(file) });
  return compiled.code;
}

/** Compiles a module with the settings of its project. */
export async function compileWithSettings(file: string, code: string): Promise<string> {
  const { transform } = require('esbuild') as typeof import('esbuild');
  const options = { ...transformOptions(file, loaderOf(file)), keepNames: false, ...inlineMap(file) };
  return (await transform(code, options)).code;
}

/** A source map in the code, which names its source by a URL beside it. */
const inlineMap = (file: string): TransformOptions & { sourcemap: 'inline' } => ({
  sourcefile: encodeURIComponent(basename(file)),
  sourcemap: 'inline',
});

const transformOptions = (file: string, loader: Loader): TransformOptions => ({
  loader,
  sourcefile: file,
  sourcesContent: true,
  keepNames: true,
  target: 'node20',
  logLevel: 'silent',
  tsconfigRaw: { compilerOptions: compilerOptionsOf(file) },
});

const normalized = (text: string): string => text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');

/** Throws a {@link BundleError} if another plugin has changed a module that `tsc` reads from its file. */
function checkUnchanged(file: string, source: string): void {
  if (normalized(readFileSync(file, 'utf8')) === normalized(source)) return;
  throw new BundleError(
    'TYPESCRIPT_FAILED',
    `${relative('.', file)}: another plugin has changed this module, which tsc reads from its file. Name fcTraced first ` +
      'in the list of plugins',
  );
}

/**
 * Compiles a module of a program for bundlers that know neither the types of constructor parameters nor standard
 * decorators, and that rename classes: removes types, lowers decorators, and fixes the names of classes and functions,
 * which no minifier can change then. Rejects with a {@link BundleError}.
 */
export async function compileModule(file: string, source: string, output: TypeScriptOutput): Promise<PortableModule> {
  const settings = projectOf(file)?.path;
  const isTyped = needsMetadata(file, source);
  if (isTyped) checkUnchanged(file, source);
  const compiled = isTyped ? await output.compile(file) : { code: source, loader: loaderOf(file) };
  const dependencies = [
    ...(settings === undefined ? [] : [settings]),
    ...(isTyped ? output.compiledFiles().filter((one) => one !== file) : []),
  ];
  const { transform } = require('esbuild') as typeof import('esbuild');
  try {
    const { code, map } = await transform(compiled.code, {
      ...transformOptions(file, compiled.loader),
      sourcemap: 'external',
    });
    return { code, map, dependencies };
  } catch (cause) {
    throw new BundleError('BUNDLE_FAILED', `${relative('.', file)}: ${(cause as Error).message}`, { cause });
  }
}
