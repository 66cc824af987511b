import { diag, DiagConsoleLogger } from '@opentelemetry/api';

/** Where OpenTelemetry's API keeps what was registered with it. */
const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');

/** Has `diag` printed on the console from a level on, where one is given and the application set no logger of its own. */
export function ensureDiagLogger(logLevel: number | undefined): void {
  if (logLevel === undefined) return;
  const registered = Reflect.get(globalThis, API_GLOBAL) as { diag?: unknown } | undefined;
  if (registered?.diag === undefined) diag.setLogger(new DiagConsoleLogger(), logLevel);
}
