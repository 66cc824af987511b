import { types } from 'node:util';
import type { DependencyContainer } from 'tsyringe';
import { activeInvocation } from '../tracing/context/active-context';
import type { Invocation } from '../tracing/context/invocation';
import { injectedDeadline, valuesForSingletons } from './child-container';
import type { InvocationValues } from './child-container';
import { addDisposablesToOwner, classNameOf, nameOfRegistration, releaseDisposable } from './tsyringe-internals';
import type { Registration } from './tsyringe-internals';

/** An object with an object of one invocation, or that object itself. */
interface Owned {
  /** A symbol for the invocation, which does not keep its objects alive. */
  readonly owner: symbol;
  /** What belongs to the invocation, for error messages. */
  readonly name: string;
}

/** A construction or a factory that is running, or has run. */
interface Frame {
  /** The frame of the factory that decides how long the objects that are constructed in this frame live. */
  factory: Frame | undefined;
  /** What of the invocation has been resolved in it. */
  used: string | undefined;
  /** The disposable objects that were constructed in it for a factory. */
  released: object[];
}

/** An object that a factory returned. */
interface Returned {
  readonly owner: symbol;
  readonly frame: Frame;
}

/** Of all handlers, as factories can be shared between them. */
const owned = new WeakMap<object, Owned>();
const returned = new WeakMap<object, Returned>();

/** The limit of properties of an object that are searched for objects of another invocation. */
const MAX_PROPERTIES = 100;

/**
 * Tracks which objects belong to an invocation. A factory may keep what it resolves and return it in other invocations,
 * which cannot be known when it is first called. So the objects that are constructed for it are not disposed of with
 * the invocation, its event and context are proxies, and an object that it returns again must not contain one that
 * belongs to another invocation.
 */
export class InvocationObjects implements InvocationValues {
  private readonly owner = Symbol('invocation');
  private readonly frames: Frame[] = [];
  /** The factories for which `delay` postponed a resolution, by the context of that resolution. */
  private postponed: WeakMap<object, Frame> | undefined;

  /** Of the invocation, which forgets them at its end. */
  private readonly fcContext: unknown;
  private readonly fcEvent: unknown;

  constructor(private readonly invocation: Invocation) {
    this.fcContext = invocation.context;
    this.fcEvent = invocation.event;
  }

  /** The value of FC_CONTEXT. */
  get context(): unknown {
    const context = this.fcContext;
    return this.valueOf(
      'FC_CONTEXT',
      context,
      valuesForSingletons.context,
      typeof context === 'object' && context !== null,
    );
  }

  /** The value of FC_EVENT. */
  get event(): unknown {
    const event = this.fcEvent;
    return this.valueOf('FC_EVENT', event, valuesForSingletons.event, isPlainObject(event));
  }

  /** The value of DEADLINE. */
  get deadline(): unknown {
    return this.valueOf('DEADLINE', injectedDeadline(this.invocation), valuesForSingletons.deadline, true);
  }

  /** Whether another invocation is running: then something kept the container of this one. */
  isOfAnother(): boolean {
    const running = activeInvocation();
    return running !== undefined && running !== this.invocation;
  }

  /** Resolves an object that belongs to this invocation. */
  resolveOwned(name: string, registration: Registration, context: object, resolve: () => unknown): unknown {
    const { result } = this.inFrame(undefined, resolve);
    // An alias may lead to an object that does not belong to the invocation.
    if (isObject(result) && classNameOf(registration) !== undefined) owned.set(result, { owner: this.owner, name });
    const frame = this.frames.at(-1) ?? this.postponed?.get(context);
    if (frame !== undefined) frame.used ??= name;
    return result;
  }

  /** Constructs an object in the container of this invocation. */
  trackConstruction(container: DependencyContainer, context: object, make: () => unknown): unknown {
    const outer = this.frames.at(-1) ?? this.postponed?.get(context);
    const factory = outer?.factory;
    const { result, frame } = this.inFrame(factory, make);
    if (!isObject(result)) return result;
    if (types.isProxy(result)) {
      // `delay` resolves when its proxy is first used.
      if (factory !== undefined) (this.postponed ??= new WeakMap()).set(context, factory);
      return result;
    }
    if (frame.used !== undefined) {
      owned.set(result, { owner: this.owner, name: frame.used });
      if (outer !== undefined) outer.used ??= frame.used;
    }
    if (factory !== undefined && releaseDisposable(container, result)) factory.released.push(result);
    return result;
  }

  /**
   * Calls a factory that may keep what it resolves. Throws CAPTIVE_DEPENDENCY if it returns an object of another
   * invocation.
   */
  callFactory(container: DependencyContainer, registration: Registration, call: () => unknown): unknown {
    const { result, frame } = this.inFrame('itself', call);
    const outer = this.frames.at(-1);
    if (outer !== undefined) {
      outer.used ??= frame.used;
      outer.factory?.released.push(...frame.released);
    }
    if (!isObject(result)) return result;
    const before = returned.get(result);
    const isKept = before !== undefined && before.owner !== this.owner;
    const held = this.heldOfAnother(result) ?? (isKept && frame.used === undefined ? before.frame.used : undefined);
    if (held !== undefined) throw captive().captiveInFactory(nameOfRegistration(container, registration), held);
    if (before === undefined) returned.set(result, { owner: this.owner, frame });
    else if (isKept) {
      addDisposablesToOwner(container, registration, before.frame.released);
      before.frame.released = [];
    }
    return result;
  }

  private valueOf(name: string, value: unknown, proxy: unknown, isProxied: boolean): unknown {
    const isOfAnother = this.isOfAnother();
    if (!isOfAnother && this.frames.at(-1)?.factory === undefined) return value;
    if (isProxied) return proxy;
    if (isOfAnother) throw captive().captiveContainer(name);
    this.frames.at(-1)!.used ??= name;
    return value;
  }

  /** The name of what an object contains of another invocation, if anything. */
  private heldOfAnother(object: object): string | undefined {
    const find = (value: unknown): string | undefined => {
      const found = isObject(value) ? owned.get(value) : undefined;
      return found === undefined || found.owner === this.owner ? undefined : found.name;
    };
    const found = find(object);
    if (found !== undefined || types.isProxy(object)) return found;
    for (const key of Object.keys(object).slice(0, MAX_PROPERTIES)) {
      const inner = find(Reflect.getOwnPropertyDescriptor(object, key)?.value);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }

  private inFrame(factory: Frame | 'itself' | undefined, work: () => unknown): { result: unknown; frame: Frame } {
    const frame: Frame = { factory: undefined, used: undefined, released: [] };
    frame.factory = factory === 'itself' ? frame : factory;
    this.frames.push(frame);
    try {
      return { result: work(), frame };
    } finally {
      this.frames.pop();
    }
  }
}

/** Loaded for an error. */
function captive(): typeof import('./captive-dependency') {
  return require('./captive-dependency') as typeof import('./captive-dependency');
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether a value is an object literal, for which a proxy behaves like the value itself. */
export function isPlainObject(value: unknown): boolean {
  return isObject(value) && Reflect.getPrototypeOf(value) === Object.prototype;
}
