import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { InstanceOptions } from '../emulator/function-options';
import { UsageError } from '../usage-error';
import type { FunctionSpec } from './function-spec';
import { findLoader, findSource, isTypeScript, metadataTrap, sourceText, withoutExtension } from './typescript';
import type { TypeScriptLoader } from './typescript';

/** What a function is started with, once its module has been found. */
export interface PreparedFunction extends Pick<
  InstanceOptions,
  'codeDir' | 'handler' | 'initializer' | 'preFreeze' | 'preStop' | 'execArgv' | 'loaderEnv'
> {
  /** The module of the handler, absolute. */
  readonly module: string;
  /** What the developer should know, such as a metadata trap of the loader. */
  readonly notes: readonly string[];
}

const COMPILED = ['.js', '.mjs', '.cjs'];
const SOURCES = ['.ts', '.mts', '.cts'];
const NO_LOADER =
  'Compile it first (npm run build), or install a TypeScript loader: npm i -D @swc-node/register @swc/core typescript@5 ' +
  '(tsx works as well, but emits no decorator metadata)';

const withExtension = (stem: string, extensions: readonly string[]): string | undefined =>
  extensions.map((extension) => stem + extension).find((file) => existsSync(file));

/** Splits a handler string at its last dot. */
export function splitHandler(handler: string): [file: string, method: string] {
  const dot = handler.lastIndexOf('.');
  return dot < 0 ? [handler, ''] : [handler.slice(0, dot), handler.slice(dot + 1)];
}

/** Throws a `UsageError` if `s.yaml` does not say what the function runs. */
export function checkSettings({ name, unknownSettings = [] }: FunctionSpec): void {
  if (unknownSettings.length === 0) return;
  throw new UsageError(
    `${name}: the value of ${unknownSettings.join(', ')} is known only when s deploys the function. Write it in s.yaml, ` +
      'or set the environment variable that it names',
  );
}

function loaderFor(file: string): TypeScriptLoader {
  const loader = findLoader(dirname(file));
  if (loader === undefined) {
    throw new UsageError(`${relative('.', file)} is TypeScript, and no loader is installed. ${NO_LOADER}`);
  }
  return loader;
}

const isOlder = (compiled: string, source: string | undefined): boolean =>
  source !== undefined && statSync(compiled).mtimeMs < statSync(source).mtimeMs;

/**
 * Finds the module of an event function: the compiled one, or its TypeScript source if that is newer or the only one,
 * and a loader is installed.
 * Throws a `UsageError` if it cannot be run.
 */
export function prepareFunction(spec: FunctionSpec): PreparedFunction {
  checkSettings(spec);
  const { codeDir, handler } = spec;
  const [file] = splitHandler(handler);
  const stem = join(codeDir, file);
  const { initializer, preFreeze, preStop } = spec;
  const hooks = {
    ...(initializer && { initializer: initializer.handler }),
    ...(preFreeze && { preFreeze: preFreeze.handler }),
    ...(preStop && { preStop: preStop.handler }),
  };
  const named = isTypeScript(spec.file) ? undefined : withExtension(stem, COMPILED);
  const beside = withExtension(stem, SOURCES);
  const source = beside ?? findSource(codeDir, file);
  const isStale = named !== undefined && isOlder(named, source);
  if (named !== undefined && !(isStale && findLoader(dirname(source!)) !== undefined)) {
    const note = `${relative('.', named)} is older than its TypeScript source: compile it to run the latest one`;
    return { codeDir, handler, ...hooks, module: named, notes: isStale ? [note] : [] };
  }
  if (source === undefined) {
    throw new UsageError(
      `${spec.name}: there is no module ${relative('.', stem)}.js for the handler ${handler}. ${
        existsSync(codeDir)
          ? 'Check handler and code'
          : `The folder ${relative('.', codeDir)} does not exist: compile first`
      }`,
    );
  }
  const loader = loaderFor(source);
  const trap = metadataTrap(loader, sourceText(source));
  const shared = {
    execArgv: loader.execArgv,
    loaderEnv: loader.env,
    module: source,
    notes: trap === undefined ? [] : [trap],
  };
  if (beside !== undefined) return { codeDir, handler, ...hooks, ...shared };
  // The hooks may be in other modules than the handler.
  const mapped = (name: string): string => {
    const [hookFile, method] = splitHandler(name);
    const found = findSource(codeDir, hookFile);
    return found === undefined ? name : `${relative(root, withoutExtension(found))}.${method}`;
  };
  const root = existsSync(codeDir) ? codeDir : dirname(source);
  const sources = Object.entries(hooks).map(([hook, name]) => [hook, mapped(name)] as const);
  return { codeDir: root, handler: mapped(handler), ...Object.fromEntries(sources), ...shared };
}
