import type { Generation } from './context';
import type { TracingConfig } from './platform-spans';

/**
 * How a handler responds: through the callback that FC passes, with what it returns, or (`'auto'`) with whichever comes
 * first.
 */
export type HandlerStyle = 'callback' | 'promise' | 'auto';

/** The settings that all functions have, named as in FC. */
interface FunctionOptions {
  readonly codeDir: string;
  /** Default `'function'`. */
  readonly functionName?: string;
  /** Megabytes. Default 512. */
  readonly memorySize?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Enables tracing: FC creates its own spans and passes their context to the function. */
  readonly tracing?: TracingConfig;
  /** Receives each line that the function writes to its standard output or error. */
  readonly onLog?: (line: string) => void;
  /** Called when the instance runs again after a freeze, with the traces of its invocations before the freeze. */
  readonly onThaw?: (traceIds: readonly string[]) => void;
}

/** The settings of an event function on a built-in runtime. */
export interface InstanceOptions extends FunctionOptions {
  /** `file.method`, below `codeDir`. */
  readonly handler: string;
  readonly initializer?: string;
  /** FC 2.0 only. */
  readonly preFreeze?: string;
  readonly preStop?: string;
  /** The longest time that an invocation may take before its instance is killed, in seconds. Default 3. */
  readonly timeout?: number;
  /** Default `'3.0'`. */
  readonly generation?: Generation;
  /**
   * `'callback'`, the default: FC passes a callback and waits for it. `'promise'`: FC passes none and uses the returned
   * value.
   */
  readonly handlerStyle?: HandlerStyle;
  /** Whether a hook that the module does not export is skipped. Default false: calling it fails. */
  readonly optionalHooks?: boolean;
  /** Further arguments of Node.js, such as a TypeScript loader. */
  readonly execArgv?: readonly string[];
  /** Variables of the loader, which FC does not have. */
  readonly loaderEnv?: Readonly<Record<string, string>>;
  /** The port of a debugger, which the process waits for before it loads the module. Calls then have no timeout. */
  readonly inspectPort?: number;
  /** Whether the process is stopped (SIGSTOP) after each response until the next call. Default false. */
  readonly freeze?: boolean;
}

/** The settings of a function on a custom runtime. */
export interface ServerOptions extends FunctionOptions {
  /**
   * The start command and its arguments, run in `codeDir`. The server listens on the port in `FC_SERVER_PORT`, also in
   * `FC_CUSTOM_LISTEN_PORT`.
   */
  readonly command: readonly [program: string, ...args: string[]];
  /**
   * The value of the header `x-fc-function-handler`. Default `'index.handler'`, as FC sets it for a runtime that
   * ignores it.
   */
  readonly handler?: string;
  /** Whether FC sends `POST /initialize` before the first request. Default false. */
  readonly initializer?: boolean;
  /** How many requests an instance handles at a time; further requests wait. Default 1. */
  readonly instanceConcurrency?: number;
  /** The longest time that a request may take before its connection is closed, in seconds. Default 60. */
  readonly timeout?: number;
  /** Whether the process is stopped (SIGSTOP) while it handles no request. Default false. */
  readonly freeze?: boolean;
}
