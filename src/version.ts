/** The name under which fc-traced makes spans: OpenTelemetry's instrumentation scope. */
export const SCOPE_NAME = 'fc-traced';

/** The version of this package; a test holds it against `package.json`. */
export const VERSION = '0.1.0';
