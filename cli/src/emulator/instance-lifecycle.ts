import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ContextFields } from './context';
import { instanceEnvironment } from './environment';
import type { InstanceOptions } from './function-options';
import { InstanceProcess } from './instance-process';
import type { CallRequest, CallResponse } from './instance-protocol';
import type { EventFactory } from './invocation';
import { LogLines } from './log-lines';
import { traceparentOf } from './platform-trace';
import type { PlatformSpan, PlatformTrace, TracingFields } from './platform-trace';

/** One request to an instance. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly retryCount: number;
  /** FC's trace of the request, when tracing is enabled. */
  readonly trace?: PlatformTrace | undefined;
  /** Replaces FC's `context.tracing`. */
  readonly tracing?: TracingFields | undefined;
}

// The longest time that a hook may take, in seconds. In FC it is a setting.
const HOOK_TIMEOUT = 10;
// The longest time that loading may take for `load`, in seconds.
const LOAD_TIMEOUT = 30;
// The tracing fields of FC 3.0 when tracing is off.
const TRACING_OFF: TracingFields = { openTracingSpanBaggages: {} };
const EMPTY_RESPONSE: CallResponse = { ok: true, body: '' };

type ParentSpan = PlatformSpan | undefined;

/** Runs `work` in a span of FC's trace of the request. When tracing is off, runs it without one. */
export function inPlatformSpan<T>(
  { trace }: InvocationRequest,
  name: string,
  work: (fields: TracingFields, span: ParentSpan) => Promise<T>,
  parent?: ParentSpan,
): Promise<T> {
  return trace === undefined ? work(TRACING_OFF, undefined) : trace.span(name, work, parent);
}

/** The life of an instance on a built-in runtime: cold start, initializer, invocations and hooks. */
export class InstanceLifecycle {
  readonly logs = new LogLines();
  readonly #options: InstanceOptions;
  readonly #fields: Omit<ContextFields, 'requestId' | 'retryCount' | 'tracing'>;
  readonly #env: Record<string, string>;
  #process: InstanceProcess | undefined;
  #initialized = false;
  // The traces of the invocations since the last thaw.
  readonly #traceIds: string[] = [];
  // A hook that runs after an invocation has the tracing fields of that invocation.
  #tracing = TRACING_OFF;

  constructor(options: InstanceOptions) {
    const { generation = '3.0', functionName = 'function', handler, initializer } = options;
    const { memorySize = 512, timeout = 3, env = {}, codeDir } = options;
    this.#options = options;
    this.#fields = {
      generation,
      functionName,
      handler,
      ...(initializer === undefined ? {} : { initializer }),
      memorySize,
      timeout,
    };
    this.#env = {
      ...instanceEnvironment({ ...this.#fields, env, codeDir: resolve(codeDir) }),
      ...options.loaderEnv,
    };
  }

  /** The id of the process; `undefined` while none is running. */
  get pid(): number | undefined {
    return this.#process?.exited === false ? this.#process.pid : undefined;
  }

  /**
   * Starts the process and runs the initializer where that has not been done. When the initializer fails, FC 3.0
   * replaces the instance and FC 2.0 runs the initializer again with the next call.
   */
  async prepare(request: InvocationRequest): Promise<CallResponse> {
    if (this.pid === undefined) {
      this.#initialized = false;
      await inPlatformSpan(request, 'ColdStart', (_fields, span) => this.#start(request, span));
    }
    if (this.#initialized) return EMPTY_RESPONSE;
    const { initializer } = this.#options;
    const response =
      initializer === undefined
        ? EMPTY_RESPONSE
        : await inPlatformSpan(request, 'Initializer', (fields) =>
            this.runHook(initializer, { ...request, tracing: request.tracing ?? fields }),
          );
    this.#initialized = response.ok;
    if (!response.ok && this.#fields.generation === '3.0') await this.end();
    return response;
  }

  /** Calls the handler. */
  invoke(event: Buffer | EventFactory, request: InvocationRequest): Promise<CallResponse> {
    const { preFreeze, freeze = false } = this.#options;
    // Before the trace of this invocation is among those that a later thaw reports.
    this.thaw();
    if (request.trace !== undefined && this.#options.onThaw !== undefined) this.#traceIds.push(request.trace.traceId);
    return inPlatformSpan(request, 'Invocation', (fields, span) => {
      const bytes = typeof event === 'function' ? event(traceparentOf(span)) : event;
      this.#tracing = request.tracing ?? fields;
      const call = this.#callOf('invoke', this.#fields.handler, request, freeze && preFreeze === undefined);
      return this.#send({ ...call, event: bytes.toString('base64') }, this.#fields.timeout);
    });
  }

  /** Runs a hook. Does nothing when the hook is not configured or no process is running. */
  async runHook(handler: string | undefined, request: InvocationRequest, freeze = false): Promise<CallResponse> {
    if (handler === undefined || this.pid === undefined) return EMPTY_RESPONSE;
    return this.#send(this.#callOf('hook', handler, request, freeze), HOOK_TIMEOUT);
  }

  /** Continues a frozen process, whose work goes on. */
  thaw(): void {
    if (this.#process?.frozen !== true) return;
    // The spans of these traces that arrive from now on have missed the freeze.
    this.#options.onThaw?.(this.#traceIds.splice(0));
    this.#process.thaw();
  }

  /** Loads a function in the process, which is started for it, without calling anything. */
  async load(handler: string, request: InvocationRequest): Promise<CallResponse> {
    if (this.pid === undefined) await this.#start(request, undefined);
    return this.#send(this.#callOf('load', handler, request, false), LOAD_TIMEOUT);
  }

  /** Kills the process. */
  async end(): Promise<void> {
    this.#process?.kill();
    await this.#process?.closed();
  }

  async #start(request: InvocationRequest, coldStart: ParentSpan): Promise<void> {
    const codeDir = resolve(this.#options.codeDir);
    // FC downloads the code in this phase. Here it only has to exist.
    await inPlatformSpan(request, 'PrepareCode', () => access(codeDir), coldStart);
    const options = {
      codeDir,
      env: this.#env,
      memorySize: this.#fields.memorySize,
      execArgv: this.#options.execArgv ?? [],
      inspectPort: this.#options.inspectPort,
      onLog: (line: string) => {
        this.logs.add(line);
        this.#options.onLog?.(line);
      },
    };
    const start = (): Promise<InstanceProcess> => InstanceProcess.start(options);
    this.#process = await inPlatformSpan(request, 'RuntimeInitialization', start, coldStart);
  }

  #callOf(
    kind: CallRequest['kind'],
    handler: string,
    { requestId, retryCount, tracing = this.#tracing }: InvocationRequest,
    freeze: boolean,
  ): CallRequest {
    return {
      kind,
      handler,
      handlerStyle: this.#options.handlerStyle ?? 'callback',
      context: { ...this.#fields, requestId, retryCount, tracing },
      optional: kind === 'hook' && this.#options.optionalHooks === true,
      freeze,
    };
  }

  #send(call: CallRequest, timeout: number): Promise<CallResponse> {
    if (this.#process === undefined) throw new Error('the instance has no process');
    this.thaw();
    return this.#process.call(call, this.#options.inspectPort === undefined ? timeout : Number.POSITIVE_INFINITY);
  }
}
