/**
 * The property of `globalThis` in which `@opentelemetry/api` 1.x keeps registered objects, shared by all copies of the
 * API.
 */
const API_REGISTRY = Symbol.for('opentelemetry.js.api.1');

/** The members of the registry of `@opentelemetry/api` 1.x. */
const API_MEMBERS = new Set(['version', 'trace', 'metrics', 'context', 'propagation', 'diag']);

/** The property of `globalThis` in which `@opentelemetry/api-logs` keeps the logger provider. */
const LOGS_REGISTRY = Symbol.for('io.opentelemetry.js.api.logs');

/**
 * The version that the getter of `@opentelemetry/api-logs` expects; for any other it returns a provider that does
 * nothing.
 */
const LOGS_VERSION = 1;

function apiRegistry(): Record<string, unknown> | undefined {
  // `Reflect.get` takes ten times as long.
  return (globalThis as Record<symbol, unknown>)[API_REGISTRY] as Record<string, unknown> | undefined;
}

/**
 * Returns what is registered with `@opentelemetry/api`, or `undefined`. Needed because the public functions of the API
 * do not say whether something is registered.
 */
export function registeredWithApi(name: 'context' | 'diag' | 'propagation'): unknown {
  return apiRegistry()?.[name];
}

/** Returns whether the registry of `@opentelemetry/api` exists and has the expected members only. */
export function isApiRegistryKnown(): boolean {
  const registry = apiRegistry();
  return (
    typeof registry === 'object' &&
    registry !== null &&
    typeof registry.version === 'string' &&
    Object.keys(registry).every((key) => API_MEMBERS.has(key))
  );
}

/** The part of a logger provider of `@opentelemetry/api-logs` that is used. */
export interface LoggerProvider {
  getLogger(name: string): { emit(record: Record<string, unknown>): void };
}

/**
 * Returns the logger provider that is registered with `@opentelemetry/api-logs`, `undefined` if there is none, and
 * `'incompatible'` if the registry has another shape or version than expected.
 */
export function registeredLoggerProvider(): LoggerProvider | 'incompatible' | undefined {
  const getProvider: unknown = Reflect.get(globalThis, LOGS_REGISTRY);
  if (getProvider === undefined) return undefined;
  if (typeof getProvider !== 'function') return 'incompatible';
  const provider: unknown = getProvider(LOGS_VERSION);
  // The getter returns its fallback for every version but its own.
  if (provider === undefined || provider === getProvider(NaN)) return 'incompatible';
  return provider as LoggerProvider;
}

/**
 * Returns an object that all copies of fc-traced in the process share: a bundle and a dependency, two versions that npm
 * installed, or the modules before and after `jest.resetModules()`. The first copy creates it.
 *
 * A `name` belongs to one shape. A version that changes the shape uses another name, so that both versions keep their
 * own object. The same applies to a global object that rejects the property, or whose property is of another kind.
 */
export function sharedByCopies<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`fc-traced ${name}`);
  const own = create();
  const shared: unknown = Reflect.get(globalThis, key);
  if (kindOf(shared) === kindOf(own)) return shared as T;
  if (shared === undefined) Reflect.defineProperty(globalThis, key, { value: own, configurable: true, writable: true });
  return own;
}

/** Not by class: `globalThis` can be shared by realms. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}
