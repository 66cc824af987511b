import type { Generation } from '../emulator/context';

/** A trigger of a function, as `s.yaml` configures it. */
export interface TriggerSpec {
  readonly name: string;
  /** FC's `triggerType`, such as `http`, `timer` or `oss`. */
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A lifecycle hook and the seconds that it may take. */
export interface HookSpec {
  readonly handler: string;
  readonly timeout?: number;
}

/** What is known about a function: from `s.yaml`, or from its module alone. */
export interface FunctionSpec {
  readonly name: string;
  /** The file that configures the function, or its module. */
  readonly file: string;
  /** The section and the key of the function in `s.yaml`, such as `resources` and `orders`. */
  readonly resource?: readonly [section: string, key: string];
  /** The folder with the code, absolute. */
  readonly codeDir: string;
  /** FC's `runtime`, such as `nodejs20` or `custom.debian10`. */
  readonly runtime: string;
  /** `file.method`. */
  readonly handler: string;
  /** The start command of a custom runtime. */
  readonly command?: readonly [program: string, ...args: string[]];
  readonly port?: number;
  readonly initializer?: HookSpec;
  readonly preFreeze?: HookSpec;
  readonly preStop?: HookSpec;
  /** Whether a hook that the module does not export is skipped: for a module without `s.yaml`. */
  readonly optionalHooks: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** Megabytes. */
  readonly memorySize: number;
  readonly instanceConcurrency: number;
  readonly env: Readonly<Record<string, string>>;
  /**
   * The variables of `env` whose value is known only when `s` deploys the function; `all` if it inherits settings from
   * elsewhere.
   */
  readonly unknownEnv?: readonly string[] | 'all';
  /** The settings, such as `code: ${config('Code')}`, without which it is not known what runs before `s` deploys it. */
  readonly unknownSettings?: readonly string[];
  /** The commands that `s deploy` runs before it deploys the function, from `actions`. */
  readonly preparations?: readonly string[];
  readonly generation: Generation;
  readonly triggers: readonly TriggerSpec[];
  /** `tracingConfig` of `s.yaml` as it is; `undefined` without one. */
  readonly tracingConfig?: unknown;
  /** The function's settings as they are in `s.yaml`. */
  readonly props: Readonly<Record<string, unknown>>;
}

/** Whether a function is a server of its own, on a custom runtime. */
export function isServer({ runtime }: FunctionSpec): boolean {
  return runtime.startsWith('custom');
}
