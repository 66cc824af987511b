/** Where `@opentelemetry/api` 1.x keeps what was registered with it, for every copy of the API in the process. */
const API_REGISTRY = Symbol.for('opentelemetry.js.api.1');

/** Where `@opentelemetry/api-logs` keeps the logger provider. */
const LOGS_REGISTRY = Symbol.for('io.opentelemetry.js.api.logs');

/** Where the API's own functions cannot say whether the application registered something, the registry is read. */
export function registeredWithApi(name: 'context' | 'diag' | 'propagation'): unknown {
  return (Reflect.get(globalThis, API_REGISTRY) as Record<string, unknown> | undefined)?.[name];
}

/** The part of a logger provider of `@opentelemetry/api-logs` that is used. */
export interface LoggerProvider {
  getLogger(name: string): { emit(record: Record<string, unknown>): void };
}

/** The logger provider that the application registered with `@opentelemetry/api-logs`. */
export function registeredLoggerProvider(): LoggerProvider | undefined {
  const provide: unknown = Reflect.get(globalThis, LOGS_REGISTRY);
  return typeof provide === 'function' ? (provide(1) as LoggerProvider) : undefined;
}
