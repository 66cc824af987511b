import type { Generation } from './context';
import type { AnswerForm } from './instance-protocol';
import type { TracingConfig } from './platform-spans';

/** A function's configuration, in FC's words. */
export interface InstanceOptions {
  /** `file.method`, below `codeDir`. */
  readonly handler: string;
  readonly codeDir: string;
  readonly initializer?: string;
  /** Only FC 2.0 has this hook. */
  readonly preFreeze?: string;
  readonly preStop?: string;
  /** Default `'function'`. */
  readonly functionName?: string;
  /** Seconds an invocation may take before the instance is killed. Default 3. */
  readonly timeout?: number;
  /** Megabytes. Default 512. */
  readonly memorySize?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Default `'3.0'`. */
  readonly generation?: Generation;
  /** `'callback'` (the default): FC passes one and waits for it. `'promise'`: it passes none and takes what is returned. */
  readonly answer?: AnswerForm;
  /** Stop the process (SIGSTOP) the moment an answer is out, until the next call. Default false. */
  readonly freeze?: boolean;
  /** Switches tracing on: FC makes its own spans and hands their context to the function. */
  readonly tracing?: TracingConfig;
}
