import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, posix, relative, resolve, sep } from 'node:path';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import { checkSettings, splitHandler } from '../functions/prepare-function';
import { findSource, isTypeScript, withoutExtension } from '../functions/typescript';
import { UsageError } from '../usage-error';
import { startOf } from './start-command';

/** A module that FC loads or starts. */
export interface FunctionModule {
  /** Its source, absolute. */
  readonly source: string;
  /** Where FC looks for it in the code folder, without its extension: `handler`, `src/index`. */
  readonly place: string;
  /** What FC calls in it. Empty for a server. */
  readonly functions: readonly string[];
}

const SOURCES = ['.ts', '.mts', '.cts', '.tsx'];
const COMPILED = ['.js', '.mjs', '.cjs'];
const firstOf = (stem: string, extensions: readonly string[]): string | undefined =>
  extensions.map((extension) => stem + extension).find((file) => existsSync(file));

/** The source of a module that `s.yaml` names: TypeScript if the project has it, or else what is in the code folder. */
function sourceFor({ codeDir, file }: FunctionSpec, place: string): string | undefined {
  const project = dirname(file);
  return (
    findSource(codeDir, place) ??
    firstOf(join(codeDir, place), SOURCES) ??
    firstOf(join(codeDir, place), COMPILED) ??
    ['.', 'src'].map((folder) => firstOf(join(project, folder, place), [...SOURCES, ...COMPILED])).find(Boolean)
  );
}

function moduleAt(spec: FunctionSpec, place: string, functions: readonly string[]): FunctionModule {
  // A module alone, without s.yaml.
  if (/\.[mc]?[jt]s$/.test(spec.file) && withoutExtension(basename(spec.file)) === place) {
    return { source: spec.file, place, functions };
  }
  const source = sourceFor(spec, place);
  if (source !== undefined) return { source: resolve(source), place, functions };
  const { name, codeDir, handler, file } = spec;
  throw new UsageError(
    `${name}: there is no module ${place} for the handler ${handler}: neither its source beside ${relative('.', file)} ` +
      `nor ${relative('.', join(codeDir, place))}.js. Check handler and code`,
  );
}

/** The modules of a function: those of its handler and hooks, or the start file of a custom runtime. */
export function modulesOf(spec: FunctionSpec): FunctionModule[] {
  checkSettings(spec);
  if (isServer(spec)) {
    const { file } = startOf(spec);
    const module = moduleAt(spec, file.slice(0, file.length - extname(file).length), []);
    // Beside server.mjs there may be server.js.
    const named = resolve(spec.codeDir, file);
    return [!isTypeScriptModule(module) && existsSync(named) ? { ...module, source: named } : module];
  }
  const { handler, initializer, preFreeze, preStop, optionalHooks } = spec;
  const hooks = optionalHooks ? [] : [initializer, preFreeze, preStop].map((hook) => hook?.handler);
  const byPlace = new Map<string, string[]>();
  for (const name of [handler, ...hooks]) {
    if (name === undefined) continue;
    const [place, method] = splitHandler(name);
    byPlace.set(place, [...(byPlace.get(place) ?? []), method]);
  }
  return [...byPlace].map(([place, functions]) => moduleAt(spec, place, functions));
}

/** A folder of sources, and where it is in the code folder. */
export interface SourceRoot {
  readonly folder: string;
  /** Such as `dist` for sources in `src` with the handler `dist/handler.handler`, or `.`. */
  readonly place: string;
}

/** The folder of the sources of a module. */
export function sourceRootOf({ source, place }: FunctionModule): SourceRoot {
  const stem = withoutExtension(source);
  const suffix = sep + place.split('/').join(sep);
  return stem.endsWith(suffix)
    ? { folder: stem.slice(0, stem.length - suffix.length), place: '.' }
    : { folder: dirname(source), place: posix.dirname(place) };
}

/** Whether a module is TypeScript. */
export const isTypeScriptModule = ({ source }: FunctionModule): boolean => isTypeScript(source);
