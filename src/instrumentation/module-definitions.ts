import type { InstrumentationModuleDefinition, InstrumentationModuleFile } from '@opentelemetry/instrumentation';
import path from 'node:path';

export type ModuleDefinition = InstrumentationModuleDefinition;
export type ModuleFile = InstrumentationModuleFile;

/**
 * The members of OpenTelemetry's InstrumentationBase that are used here although they are not public: what it patches, and its
 * own way of doing so when a module has been loaded, which looks at versions and keeps what `disable()` takes back.
 */
export interface PatchingPart {
  readonly _modules: ModuleDefinition[];
  _onRequire(definition: ModuleDefinition, exports: unknown, name: string, folder?: string): unknown;
}

function isPatchingPart(value: unknown): value is PatchingPart {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray(Reflect.get(value, '_modules')) &&
    typeof Reflect.get(value, '_onRequire') === 'function'
  );
}

/** What of an instrumentation patches modules: itself, and those that it is made of, as that of redis is of one for each generation. */
export function patchingPartsOf(instrumentation: object): PatchingPart[] {
  return [instrumentation, ...(Object.values(instrumentation) as unknown[])].filter(isPatchingPart);
}

/** The definition of a library in an instrumentation. Throws where there is none: the instrumentation is of a version that is not known. */
export function definitionOf(instrumentation: object, library: string): ModuleDefinition {
  for (const { _modules } of patchingPartsOf(instrumentation)) {
    const found = _modules.find(({ name }) => name === library);
    if (found !== undefined) return found;
  }
  throw new Error(`it has no definition of ${library}`);
}

/** A further file of a library to be patched, as `@opentelemetry/instrumentation` describes one. */
export function moduleFile(
  name: string,
  supportedVersions: string[],
  patch: (exports: unknown, version?: string) => void,
): ModuleFile {
  return {
    name: path.normalize(name),
    supportedVersions,
    patch: (exports, version) => {
      patch(exports, version);
      return exports;
    },
    unpatch: () => {},
  };
}
