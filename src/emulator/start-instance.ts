import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ContextFacts } from './context';
import { instanceEnvironment } from './environment';
import type { InstanceOptions } from './instance-options';
import { InstanceProcess } from './instance-process';
import { eventBytes, newRequestId } from './invocation';
import type { Invocation, InvokeOptions } from './invocation';
import type { Answer, Call } from './messages';
import { PlatformSpans } from './platform-spans';
import type { PlatformTrace, TracingFields } from './platform-trace';

// The longest a hook may take, in seconds; FC lets the user choose.
const HOOK_TIMEOUT = 10;
// What FC 3.0 hands over when tracing is off.
const TRACING_OFF: TracingFields = { openTracingSpanBaggages: {} };
const NOTHING: Answer = { ok: true, body: '' };

type Span = Parameters<PlatformTrace['span']>[2];

/** One instance of a function. Its process starts with the first call, and again after it ended; it takes one call at a time. */
export class Instance {
  readonly #options: InstanceOptions;
  readonly #facts: Omit<ContextFacts, 'requestId' | 'retryCount' | 'tracing'>;
  readonly #env: Record<string, string>;
  readonly #platform: PlatformSpans | undefined;
  readonly #logs: string[] = [];
  #process: InstanceProcess | undefined;
  #initialized = false;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: InstanceOptions) {
    const { generation = '3.0', functionName = 'function', handler, initializer, memorySize = 512, timeout = 3, env = {} } = options;
    if (options.preFreeze !== undefined && generation !== '2.0') throw new TypeError("FC 3.0 has no preFreeze hook; generation: '2.0' has");
    const place = { region: 'cn-hangzhou', accountId: '1234567890123456' };
    this.#options = options;
    this.#facts = { generation, functionName, handler, ...(initializer === undefined ? {} : { initializer }), memorySize, timeout, ...place };
    this.#env = instanceEnvironment({ ...this.#facts, env, codeDir: resolve(options.codeDir), instanceId: `c-${newRequestId('3.0').slice(2)}` });
    this.#platform = options.tracing && new PlatformSpans(options.tracing, generation, functionName);
  }

  /** The process behind the instance, while it has one. */
  get pid(): number | undefined {
    return this.#process?.gone === false ? this.#process.pid : undefined;
  }

  /** What the function wrote to its output so far, by line. */
  get logs(): readonly string[] {
    return [...this.#logs];
  }

  /** Calls the function as `InvokeFunction` does. Resolves with every answer, also with a failure. */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<Invocation> {
    return new Promise((answered, failed) => {
      this.#busy = this.#busy.then(() => this.#invoke(eventBytes(event), options, answered)).catch(failed);
    });
  }

  /** Runs the `preStop` hook, as FC does before it takes an instance away. Nothing happens without a process or a hook. */
  preStop(): Promise<Answer> {
    const run = this.#busy.then(() => this.#hook(this.#options.preStop, newRequestId(this.#facts.generation), TRACING_OFF, false));
    this.#busy = run.catch(() => undefined);
    return run;
  }

  /** Resolves when FC's own spans have been sent, which happens after the answer; rejects when they could not be. */
  async delivered(): Promise<void> {
    await this.#busy;
    await this.#platform?.delivered();
  }

  /** Ends the instance, without its `preStop` hook. */
  async stop(): Promise<void> {
    await this.#busy;
    this.#process?.kill();
    await this.#process?.ended();
    await this.#platform?.shutdown();
  }

  async #invoke(event: Buffer, options: InvokeOptions, answered: (invocation: Invocation) => void): Promise<void> {
    const began = performance.now();
    const requestId = newRequestId(this.#facts.generation);
    const coldStart = this.pid === undefined;
    const trace = this.#platform?.begin(requestId);
    const ready = await this.#prepare(requestId, trace, options);
    const answer = ready.ok ? await this.#run(event, requestId, trace, options) : ready;
    const error = answer.ok ? undefined : answer.error;
    trace?.end(coldStart, error?.errorType ?? error?.errorMessage);
    answered({
      ok: answer.ok,
      body: answer.ok ? Buffer.from(answer.body, 'base64') : Buffer.from(JSON.stringify(answer.error)),
      ...(error === undefined ? {} : { error }),
      durationMs: performance.now() - began,
      coldStart,
      requestId,
      ...(trace === undefined ? {} : { traceId: trace.traceId }),
    });
    void this.#platform?.flush();
    if (this.#options.preFreeze !== undefined) await this.#hook(this.#options.preFreeze, requestId, options.tracing ?? TRACING_OFF, this.#options.freeze === true);
  }

  // A process, and the initializer once in its life. With FC 3.0 an instance whose initializer failed is replaced, with 2.0 it is tried again.
  async #prepare(requestId: string, trace: PlatformTrace | undefined, options: InvokeOptions): Promise<Answer> {
    if (this.pid === undefined) {
      this.#initialized = false;
      await this.#within(trace, 'ColdStart', (_fields, span) => this.#start(trace, span));
    }
    if (this.#initialized) return NOTHING;
    const { initializer } = this.#options;
    const answer = initializer === undefined ? NOTHING : await this.#within(trace, 'Initializer', (fields) => this.#hook(initializer, requestId, options.tracing ?? fields, false));
    this.#initialized = answer.ok;
    if (!answer.ok && this.#facts.generation === '3.0') {
      this.#process?.kill();
      await this.#process?.ended();
    }
    return answer;
  }

  async #start(trace: PlatformTrace | undefined, coldStart: Span): Promise<void> {
    const codeDir = resolve(this.#options.codeDir);
    // FC downloads the code here; this machine has it already.
    await this.#within(trace, 'PrepareCode', () => access(codeDir), coldStart);
    const { memorySize } = this.#facts;
    const starting = { codeDir, env: this.#env, memorySize, onLog: (line: string) => void this.#logs.push(line) };
    this.#process = await this.#within(trace, 'RuntimeInitialization', () => InstanceProcess.start(starting), coldStart);
  }

  #run(event: Buffer, requestId: string, trace: PlatformTrace | undefined, options: InvokeOptions): Promise<Answer> {
    const { preFreeze, freeze = false } = this.#options;
    return this.#within(trace, 'Invocation', (fields) => {
      const tracing = options.tracing ?? fields;
      const call = this.#call('invoke', this.#facts.handler, { requestId, tracing, retryCount: options.retryCount ?? 0 }, freeze && preFreeze === undefined);
      return this.#send({ ...call, event: event.toString('base64') }, this.#facts.timeout);
    });
  }

  async #hook(handler: string | undefined, requestId: string, tracing: TracingFields, freeze: boolean): Promise<Answer> {
    if (handler === undefined || this.pid === undefined) return NOTHING;
    return this.#send(this.#call('hook', handler, { requestId, tracing, retryCount: 0 }, freeze), HOOK_TIMEOUT);
  }

  #call(kind: Call['kind'], handler: string, facts: Pick<ContextFacts, 'requestId' | 'tracing' | 'retryCount'>, freeze: boolean): Call {
    return { kind, handler, answer: this.#options.answer ?? 'callback', context: { ...this.#facts, ...facts }, freeze };
  }

  #send(call: Call, timeout: number): Promise<Answer> {
    if (this.#process === undefined) throw new Error('the instance has no process');
    return this.#process.call(call, timeout);
  }

  #within<T>(trace: PlatformTrace | undefined, name: string, work: (fields: TracingFields, span: Span) => Promise<T>, parent?: Span): Promise<T> {
    return trace === undefined ? work(TRACING_OFF, undefined) : trace.span(name, work, parent);
  }
}

/**
 * One instance of a function, played on this machine: a child process in which the user's module is loaded and called as
 * Function Compute does it. The process starts with the first call, which is thereby a cold one.
 *
 * Throws on what FC refuses: a variable named `FC_…`, `preFreeze` with FC 3.0.
 */
export function startInstance(options: InstanceOptions): Instance {
  return new Instance(options);
}
