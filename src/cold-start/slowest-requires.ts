import Module from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { codeFolder } from '../config/config';
import { ATTR_FC_TRACED_OWN_MILLISECONDS } from '../semconv';
import { firstModuleAt } from './first-module';
import { isBareSpecifier, isOwnFile, moduleName, packageOf } from './module-name';
import type { Phase } from './phases';

/** A `require` that took less, in milliseconds, is not kept: in most cases its module was loaded already. */
const MIN_MILLIS = 0.5;

type Load = (
  this: unknown,
  request: string,
  parent: { readonly filename?: string | null } | undefined,
  ...rest: unknown[]
) => unknown;

/** One `require`. Times are in milliseconds on the clock of `performance.now()`. */
interface Require {
  readonly request: string;
  readonly requiredBy: string | undefined;
  readonly start: number;
  /** The `require` during which it happened. */
  readonly parent: Require | undefined;
  /** Whether it loads a package, whose own files count as a part of it. */
  readonly isPackage: boolean;
  end: number;
  /** The time that nested `require`s took. */
  nestedMillis: number;
}

const ownMillis = ({ start, end, nestedMillis }: Require): number => end - start - nestedMillis;

/**
 * The entry module of this package while it is loading: the first of its modules. It is in the folder of this file, or
 * in the one above. A bundle has none, and its `require` may have no usable cache.
 */
function findEntryModule(): { readonly loaded: boolean } | undefined {
  try {
    const folders = [__dirname, path.dirname(__dirname)];
    return Object.values(require.cache).find(
      (module) => module?.loaded === false && folders.includes(path.dirname(module.filename)),
    );
  } catch {
    return undefined;
  }
}

/**
 * Records `require` calls and keeps the `count` modules that took longest by themselves. A package with all of its
 * files is one module; so is each file of the program. Node.js has no public hook for this, so `Module._load` is
 * replaced until `stop`.
 */
export class RequireRecorder {
  private readonly module = Module as unknown as { _load: Load };
  private readonly original = this.module._load;
  private readonly replacement: Load;
  /** Whether `Module._load` could be replaced. If not, nothing is recorded. */
  readonly isSupported: boolean;
  private readonly folder = codeFolder();
  private readonly slowest: Require[] = [];
  /** The `require` of this package, which began before this recorder was created. */
  private readonly ownPackage: Require = {
    request: 'fc-traced',
    requiredBy: undefined,
    start: firstModuleAt(),
    parent: undefined,
    isPackage: true,
    end: performance.now(),
    nestedMillis: 0,
  };
  private readonly entryModule = findEntryModule();
  private innermost: Require | undefined = this.ownPackage;
  private isStopped = false;

  constructor(private readonly count: number) {
    const { original, enter, leave } = this;
    // `arguments`: other versions of Node.js may pass more.
    this.replacement = function (this: unknown, request, parent) {
      const entered = enter(request, parent?.filename ?? undefined);
      try {
        return Reflect.apply(original, this, arguments) as unknown;
      } finally {
        leave(entered);
      }
    };
    this.isSupported = typeof original === 'function' && Reflect.set(this.module, '_load', this.replacement);
  }

  /** Stops recording and restores `Module._load`, unless other code has replaced it since. */
  stop(): void {
    if (this.isStopped) return;
    if (this.innermost === this.ownPackage) this.close(this.ownPackage);
    this.isStopped = true;
    if (this.module._load === this.replacement) this.module._load = this.original;
  }

  /** The slowest modules as phases. Each is a child of the nearest of them that required it. */
  phases(): readonly Phase[] {
    const childrenOf = (parent: Require | undefined): Phase[] =>
      this.slowest
        .filter((required) => this.nearestKept(required.parent) === parent)
        .sort((a, b) => a.start - b.start)
        .map((required) => ({
          name: `require ${moduleName(required.request, required.requiredBy, this.folder)}`,
          start: required.start,
          end: required.end,
          attributes: { [ATTR_FC_TRACED_OWN_MILLISECONDS]: Math.round(ownMillis(required) * 1e3) / 1e3 },
          children: childrenOf(required),
        }));
    return this.isSupported ? childrenOf(undefined) : [];
  }

  private readonly enter = (request: unknown, requiredBy: string | undefined): Require | undefined => {
    if (this.isStopped || typeof request !== 'string') return undefined;
    if (this.innermost === this.ownPackage && this.entryModule?.loaded !== false) this.close(this.ownPackage);
    const parent = this.innermost;
    if (
      parent?.isPackage === true &&
      !isBareSpecifier(request) &&
      !(path.isAbsolute(request) && isOwnFile(request, this.folder))
    ) {
      return undefined;
    }
    const isPackage = isBareSpecifier(request) || packageOf(request) !== undefined;
    this.innermost = { request, requiredBy, start: performance.now(), parent, isPackage, end: 0, nestedMillis: 0 };
    return this.innermost;
  };

  private readonly leave = (required: Require | undefined): void => {
    if (this.isStopped) return;
    if (required !== undefined) {
      required.end = performance.now();
      this.close(required);
    }
    if (this.innermost === this.ownPackage) this.ownPackage.end = performance.now();
  };

  /** Adds the time of a `require` to its parent, and keeps it if it is one of the slowest. */
  private close(required: Require): void {
    this.innermost = required.parent;
    if (required.parent !== undefined) required.parent.nestedMillis += required.end - required.start;
    if (ownMillis(required) < MIN_MILLIS) return;
    this.slowest.push(required);
    this.slowest.sort((a, b) => ownMillis(b) - ownMillis(a));
    this.slowest.length = Math.min(this.slowest.length, this.count);
  }

  private nearestKept(required: Require | undefined): Require | undefined {
    return required === undefined || this.slowest.includes(required) ? required : this.nearestKept(required.parent);
  }
}
