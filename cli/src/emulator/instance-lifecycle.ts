import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ContextFacts } from './context';
import { instanceEnvironment } from './environment';
import type { InstanceOptions } from './function-options';
import { InstanceProcess } from './instance-process';
import { newRequestId } from './invocation';
import type { EventMaker } from './invocation';
import type { Answer, Call } from './instance-protocol';
import { traceparentOf } from './platform-trace';
import type { PlatformTrace, TracingFields } from './platform-trace';

/** What belongs to one request: its id, FC's trace of it, and what the caller wants `context.tracing` to be instead. */
export interface Request {
  readonly requestId: string;
  readonly retryCount: number;
  readonly trace?: PlatformTrace | undefined;
  readonly tracing?: TracingFields | undefined;
}

// The longest a hook may take, in seconds; FC lets the user choose.
const HOOK_TIMEOUT = 10;
// What FC 3.0 hands over when tracing is off.
const TRACING_OFF: TracingFields = { openTracingSpanBaggages: {} };
const NOTHING: Answer = { ok: true, body: '' };

type ParentSpan = Parameters<PlatformTrace['span']>[2];

/** Does a piece of FC's work for a request, as a span where FC makes spans. */
export function within<T>(
  { trace }: Request,
  name: string,
  work: (fields: TracingFields, span: ParentSpan) => Promise<T>,
  parent?: ParentSpan,
): Promise<T> {
  return trace === undefined ? work(TRACING_OFF, undefined) : trace.span(name, work, parent);
}

/** A function with the process it runs in: made ready, called, and given its hooks. */
export class FunctionProcess {
  readonly logs: string[] = [];
  readonly #options: InstanceOptions;
  readonly #facts: Omit<ContextFacts, 'requestId' | 'retryCount' | 'tracing'>;
  readonly #env: Record<string, string>;
  #process: InstanceProcess | undefined;
  #initialized = false;
  // The hooks after a call are given what that call was given.
  #tracing = TRACING_OFF;

  constructor(options: InstanceOptions) {
    const {
      generation = '3.0',
      functionName = 'function',
      handler,
      initializer,
      memorySize = 512,
      timeout = 3,
      env = {},
    } = options;
    const place = { region: 'cn-hangzhou', accountId: '1234567890123456' };
    this.#options = options;
    this.#facts = {
      generation,
      functionName,
      handler,
      ...(initializer === undefined ? {} : { initializer }),
      memorySize,
      timeout,
      ...place,
    };
    this.#env = instanceEnvironment({
      ...this.#facts,
      env,
      codeDir: resolve(options.codeDir),
      instanceId: `c-${newRequestId('3.0').slice(2)}`,
    });
  }

  /** The process id, while there is a process. */
  get pid(): number | undefined {
    return this.#process?.gone === false ? this.#process.pid : undefined;
  }

  /**
   * Sees to a process, and to the initializer once in its life. With FC 3.0 an instance whose initializer failed is
   * replaced, with 2.0 the initializer is tried again.
   */
  async prepare(request: Request): Promise<Answer> {
    if (this.pid === undefined) {
      this.#initialized = false;
      await within(request, 'ColdStart', (_fields, span) => this.#start(request, span));
    }
    if (this.#initialized) return NOTHING;
    const { initializer } = this.#options;
    const answer =
      initializer === undefined
        ? NOTHING
        : await within(request, 'Initializer', (fields) =>
            this.hook(initializer, { ...request, tracing: request.tracing ?? fields }),
          );
    this.#initialized = answer.ok;
    if (!answer.ok && this.#facts.generation === '3.0') await this.end();
    return answer;
  }

  /** Calls the handler. */
  run(event: Buffer | EventMaker, request: Request): Promise<Answer> {
    const { preFreeze, freeze = false } = this.#options;
    return within(request, 'Invocation', (fields, span) => {
      const bytes = typeof event === 'function' ? event(traceparentOf(span)) : event;
      this.#tracing = request.tracing ?? fields;
      const call = this.#call('invoke', this.#facts.handler, request, freeze && preFreeze === undefined);
      return this.#send({ ...call, event: bytes.toString('base64') }, this.#facts.timeout);
    });
  }

  /** Runs a hook, if it is configured and there is a process to run it in. */
  async hook(handler: string | undefined, request: Request, freeze = false): Promise<Answer> {
    if (handler === undefined || this.pid === undefined) return NOTHING;
    return this.#send(this.#call('hook', handler, request, freeze), HOOK_TIMEOUT);
  }

  async end(): Promise<void> {
    this.#process?.kill();
    await this.#process?.ended();
  }

  async #start(request: Request, coldStart: ParentSpan): Promise<void> {
    const codeDir = resolve(this.#options.codeDir);
    // FC downloads the code here; this machine has it already.
    await within(request, 'PrepareCode', () => access(codeDir), coldStart);
    const starting = {
      codeDir,
      env: this.#env,
      memorySize: this.#facts.memorySize,
      onLog: (line: string) => void this.logs.push(line),
    };
    this.#process = await within(request, 'RuntimeInitialization', () => InstanceProcess.start(starting), coldStart);
  }

  #call(
    kind: Call['kind'],
    handler: string,
    { requestId, retryCount, tracing = this.#tracing }: Request,
    freeze: boolean,
  ): Call {
    return {
      kind,
      handler,
      answer: this.#options.answer ?? 'callback',
      context: { ...this.#facts, requestId, retryCount, tracing },
      freeze,
    };
  }

  #send(call: Call, timeout: number): Promise<Answer> {
    if (this.#process === undefined) throw new Error('the instance has no process');
    return this.#process.call(call, timeout);
  }
}
