import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Context, ContextManager } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { registeredWithApi } from '../../api-registry';
import { warnOnce } from '../../diagnostics';
import { state } from '../telemetry/state';
import type { Invocation } from './invocation';
import { invocationIn } from './linked-context';

const ownManager = new AsyncLocalStorageContextManager();

const PROBE_KEY = Symbol('fc-traced probe');

/**
 * Returns the active context. Calls the context manager directly if it is known, which takes a third of the API's time.
 */
export function activeContext(): Context {
  return (state.contextManager ?? context).active();
}

/** Calls `fn` with `self` and `args` while `active` is the active context. Returns and throws what `fn` does. */
export function callIn(
  active: Context,
  fn: (...args: never[]) => unknown,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  return (state.contextManager ?? context).with(active, apply, undefined, fn, self, args);
}

// The built-in function rather than a closure, which would add a stack frame to each call of a traced recursion.
const apply: (fn: (...args: never[]) => unknown, self: unknown, args: ArrayLike<unknown>) => unknown = Reflect.apply;

/**
 * Ensures that a context manager is registered: that of the application, or ours if there is none. Called once per
 * invocation, because an application or a test can register or remove a manager at any time.
 */
export function ensureContextManager(): void {
  // One that worked before, works.
  const before = state.contextManager;
  if (before !== undefined && registeredWithApi('context') === before) return;
  const probe = ROOT_CONTEXT.setValue(PROBE_KEY, true);
  const seen = (): boolean => context.active() === probe;
  const registered = registeredManager();
  if (registered !== undefined && registered.with(probe, seen)) {
    state.contextManager = registered;
  } else if (context.with(probe, seen)) {
    state.contextManager = undefined;
    warnOnce(
      "@opentelemetry/api does not keep its context manager in Symbol.for('opentelemetry.js.api.1') as expected; the " +
        'active context is read through the API, which is slower',
    );
  } else {
    state.contextManager = context.setGlobalContextManager(ownManager) ? ownManager : undefined;
  }
}

function registeredManager(): ContextManager | undefined {
  const manager = registeredWithApi('context') as Partial<ContextManager> | undefined;
  return typeof manager?.active === 'function' && typeof manager.with === 'function'
    ? (manager as ContextManager)
    : undefined;
}

/** Returns the invocation of the active context. */
export function activeInvocation(): Invocation | undefined {
  return invocationIn(activeContext());
}
