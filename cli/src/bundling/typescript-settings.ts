import { dirname } from 'node:path';
import { getTsconfig } from 'get-tsconfig';
import type { TsConfigResult } from 'get-tsconfig';
import type { TransformOptions } from 'esbuild';

const TYPESCRIPT = /\.([mc]?ts|tsx)$/;
const COMMENTS = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;
const DECORATOR = /(?:^|[\s;{}()[,])@[A-Za-z_$(]/m;

const projects = new Map<string, TsConfigResult | null>();

/** The `tsconfig.json` that applies to a file; `null` if there is none. It is read once for each folder. */
export function projectOf(file: string): TsConfigResult | null {
  const folder = dirname(file);
  const known = projects.get(folder);
  if (known !== undefined) return known;
  const found = getTsconfig(folder);
  projects.set(folder, found);
  return found;
}

/** Forgets all settings, so that they are read again. */
export function forgetProjects(): void {
  projects.clear();
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
