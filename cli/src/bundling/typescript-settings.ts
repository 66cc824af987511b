import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createFilesMatcher, findTsconfig, getTsconfig, parseTsconfig } from 'get-tsconfig';
import type { TsConfigResult } from 'get-tsconfig';
import type { TransformOptions } from 'esbuild';
import { BundleError } from './bundle-error';
import { isInstalled } from './module-files';

const TYPESCRIPT = /\.([mc]?ts|tsx)$/;
const COMMENTS = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;
const DECORATOR = /(?:^|[\s;{}()[,])@[A-Za-z_$(]/m;

const projects = new Map<string, TsConfigResult | null>();
const cache = new Map();

/** What is wrong with the `tsconfig.json` that applies to a folder. */
export function tsconfigProblem(folder: string, { message }: Error): string {
  const file = relative('.', findTsconfig(folder) ?? 'tsconfig.json');
  return `${file} cannot be read: ${message.replace(/\.?$/, '.')} Correct it, or install the package that it extends`;
}

function read<T>(folder: string, reading: () => T): T {
  try {
    return reading();
  } catch (cause) {
    throw new BundleError('TYPESCRIPT_FAILED', tsconfigProblem(folder, cause as Error), { cause });
  }
}

/** The projects that a `tsconfig.json` references, and those that these reference. */
export function referencedProjects(
  { path, config }: TsConfigResult,
  visited = new Set([resolve(path)]),
): TsConfigResult[] {
  return (config.references ?? []).flatMap((reference) => {
    const named = resolve(dirname(path), reference.path);
    const file = named.endsWith('.json') ? named : join(named, 'tsconfig.json');
    if (visited.has(file) || !existsSync(file)) return [];
    visited.add(file);
    const project: TsConfigResult = { path: file, config: parseTsconfig(file, cache) };
    return [project, ...referencedProjects(project, visited)];
  });
}

function findProject(file: string): TsConfigResult | null {
  const nearest = getTsconfig(dirname(file), 'tsconfig.json', cache);
  if (nearest === null || !nearest.config.references?.length || createFilesMatcher(nearest)(file)) return nearest;
  return referencedProjects(nearest).find((project) => createFilesMatcher(project)(file)) ?? nearest;
}

/**
 * The settings of TypeScript that apply to a file: of the nearest `tsconfig.json`, or of a project that it references
 * and that includes the file, such as `tsconfig.lib.json`. `null` if there are none, as for installed packages. Throws
 * a {@link BundleError} if they cannot be read.
 */
export function projectOf(file: string): TsConfigResult | null {
  const known = projects.get(file);
  if (known !== undefined) return known;
  const found = isInstalled(file) ? null : read(dirname(file), () => findProject(file));
  projects.set(file, found);
  return found;
}

/** Whether the settings of a file are those of a project that `tsconfig.json` references, which esbuild does not read. */
export function isInReferencedProject(file: string): boolean {
  const path = projectOf(file)?.path;
  return path !== undefined && resolve(path) !== resolve(findTsconfig(dirname(file)) ?? path);
}

/** Forgets all settings, so that they are read again. */
export function forgetProjects(): void {
  projects.clear();
  cache.clear();
}

/** Whether a file is TypeScript. */
export function isTypeScriptFile(file: string): boolean {
  return TYPESCRIPT.test(file);
}

/**
 * Whether the decorators of a file get the types of parameters at run time, which only TypeScript knows:
 * `emitDecoratorMetadata` applies to it, and it has decorators.
 */
export function needsMetadata(file: string, code: string): boolean {
  if (!isTypeScriptFile(file) || !code.includes('@')) return false;
  const { experimentalDecorators, emitDecoratorMetadata } = projectOf(file)?.config.compilerOptions ?? {};
  if (experimentalDecorators !== true || emitDecoratorMetadata !== true) return false;
  return DECORATOR.test(code.replaceAll(COMMENTS, ''));
}

type RawOptions = NonNullable<Exclude<TransformOptions['tsconfigRaw'], string | undefined>['compilerOptions']>;

/** The settings of the project that change what the code of a file means, as esbuild takes them. */
export function compilerOptionsOf(file: string): RawOptions {
  const options = projectOf(file)?.config.compilerOptions ?? {};
  const { experimentalDecorators, useDefineForClassFields, verbatimModuleSyntax, jsx, jsxImportSource, target } =
    options;
  return Object.fromEntries(
    Object.entries({
      experimentalDecorators,
      useDefineForClassFields,
      verbatimModuleSyntax,
      jsx,
      jsxImportSource,
      target,
    }).filter(([, value]) => value !== undefined),
  );
}
