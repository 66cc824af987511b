import { isError, isEventEmitter } from '../../realms';
import { activeContext, callIn } from '../context/active-context';
import { isAbortError } from './abort-error';
import type { FollowedCall } from './followed-call';
import { isNodeStream, watchStream } from './node-stream';
import { interceptMethods, returnsNewPromise } from './object-methods';
import type { ObjectMethod } from './object-methods';
import { followPromise, promiseEndStrategy } from './promise';
import { callThen, isThenCall } from './thenable';

type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** Methods that start the work, whatever they return. With a callback `(error, result)`, that ends the work. */
const STARTERS = new Set<PropertyKey>(['exec', 'execute', 'run', 'end', 'send', 'submit', 'asCallback', 'nodeify']);
/** Methods with which the consumer stops the work. */
const STOPPERS = new Set<PropertyKey>(['cancel', 'abort', 'destroy']);

/** The lazy objects in which a call continued, oldest first. */
const usesOf = new WeakMap<FollowedCall, LazyUse[]>();

/** The use of one lazy object. */
class LazyUse {
  /** Whether a method started the work. Its outcome is that of the call; methods that run later are part of it. */
  private isStarted = false;
  /** Whether a method is running whose outcome is observed. The methods that it calls are part of it. */
  private isInside = false;
  private isStopped = false;
  /** Whether a method returned the promise of the work. The method may await the object itself. */
  private hasPromise = false;

  constructor(
    private readonly object: object,
    private readonly call: FollowedCall,
  ) {
    const uses = usesOf.get(call);
    if (uses === undefined) usesOf.set(call, [this]);
    else uses.push(this);
  }

  /** Whether the program awaits the work. */
  get isAwaited(): boolean {
    return this.isStarted;
  }

  use(key: PropertyKey, original: ObjectMethod, self: unknown, args: unknown[]): unknown {
    if (this.call.isEnded || this.isInside) return Reflect.apply(original, self, args);
    if (this.hasPromise && key === 'then') return this.call.run(original, self, args);
    if (key === 'then') {
      return isThenCall(args) ? this.awaited(original, self, args) : Reflect.apply(original, self, args);
    }
    if (STOPPERS.has(key)) return this.stop(original, self, args);
    const callback = args[args.length - 1];
    if (typeof callback !== 'function') return this.start(key, original, self, args);
    if (key === 'catch' || key === 'finally' || STARTERS.has(key)) {
      const caller = activeContext();
      const observed: Callback = (...values) => {
        this.observe(key, values);
        return callIn(caller, callback as Callback, undefined, values);
      };
      if (STARTERS.has(key)) this.call.startWork();
      const result = this.call.run(original, self, [...args.slice(0, -1), observed]);
      return this.result(key, original, result);
    }
    // The callback is code of the consumer, so it must not run with the span active.
    return this.result(key, original, Reflect.apply(original, self, args));
  }

  private awaited(original: ObjectMethod, self: unknown, args: unknown[]): unknown {
    const { call } = this;
    this.startWork();
    return this.inside(() =>
      callThen(original, self, args, {
        run: (then, target, reactions) => call.run(then, target, reactions),
        fulfilled: (value) => this.settled(value),
        rejected: (error) => this.fail(error),
      }),
    );
  }

  /** Calls a method without a callback. It may start the work, or only describe it. */
  private start(key: PropertyKey, original: ObjectMethod, self: unknown, args: unknown[]): unknown {
    const isStarter = STARTERS.has(key);
    const result = this.inside(() => this.call.run(original, self, args), isStarter);
    const isOpen = typeof result === 'object' && result !== null;
    if (isStarter && !this.isStarted && !isOpen && !isEventEmitter(this.object)) {
      this.call.succeed(result);
      return result;
    }
    return this.result(key, original, result);
  }

  private stop(original: ObjectMethod, self: unknown, args: unknown[]): unknown {
    this.isStopped = true;
    const result = this.inside(() => this.call.run(original, self, args), false);
    // Work that has started may still end in another way.
    if (!this.isStarted) this.call.cancel();
    return result;
  }

  /** Follows the value that a method returned, if the work continues in it. */
  private result(key: PropertyKey, original: ObjectMethod, result: unknown): unknown {
    const { call, object } = this;
    if (typeof result !== 'object' || result === null || result === object || call.isEnded) return result;
    if (promiseEndStrategy.supports(result)) {
      if (this.isStarted) return result;
      this.startWork();
      this.hasPromise = true;
      // The promise of an async function is new, and so is that of `catch` and `finally`.
      const isFresh = key === 'catch' || key === 'finally' || returnsNewPromise(original);
      const observer = {
        settled: (value: unknown) => this.settled(value),
        fail: (error: unknown) => this.fail(error),
      };
      return followPromise(result, observer, isFresh);
    }
    const continued = this.isStarted ? undefined : call.continueWith(result);
    if (continued === undefined && STARTERS.has(key) && !this.isStarted) call.succeed(result);
    return continued ?? result;
  }

  /** Receives the arguments of a callback: of `catch` or `finally`, or of a method that starts the work. */
  private observe(key: PropertyKey, [first, second]: readonly unknown[]): void {
    if (key === 'finally') return;
    if (key === 'catch' || isError(first)) this.fail(first);
    else if (first === undefined || first === null) this.call.settled(second);
  }

  /** An object in which the call continued may await this one; the outcome of the last one that is awaited counts. */
  private settled(value: unknown): unknown {
    const uses = usesOf.get(this.call)!;
    const isLast = uses.findLast((use) => use.isStarted) === this;
    return isLast ? this.call.settled(value) : value;
  }

  /** An error after the consumer stopped the work can mean that it was cancelled. */
  private fail(error: unknown): void {
    if (this.isStopped && isAbortError(error)) this.call.cancel();
    else this.call.fail(error);
  }

  private startWork(): void {
    this.isStarted = true;
    this.call.startWork();
  }

  /** Calls `fn`. The methods of the object that it calls are not observed. */
  private inside(fn: () => unknown, endsWithError = true): unknown {
    this.isInside = true;
    try {
      return fn();
    } catch (error) {
      if (endsWithError) this.fail(error);
      throw error;
    } finally {
      this.isInside = false;
    }
  }
}

/**
 * Ends a call with a lazy object: one with its own `then`, such as a query builder, whose work starts when it is awaited
 * or when another of its methods starts it. The caller gets the same object, and nothing is started early. The work runs
 * with the span active, and the span ends when the work ends: with the promise, stream or iterator that the first such
 * method returns. A method that returns another lazy object continues the call with it.
 */
export function followLazyObject(object: object, call: FollowedCall): object {
  const use = new LazyUse(object, call);
  interceptMethods(object, (key, original, self, args) => use.use(key, original, self, args));
  if (isNodeStream(object)) {
    const unlessAwaited = (end: () => void): void => {
      setImmediate(() => {
        if (!use.isAwaited) end();
      });
    };
    watchStream(object, {
      counts: call.counts,
      annotate: (attributes) => call.annotate(attributes),
      succeed: () => unlessAwaited(() => call.succeed()),
      cancel: () => unlessAwaited(() => call.cancel()),
      fail: (error) => unlessAwaited(() => call.fail(error)),
    });
  }
  return object;
}
