import { createRequire, isBuiltin, syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { warnOnce } from '../diagnostics';
import { loadedFilesOf, programRequire, reachOf, versionIn } from './loaded-files';
import type { LoadedFile } from './loaded-files';
import { patchingPartsOf } from './module-definitions';
import type { ModuleDefinition, PatchingPart } from './module-definitions';

/** Replaced by kafkajs' instrumentation to learn the id of the cluster, and nothing else is missing where that comes too late. */
const NO_LOSS = new Set(['kafkajs/src/producer/index.js', 'kafkajs/src/consumer/index.js'].map(path.normalize));

/** Libraries without which an instrumentation is still of use: Node's own `fetch` needs no package. */
const DISPENSABLE = new Set(['undici']);

const REMEDY =
  'make the instrumentation before the library is imported, in a file that the program imports first or that is preloaded with node --require, and give the object to the option instrumentations';

/** Whether a definition has been applied to what a module exports. */
function isApplied({ moduleExports, files }: ModuleDefinition, exports: unknown): boolean {
  return moduleExports === exports || files.some((file) => file.moduleExports === exports);
}

/**
 * Patches in place what was loaded before the instrumentation was enabled, as its own hook would have done.
 *
 * To require a loaded file once more leads through that hook, which remembers it, so it is patched once only. Where another
 * instrumentation's hook was asked for the file before, the hook remembers it as done; then the instrumentation is asked itself.
 */
function patchFile(
  part: PatchingPart,
  definition: ModuleDefinition,
  { file, name, folder }: LoadedFile,
): 'patched' | 'replaced' | 'unsupported' {
  const exports: unknown = programRequire().cache[file]?.exports;
  // The instrumentation's own hook was there when the program loaded it.
  if (isApplied(definition, exports)) return 'patched';
  let patched: unknown = createRequire(file)(file);
  if (!isApplied(definition, exports)) patched = part._onRequire(definition, exports, name, folder);
  if (!isApplied(definition, exports)) return 'unsupported';
  return patched === exports || NO_LOSS.has(name) ? 'patched' : 'replaced';
}

function patchBuiltin(part: PatchingPart, definition: ModuleDefinition): void {
  const exports: unknown = programRequire()(definition.name);
  if (!isApplied(definition, exports)) part._onRequire(definition, exports, definition.name);
  // Those who imported a function by its name see the patched one from now on.
  syncBuiltinESMExports();
}

/** Patches what the program loaded before `instrumentation` was enabled. What cannot be patched any more is told. Throws nothing of a library. */
export function patchLoadedModules(instrumentation: object, label: string): void {
  const found: string[] = [];
  const unsupported: string[] = [];
  let isPatched = false;
  const definitions = patchingPartsOf(instrumentation).flatMap((part) =>
    part._modules.map((definition) => ({ part, definition })),
  );
  for (const { part, definition } of definitions) {
    if (isBuiltin(definition.name)) {
      patchBuiltin(part, definition);
      isPatched = true;
      continue;
    }
    for (const loaded of loadedFilesOf(definition)) {
      found.push(loaded.name);
      const outcome = tryToPatch(part, definition, loaded);
      if (outcome === 'late') {
        warnOnce(
          `the instrumentation ${label} came too late for ${loaded.name}, which is loaded and cannot be changed any more: ${REMEDY}`,
        );
      }
      if (outcome === 'unsupported') {
        unsupported.push(
          `${definition.name} ${versionIn(loaded.folder)} (it knows ${definition.supportedVersions.join(', ')})`,
        );
      } else isPatched = true;
    }
  }
  if (!isPatched && unsupported.length > 0) {
    warnOnce(
      `the instrumentation ${label} does not know the version that is loaded: ${[...new Set(unsupported)].join('; ')}`,
    );
  }
  if (definitions.length > 0 && found.length === 0 && !isPatched) {
    tellOfAbsence(
      label,
      definitions.map(({ definition }) => definition.name),
    );
  }
}

function tryToPatch(
  part: PatchingPart,
  definition: ModuleDefinition,
  loaded: LoadedFile,
): 'patched' | 'late' | 'unsupported' {
  try {
    const outcome = patchFile(part, definition, loaded);
    return outcome === 'replaced' ? 'late' : outcome;
  } catch {
    return 'late';
  }
}

/** Nothing is loaded yet: fine where it can still be. */
function tellOfAbsence(label: string, libraries: string[]): void {
  if (libraries.every((library) => DISPENSABLE.has(library))) return;
  const reaches = libraries.map(reachOf);
  if (reaches.includes('require')) return;
  const name = libraries[reaches.indexOf('import')];
  if (name === undefined) {
    warnOnce(
      `the instrumentation ${label} finds no package ${libraries.join(', ')}: where it is part of a bundle it cannot be patched, so leave it out there (esbuild: --external:${libraries[0]!})`,
    );
  } else {
    warnOnce(
      `the instrumentation ${label} cannot patch ${name}, which is an ES module: start Node.js with a loader hook, --import of a file that calls register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)`,
    );
  }
}
