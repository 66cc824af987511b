/** Something that is wrong, or that may be. */
export interface Finding {
  /** The check that found it. */
  readonly check: CheckName;
  /** An error breaks the function or loses its traces; a warning may. */
  readonly level: 'error' | 'warning';
  /** The function; `undefined` if it concerns the whole project. */
  readonly function?: string;
  readonly problem: string;
  readonly remedy: string;
}

/** What `doctor` checks, with a short description. */
export const CHECKS = {
  'package-copies': 'one copy of @opentelemetry/api, fc-traced, tsyringe and reflect-metadata each',
  'decorator-metadata': 'the compiler emits the types of constructor parameters',
  'handler-module': 'the module of the handler and its hooks exists, loads, and exports them',
  'handler-construction': 'the container can construct the handler',
  'captive-dependency': 'no singleton keeps an object of one invocation',
  'lifecycle-hooks': 'the hooks exist in this generation of FC',
  'tracing-config': 'tracing is configured, in the form that FC reads',
  endpoint: 'the endpoint of the traces accepts connections',
  'flush-budget': 'the timeout leaves time to deliver the trace',
  'bundled-exporter': 'a bundle contains no Jaeger exporter that reads a missing file',
  'import-order': 'reflect-metadata is evaluated before tsyringe',
  instrumentations: 'the packages of the named instrumentations are installed',
} as const;

/** The name of a check. */
export type CheckName = keyof typeof CHECKS;
