import type { InstrumentationModuleDefinition, InstrumentationModuleFile } from '@opentelemetry/instrumentation';
import path from 'node:path';
import { warnOnce } from '../diagnostics';

export type ModuleDefinition = InstrumentationModuleDefinition;
export type ModuleFile = InstrumentationModuleFile;

// Private members of the official instrumentations. test/internals/instrumentation.test.ts checks that they exist in
// the installed versions.

/** Logs once that a package lacks a member that is used here although it is not public. */
export function warnOfMissing(packageName: string, member: string, lost: string): void {
  warnOnce(`this version of ${packageName} has no ${member}, which fc-traced uses: ${lost}`);
}

/**
 * The private members of `InstrumentationBase` that are used: the modules that it patches, and the method that patches
 * a loaded module. That method checks versions and stores what `disable()` reverts.
 */
export interface ModulePatcher {
  readonly _modules: ModuleDefinition[];
  _onRequire(definition: ModuleDefinition, exports: unknown, name: string, folder?: string): unknown;
}

function isModulePatcher(value: unknown): value is ModulePatcher {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray(Reflect.get(value, '_modules')) &&
    typeof Reflect.get(value, '_onRequire') === 'function'
  );
}

/**
 * The parts of an instrumentation that patch modules: itself, and the instrumentations in its properties. That of redis
 * consists of one for each generation of the library.
 */
export function modulePatchersOf(instrumentation: object): ModulePatcher[] {
  return [instrumentation, ...(Object.values(instrumentation) as unknown[])].filter(isModulePatcher);
}

/** The modules that an instrumentation patches. */
export function definitionsOf(instrumentation: object): ModuleDefinition[] {
  return modulePatchersOf(instrumentation).flatMap(({ _modules }) => _modules);
}

/**
 * The definition by which an official instrumentation patches a library. If it has only others, logs once what is lost
 * and returns `undefined`. If it has none at all, `registerInstrumentations` logs that.
 */
export function definitionOf(
  instrumentation: { readonly instrumentationName: string },
  library: string,
  lost: string,
): ModuleDefinition | undefined {
  const definitions = definitionsOf(instrumentation);
  const found = definitions.find(({ name }) => name === library);
  if (found === undefined && definitions.length > 0) {
    warnOfMissing(instrumentation.instrumentationName, `definition of ${library} in _modules`, lost);
  }
  return found;
}

/** A private file of a library that fc-traced patches in addition to those of the instrumentation. */
interface AdditionalFile extends ModuleFile {
  readonly isAdditional: true;
}

/**
 * Describes a private file of a library to patch in place. Logs once what is lost if `patch` throws, or if the library
 * no longer has the file, which is reported by exports that are `undefined`.
 */
export function moduleFile(
  name: string,
  supportedVersions: string[],
  lost: string,
  patch: (exports: unknown, version?: string) => void,
): AdditionalFile {
  return {
    isAdditional: true,
    name: path.normalize(name),
    supportedVersions,
    patch: (exports, version) => {
      try {
        if (exports === undefined) throw new TypeError('the file does not exist');
        patch(exports, version);
      } catch {
        warnOnce(`${name} of version ${version} is not built as fc-traced expects: ${lost}`);
      }
      return exports;
    },
    unpatch: () => {},
  };
}

export function isAdditional(file: ModuleFile): boolean {
  return 'isAdditional' in file;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
/** The signature of the private `_get…Patch` methods. The function that they return creates the traced method. */
type GetPatch = () => (original: Method) => Method;

/**
 * Makes a method that an instrumentation patches receive a copy of its first argument, because some patches write to
 * it. If `copy` throws or returns `undefined`, the original method is called untraced.
 *
 * @param member the private method of the instrumentation that creates the patch
 * @param lost what is lost if the instrumentation has no such method
 */
export function copyFirstArgument(
  instrumentation: { readonly instrumentationName: string },
  member: string,
  lost: string,
  copy: (argument: unknown) => unknown,
): void {
  const getPatch: unknown = Reflect.get(instrumentation, member);
  if (typeof getPatch !== 'function') return warnOfMissing(instrumentation.instrumentationName, member, lost);
  const replacement: GetPatch = () => {
    const patch = Reflect.apply(getPatch as GetPatch, instrumentation, []);
    return (original) => {
      const traced = patch(original);
      return function withCopy(this: unknown, ...args: unknown[]): unknown {
        const copied = tryToCopy(copy, args[0]);
        return copied === undefined ? original.apply(this, args) : traced.call(this, copied, ...args.slice(1));
      };
    };
  };
  Reflect.set(instrumentation, member, replacement);
}

function tryToCopy(copy: (argument: unknown) => unknown, argument: unknown): unknown {
  try {
    return copy(argument);
  } catch {
    return undefined;
  }
}
