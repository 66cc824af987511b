import Module from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { codeFolder } from '../config/config';
import { ATTR_FC_TRACED_OWN_MILLISECONDS } from '../semconv';
import { firstModuleAt } from './first-module';
import { isBare, isOwnFile, moduleName, packageOf } from './module-name';
import type { Phase } from './phases';

/** A module that was found already loaded takes less, in milliseconds. */
const LEAST = 0.5;

type Load = (
  this: unknown,
  request: string,
  parent: { readonly filename?: string | null } | undefined,
  ...rest: unknown[]
) => unknown;

/** One `require` that is under way, or is over. */
interface Required {
  readonly request: string;
  readonly requiredBy: string | undefined;
  readonly began: number;
  /** The require inside of which it happened. */
  readonly above: Required | undefined;
  /** Whether the files it loads are a package's, and so part of it. */
  readonly isPackage: boolean;
  ended: number;
  /** What of it went to further ones. */
  nestedMillis: number;
}

const ownMillis = ({ began, ended, nestedMillis }: Required): number => ended - began - nestedMillis;

/** The file of this package that is being loaded, as Node.js knows it. A bundle has none, and in its place there can be anything: a `require` without cache, modules without names. */
function findDoor(): { readonly loaded: boolean } | undefined {
  try {
    return Object.values(require.cache).find(
      (module) => module?.loaded === false && path.dirname(module.filename) === path.dirname(__dirname),
    );
  } catch {
    return undefined;
  }
}

/**
 * Looks on while modules are loaded, and keeps the `count` that took longest by themselves. A package with all of its files is one; each
 * file of the program is one. Node.js has no other way to see this than `Module._load`, which is put back at the end.
 */
export class RequireWatch {
  private readonly module = Module as unknown as { _load: Load };
  private readonly original = this.module._load;
  private readonly replaced: Load;
  private readonly folder = codeFolder();
  private readonly kept: Required[] = [];
  /** This package, whose loading began before anybody looked on. */
  private readonly ourselves: Required = {
    request: 'fc-traced',
    requiredBy: undefined,
    began: firstModuleAt,
    above: undefined,
    isPackage: true,
    ended: performance.now(),
    nestedMillis: 0,
  };
  /** The file that the program required to get it, while it is at that. */
  private readonly door = findDoor();
  private innermost: Required | undefined = this.ourselves;
  private isOver = false;

  constructor(private readonly count: number) {
    const { original, enter, leave } = this;
    // `arguments`: what other versions of Node.js pass further goes through as it is.
    this.replaced = function (this: unknown, request, parent) {
      const entered = enter(request, parent?.filename ?? undefined);
      try {
        return Reflect.apply(original, this, arguments) as unknown;
      } finally {
        leave(entered);
      }
    };
    this.module._load = this.replaced;
  }

  /** Ends the watch: Node.js loads modules by itself again, unless somebody wrapped it once more. */
  stop(): void {
    if (this.isOver) return;
    if (this.innermost === this.ourselves) this.close(this.ourselves);
    this.isOver = true;
    if (this.module._load === this.replaced) this.module._load = this.original;
  }

  /** The slowest modules, each below the next of them that required it. */
  phases(): readonly Phase[] {
    const below = (above: Required | undefined): Phase[] =>
      this.kept
        .filter((required) => this.keptAbove(required) === above)
        .sort((a, b) => a.began - b.began)
        .map((required) => ({
          name: `require ${moduleName(required.request, required.requiredBy, this.folder)}`,
          began: required.began,
          ended: required.ended,
          attributes: { [ATTR_FC_TRACED_OWN_MILLISECONDS]: Math.round(ownMillis(required) * 1e3) / 1e3 },
          within: below(required),
        }));
    return below(undefined);
  }

  private readonly enter = (request: unknown, requiredBy: string | undefined): Required | undefined => {
    if (this.isOver || typeof request !== 'string') return undefined;
    if (this.innermost === this.ourselves && this.door?.loaded !== false) this.close(this.ourselves);
    const above = this.innermost;
    if (
      above?.isPackage === true &&
      !isBare(request) &&
      !(path.isAbsolute(request) && isOwnFile(request, this.folder))
    ) {
      return undefined;
    }
    const isPackage = isBare(request) || packageOf(request) !== undefined;
    this.innermost = { request, requiredBy, began: performance.now(), above, isPackage, ended: 0, nestedMillis: 0 };
    return this.innermost;
  };

  private readonly leave = (required: Required | undefined): void => {
    if (this.isOver) return;
    if (required !== undefined) {
      required.ended = performance.now();
      this.close(required);
    }
    if (this.innermost === this.ourselves) this.ourselves.ended = performance.now();
  };

  /** What it took is taken off from the one around it; the slowest are kept. */
  private close(required: Required): void {
    this.innermost = required.above;
    if (required.above !== undefined) required.above.nestedMillis += required.ended - required.began;
    if (ownMillis(required) < LEAST) return;
    this.kept.push(required);
    this.kept.sort((a, b) => ownMillis(b) - ownMillis(a));
    this.kept.length = Math.min(this.kept.length, this.count);
  }

  private keptAbove({ above }: Required): Required | undefined {
    return above === undefined || this.kept.includes(above) ? above : this.keptAbove(above);
  }
}
