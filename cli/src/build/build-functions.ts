import { existsSync } from 'node:fs';
import { extname, relative, resolve } from 'node:path';
import { BundleError } from '../bundling/bundle-error';
import type { BundleErrorCode } from '../bundling/bundle-error';
import { TypeScriptOutput } from '../bundling/typescript-output';
import { forgetProjects } from '../bundling/typescript-settings';
import type { FunctionSpec } from '../functions/function-spec';
import { readServerlessDevs } from '../functions/serverless-devs';
import { isUsageError, UsageError } from '../usage-error';
import { builtBefore, builtPath, writeBuiltYaml } from './built-yaml';
import type { BuiltSettings } from './built-yaml';
import { bundleFunction } from './bundle-function';
import type { BundleSettings } from './bundle-function';
import type { BundledFunction } from './bundled-function';
import { writeCodeCache } from './code-cache';
import { cacheKindOf, codeFolder, writeCompileCache } from './compile-cache';
import type { CacheKind, WrittenCache } from './compile-cache';
import { isNodeFunction } from './node-function';
import { isExternal } from './external-packages';
import { measureLoad } from './load-time';
import type { LoadTimes } from './load-time';
import { sizeOf } from './size-report';
import type { SizeReport } from './size-report';

/** What a build can be asked for, besides the bundle. */
export interface BuildSettings extends BundleSettings {
  readonly compileCache: boolean;
  /** Whether the functions are loaded, to check them and to measure the time. */
  readonly load: boolean;
}

/** A function that was built. */
export interface BuiltFunction {
  readonly bundled: BundledFunction;
  readonly size: SizeReport;
  readonly load: LoadTimes | undefined;
  /** The compile cache; `undefined` without one. */
  readonly cache: WrittenCache | undefined;
}

/** A function that could not be built. */
export interface FailedFunction {
  readonly spec: FunctionSpec;
  readonly code: BundleErrorCode;
  readonly message: string;
}

/** What a build did. */
export interface BuildResult {
  readonly built: readonly BuiltFunction[];
  readonly failed: readonly FailedFunction[];
  /** What the developer should know about several functions. */
  readonly notes: readonly string[];
  /** The file for `s deploy`; `undefined` for a module alone. */
  readonly yaml: string | undefined;
}

/**
 * The functions, with a name of its own for each folder: those of one name, such as one for each region, get the key
 * in `s.yaml`.
 */
export function withOwnNames(specs: readonly FunctionSpec[]): FunctionSpec[] {
  const names = specs.map(({ name }) => name);
  const taken = new Set(names);
  return specs.map((spec) => {
    const { name, resource } = spec;
    if (resource === undefined || names.indexOf(name) === names.lastIndexOf(name)) return spec;
    const [section, key] = resource;
    const own = [key, `${name}-${key}`].find((one) => !taken.has(one)) ?? `${section}-${name}-${key}`;
    taken.add(own);
    return { ...spec, name: own };
  });
}

/** The name of a folder, as file systems compare it that ignore case. */
const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** Throws a `UsageError` if the folder of a function is that of another one where file systems ignore case. */
function checkName({ name }: FunctionSpec, all: readonly FunctionSpec[]): void {
  const other = all.find((one) => one.name !== name && folded(one.name) === folded(name));
  if (other === undefined) return;
  throw new UsageError(
    `${name}: its folder is also that of ${other.name} on Windows and macOS, where names of files ignore case. Change ` +
      'functionName of one of them',
  );
}

async function buildOne(
  spec: FunctionSpec,
  settings: BuildSettings,
  typescript: TypeScriptOutput,
  kind: CacheKind | undefined,
): Promise<BuiltFunction> {
  const bundled = await bundleFunction(spec, { ...settings, codeCache: kind === 'code' }, typescript);
  const { code, folder } = bundled;
  if (code !== undefined) {
    const cache = await writeCodeCache(bundled, code, { folder, deployedFolder: codeFolder(), load: settings.load });
    // V8 takes the names of files from the cache, so the copy that is measured has one of its own.
    const prepare = (copy: string): Promise<unknown> =>
      writeCodeCache(bundled, code, { folder: copy, deployedFolder: copy, load: settings.load });
    const load = settings.load ? await measureLoad(bundled, typescript, prepare) : undefined;
    return { bundled, size: sizeOf(bundled), load, cache };
  }
  const load = settings.load ? await measureLoad(bundled, typescript) : undefined;
  const cache = kind === 'node' ? await writeCompileCache(bundled) : undefined;
  return { bundled, size: sizeOf(bundled), load, cache };
}

/** The kind of the cache of each function. Of several functions, those that can have one get one. */
function cacheKinds(specs: readonly FunctionSpec[]): (spec: FunctionSpec) => CacheKind | BundleError {
  const kinds = new Map<FunctionSpec, CacheKind | BundleError>();
  for (const spec of specs) {
    try {
      kinds.set(spec, cacheKindOf(spec));
    } catch (error) {
      kinds.set(spec, error as BundleError);
    }
  }
  return (spec) => kinds.get(spec)!;
}

/**
 * Builds functions, each into a folder of its own, and writes `s.built.yaml` if they are from an `s.yaml`. A function
 * that cannot be built does not keep the others from being built.
 */
export async function buildFunctions(found: readonly FunctionSpec[], settings: BuildSettings): Promise<BuildResult> {
  const yaml = found[0]!.file;
  const isYaml = /\.ya?ml$/.test(extname(yaml)) && existsSync(yaml);
  const all = isYaml ? withOwnNames(readServerlessDevs(yaml)) : found;
  const wanted = isYaml ? all.filter((spec) => found.some((one) => keyOf(one) === keyOf(spec))) : found;
  const specs = wanted.filter(isNodeFunction);
  const skipped = wanted.filter((spec) => !specs.includes(spec));
  if (specs.length === 0) throw new UsageError(skippedNote(skipped));
  forgetProjects();
  const typescript = new TypeScriptOutput();
  const built: BuiltFunction[] = [];
  const kindOf = cacheKinds(specs);
  const canCache = specs.some((spec) => typeof kindOf(spec) === 'string');
  const failed: FailedFunction[] = [];
  const uncached = new Map<FunctionSpec, BundleError>();
  for (const spec of specs) {
    try {
      checkName(spec, all.filter(isNodeFunction));
      const kind = settings.compileCache ? kindOf(spec) : undefined;
      if (kind instanceof BundleError) {
        if (!canCache) throw kind;
        uncached.set(spec, kind);
      }
      const cacheKind = kind instanceof BundleError ? undefined : kind;
      try {
        built.push(await buildOne(spec, settings, typescript, cacheKind));
      } catch (error) {
        // That this code cannot have one is known only now.
        if (specs.length === 1 || !(error instanceof BundleError) || error.code !== 'NO_COMPILE_CACHE') throw error;
        uncached.set(spec, error);
        built.push(await buildOne(spec, settings, typescript, undefined));
      }
    } catch (error) {
      if (isUsageError(error)) {
        failed.push({ spec, code: 'BUNDLE_FAILED', message: `[BUNDLE_FAILED] ${error.message}` });
      } else if (error instanceof BundleError) failed.push({ spec, code: error.code, message: error.message });
      else throw error;
    }
  }
  const changes = built.map(({ bundled: { spec, folder }, cache }): BuiltSettings => ({
    spec,
    folder: resolve(folder),
    env: cache?.env ?? {},
  }));
  const others = all.filter((spec) => !wanted.includes(spec) && isNodeFunction(spec));
  const earlier = isYaml ? builtBefore(yaml, others, settings.outDir) : [];
  const fromSources = others.filter((spec) => !earlier.some((one) => one.spec === spec));
  const isWritten = isYaml && (built.length > 0 || existsSync(builtPath(yaml)));
  const notes = [
    ...(skipped.length > 0 ? [skippedNote(skipped)] : []),
    ...(isWritten && earlier.length > 0
      ? [`deployed as built before: ${namesOf(earlier.map(({ spec }) => spec))}`]
      : []),
    ...(isWritten && fromSources.length > 0 ? [`deployed from the sources, not built: ${namesOf(fromSources)}`] : []),
    ...(isWritten && failed.length > 0
      ? [`deployed from the sources, because the build failed: ${namesOf(failed.map(({ spec }) => spec))}`]
      : []),
    ...(failed.length === 0 ? unusedExternals(settings.external, built) : []),
    ...uncachedNotes(built, uncached),
    ...preparationNotes(built.map(({ bundled }) => bundled.spec)),
  ];
  const written = isWritten ? relative('.', writeBuiltYaml(yaml, [...earlier, ...changes])) : undefined;
  return { built, failed, notes, yaml: written };
}

const keyOf = ({ resource }: FunctionSpec): string => String(resource);
const namesOf = (specs: readonly FunctionSpec[]): string => specs.map(({ name }) => name).join(', ');
const skippedNote = (specs: readonly FunctionSpec[]): string =>
  `not built, because they do not run on Node.js: ${specs.map(({ name, runtime }) => `${name} (${runtime})`).join(', ')}`;

/** Notes for the functions that were built without a compile cache. */
function uncachedNotes(built: readonly BuiltFunction[], reasons: ReadonlyMap<FunctionSpec, BundleError>): string[] {
  return built.flatMap(({ bundled: { spec } }) => {
    const reason = reasons.get(spec);
    return reason === undefined ? [] : [`built without a compile cache: ${reason.message}`];
  });
}

/** Notes for the commands that `s deploy` runs after the build. */
function preparationNotes(specs: readonly FunctionSpec[]): string[] {
  const commands = new Set(specs.flatMap(({ preparations = [] }) => preparations));
  return [...commands].map(
    (command) => `s deploy runs "${command}" after this build: what it changes in the code is not deployed`,
  );
}

/** Notes for the packages of --external that no built module imports by name. */
function unusedExternals(names: readonly string[], built: readonly BuiltFunction[]): string[] {
  const imported = built.flatMap(({ bundled }) =>
    Object.values(bundled.metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  );
  return names
    .filter((name) => !imported.some((path) => isExternal(path, name)))
    .map((name) => `--external ${name}: no module imports it by this name`);
}
