import { createRequire, isBuiltin, syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { warnOfLoss } from '../diagnostics';
import { loadedFilesOf, missingFilesOf, programRequire, resolvableBy, versionIn } from './loaded-files';
import type { LoadedFile } from './loaded-files';
import { modulePatchersOf } from './module-definitions';
import type { ModuleDefinition, ModulePatcher } from './module-definitions';

/** kafkajs' instrumentation replaces the exports of these files only to learn the id of the cluster. */
const REPLACED_WITHOUT_LOSS = new Set(
  ['kafkajs/src/producer/index.js', 'kafkajs/src/consumer/index.js'].map(path.normalize),
);

/** Libraries that need not be installed: the instrumentation of undici also traces the `fetch` of Node.js. */
const OPTIONAL = new Set(['undici']);

const CREATE_EARLIER =
  'Create the instrumentation before the library is imported, in a file that the program imports first or that ' +
  'node --require preloads, and pass the object in the option instrumentations';

const USE_LOADER_HOOK =
  'start Node.js with --import FILE, where FILE calls ' +
  "register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)";

/** Whether a definition was applied to the exports of a module. */
function isApplied({ moduleExports, files }: ModuleDefinition, exports: unknown): boolean {
  return moduleExports === exports || files.some((file) => file.moduleExports === exports);
}

/**
 * Patches, in place, a file that was loaded before the instrumentation was enabled, as its own `require` hook would.
 *
 * Requiring a loaded file again calls that hook, which patches each file once. If another instrumentation's hook has
 * seen the file before, the hook skips it, and the instrumentation is called directly.
 */
function patchFile(
  patcher: ModulePatcher,
  definition: ModuleDefinition,
  { file, name, folder }: LoadedFile,
): 'patched' | 'replaced' | 'unsupported' {
  const exports: unknown = programRequire().cache[file]?.exports;
  // The instrumentation was enabled before the program loaded the file.
  if (isApplied(definition, exports)) return 'patched';
  let patched: unknown = createRequire(file)(file);
  if (!isApplied(definition, exports)) patched = patcher._onRequire(definition, exports, name, folder);
  if (!isApplied(definition, exports)) return 'unsupported';
  return patched === exports || REPLACED_WITHOUT_LOSS.has(name) ? 'patched' : 'replaced';
}

function patchBuiltin(patcher: ModulePatcher, definition: ModuleDefinition): void {
  const exports: unknown = programRequire()(definition.name);
  if (!isApplied(definition, exports)) patcher._onRequire(definition, exports, definition.name);
  // Updates functions that ES modules imported by name.
  syncBuiltinESMExports();
}

/**
 * Patches the modules that the program loaded before `instrumentation` was enabled. Logs once what cannot be patched.
 * Errors of libraries are caught.
 */
export function patchLoadedModules(instrumentation: object, label: string): void {
  const found: string[] = [];
  const unsupported: string[] = [];
  let isPatched = false;
  const definitions = modulePatchersOf(instrumentation).flatMap((patcher) =>
    patcher._modules.map((definition) => ({ patcher, definition })),
  );
  for (const { patcher, definition } of definitions) {
    if (isBuiltin(definition.name)) {
      patchBuiltin(patcher, definition);
      isPatched = true;
      continue;
    }
    for (const loaded of loadedFilesOf(definition)) {
      found.push(loaded.name);
      const outcome = tryToPatch(patcher, definition, loaded);
      if (outcome === 'late') {
        warnOfLoss(`the instrumentation ${label} cannot patch ${loaded.name}: it is already loaded. ${CREATE_EARLIER}`);
      }
      if (outcome === 'unsupported') {
        const supported = definition.supportedVersions.join(', ');
        unsupported.push(`${definition.name} ${versionIn(loaded.folder)} (supported: ${supported})`);
      } else isPatched = true;
    }
    // Calls the patch of a missing file with `undefined`, which logs what is lost, if the version is supported.
    for (const { name, folder } of missingFilesOf(definition)) {
      patcher._onRequire(definition, undefined, name, folder);
    }
  }
  if (!isPatched && unsupported.length > 0) {
    const versions = [...new Set(unsupported)].join('; ');
    warnOfLoss(`the instrumentation ${label} does not support the loaded version: ${versions}`);
  }
  if (definitions.length > 0 && found.length === 0 && !isPatched) {
    warnIfNotPatchable(
      label,
      definitions.map(({ definition }) => definition.name),
    );
  }
}

function tryToPatch(
  patcher: ModulePatcher,
  definition: ModuleDefinition,
  loaded: LoadedFile,
): 'patched' | 'late' | 'unsupported' {
  try {
    const outcome = patchFile(patcher, definition, loaded);
    return outcome === 'replaced' ? 'late' : outcome;
  } catch {
    return 'late';
  }
}

/** Logs if none of the libraries is loaded, and none can be patched when it is loaded later. */
function warnIfNotPatchable(label: string, libraries: string[]): void {
  if (libraries.every((library) => OPTIONAL.has(library))) return;
  const ways = libraries.map(resolvableBy);
  if (ways.includes('require')) return;
  const esModule = libraries[ways.indexOf('import')];
  if (esModule === undefined) {
    warnOfLoss(
      `the instrumentation ${label} cannot find a package ${libraries.join(' or ')}. If it is part of a bundle, ` +
        `it cannot be patched: exclude it from the bundle (esbuild: --external:${libraries[0]!})`,
    );
  } else {
    warnOfLoss(
      `the instrumentation ${label} cannot patch ${esModule}, which is an ES module, without a loader hook: ` +
        USE_LOADER_HOOK,
    );
  }
}
