import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Context, ContextManager } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { registeredWithApi } from '../../api-registry';
import { state } from '../telemetry/state';
import type { Invocation } from './invocation';
import { invocationIn } from './linked-context';

const ownManager = new AsyncLocalStorageContextManager();

const PROBE_KEY = Symbol('fc-traced probe');

/** The active context. Asks the context manager itself where it is known: a third of the API's time. */
export function activeContext(): Context {
  return (state.contextManager ?? context).active();
}

/** Calls `fn` with `self` and `args` while `active` is the active context; returns and throws what it does. */
export function callIn(
  active: Context,
  fn: (...args: never[]) => unknown,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  return (state.contextManager ?? context).with(active, apply, undefined, fn, self, args);
}

// The built-in function itself: one frame less for a traced recursion.
const apply: (fn: (...args: never[]) => unknown, self: unknown, args: ArrayLike<unknown>) => unknown = Reflect.apply;

/**
 * Sees to it that contexts are kept: by the manager that the application registered, else by ours. Found out by trying,
 * once an invocation, because an application (or a test) can register or remove a manager at any time.
 */
export function ensureContextManager(): void {
  const probe = ROOT_CONTEXT.setValue(PROBE_KEY, true);
  const seen = (): boolean => context.active() === probe;
  const registered = registeredManager();
  if (registered !== undefined && registered.with(probe, seen)) {
    state.contextManager = registered;
  } else if (context.with(probe, seen)) {
    state.contextManager = undefined;
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

/** The invocation that the running code belongs to. */
export function activeInvocation(): Invocation | undefined {
  return invocationIn(activeContext());
}
