import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isWithin } from '../bundling/module-files';
import { projectsFor, tsconfigFor } from './tsconfig';

/** How Node.js runs TypeScript: the loader that the project has installed. */
export interface TypeScriptLoader {
  readonly name: '@swc-node/register' | 'tsx';
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether it emits the types of constructor parameters, from which classes are injected. */
  readonly emitsMetadata: boolean;
}

const SOURCE = /\.(?:[mc]?ts|tsx)$/;

/** Whether a file is TypeScript. */
export function isTypeScript(file: string): boolean {
  return SOURCE.test(file) && !/\.d\.[mc]?ts$/.test(file);
}

function resolveFrom(folder: string, specifier: string): string | undefined {
  try {
    return createRequire(join(folder, 'noop.js')).resolve(specifier);
  } catch {
    return undefined;
  }
}

/** The TypeScript loader that is installed for a folder; `undefined` if there is none. swc-node is preferred. */
export function findLoader(folder: string): TypeScriptLoader | undefined {
  const register = resolveFrom(folder, '@swc-node/register');
  if (register !== undefined && resolveFrom(folder, '@swc/core') !== undefined) {
    const esm = resolveFrom(folder, '@swc-node/register/esm-register');
    const project = tsconfigFor(folder);
    return {
      name: '@swc-node/register',
      execArgv: ['--require', register, ...(esm === undefined ? [] : ['--import', pathToFileURL(esm).href])],
      env: project === null ? {} : { SWC_NODE_PROJECT: project.path, TS_NODE_PROJECT: project.path },
      emitsMetadata: project?.config.compilerOptions?.emitDecoratorMetadata === true,
    };
  }
  const tsx = resolveFrom(folder, 'tsx');
  if (tsx === undefined) return undefined;
  return { name: 'tsx', execArgv: ['--import', pathToFileURL(tsx).href], env: {}, emitsMetadata: false };
}

/** What the loader does not do with a source that injects classes; `undefined` if it does all. */
export function metadataTrap(loader: TypeScriptLoader, source: string): string | undefined {
  const injects = /@(Handler|Service|Inject\w*|injectable|singleton|scoped)\s*\(/.test(source);
  if (loader.emitsMetadata || !injects) return undefined;
  return loader.name === 'tsx'
    ? 'tsx (esbuild) emits no decorator metadata, so classes are not injected by type: install @swc-node/register and ' +
        '@swc/core, compile with tsc, or name the classes in the option inject'
    : 'tsconfig.json lacks "emitDecoratorMetadata": true, so classes are not injected by type';
}

/**
 * The source of a compiled module `file` (without extension) below `codeDir`, by `outDir` and `rootDir` of its tsconfig,
 * or of a project that this references.
 */
export function findSource(codeDir: string, file: string): string | undefined {
  const candidates = projectsFor(existsSync(codeDir) ? codeDir : dirname(codeDir)).flatMap(({ path, config }) => {
    const { outDir = '.', rootDir } = config.compilerOptions ?? {};
    const folder = dirname(path);
    const compiled = resolve(codeDir, file);
    if (!isWithin(compiled, resolve(folder, outDir))) return [];
    const roots = rootDir === undefined ? ['.', 'src'] : [rootDir];
    return roots.flatMap((root) =>
      ['.ts', '.mts', '.cts', '.tsx'].map((extension) =>
        resolve(folder, root, relative(resolve(folder, outDir), compiled) + extension),
      ),
    );
  });
  return candidates.find((candidate) => existsSync(candidate));
}

/** A path without its extension, as handler strings name it. */
export function withoutExtension(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

/** The text of a file, or of nothing. */
export function sourceText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
