import type { TracingConfig } from './platform-spans';

/** A function on a custom runtime: its configuration, in FC's words. */
export interface ServerOptions {
  /** The start command and its arguments, run in `codeDir`. The server listens on the port in `FC_SERVER_PORT`, which is `FC_CUSTOM_LISTEN_PORT` as well. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly codeDir: string;
  /** Default `'function'`. */
  readonly functionName?: string;
  /** What `x-fc-function-handler` says. Default `'index.handler'`, FC's own for a runtime that has no use for it. */
  readonly handler?: string;
  /** Whether `POST /initialize` is called before the first request. Default false. */
  readonly initializer?: boolean;
  /** Requests that one instance takes at a time; more wait. Default 1. */
  readonly instanceConcurrency?: number;
  /** Seconds that a request may take before its connection is cut. Default 60. */
  readonly timeout?: number;
  /** Megabytes. Default 512. */
  readonly memorySize?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Stop the process (SIGSTOP) whenever no request is under way, until the next. Default false. */
  readonly freeze?: boolean;
  /** Switches tracing on: FC makes its own spans and hands their context to the function. */
  readonly tracing?: TracingConfig;
}
