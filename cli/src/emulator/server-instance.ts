import { access } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { httpCaller } from './caller';
import { instanceEnvironment } from './environment';
import { commonHeaders } from './fc-headers';
import type { ServerOptions } from './function-options';
import { inPlatformSpan } from './instance-lifecycle';
import type { InvocationRequest } from './instance-lifecycle';
import { eventBytes, newRequestId } from './invocation';
import type { InvocationResult, InvokeOptions } from './invocation';
import { LogLines } from './log-lines';
import { PlatformSpans } from './platform-spans';
import { ServerProcess } from './server-process';
import { forwardRequest, FunctionTimeout, sendControlRequest } from './server-requests';
import type { RequestOutcome } from './server-requests';

/** Sends a request to the port of the process, with a timeout in seconds and FC's headers. */
type SendRequest = (port: number, timeout: number, headers: OutgoingHttpHeaders) => Promise<RequestOutcome>;

const NO_BODY = Buffer.alloc(0);

/** Limits the requests that an instance handles at a time. Further requests wait, first come, first served. */
class ConcurrencyLimit {
  readonly #waiting: (() => void)[] = [];
  readonly #limit: number;
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether no request is running. */
  get idle(): boolean {
    return this.#running === 0;
  }

  async enter(): Promise<void> {
    if (this.#running === this.#limit) return new Promise((enter) => this.#waiting.push(enter));
    this.#running += 1;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

/**
 * One instance of a function on a custom runtime: a server that the user wrote. Its process starts with the first
 * request.
 */
export class ServerInstance {
  readonly #options: ServerOptions;
  readonly #codeDir: string;
  readonly #timeout: number;
  readonly #platform: PlatformSpans | undefined;
  readonly #env: Record<string, string>;
  readonly #limit: ConcurrencyLimit;
  readonly #logs = new LogLines();
  // The traces of the requests since the last thaw.
  #traceIds: string[] = [];
  readonly #pending = new Set<Promise<InvocationResult>>();
  #process: ServerProcess | undefined;
  #starting: Promise<void> | undefined;
  #isStuck = false;

  constructor(options: ServerOptions) {
    const { functionName = 'function', handler = 'index.handler', memorySize = 512, env = {}, tracing } = options;
    this.#options = options;
    this.#codeDir = resolve(options.codeDir);
    this.#timeout = options.timeout ?? 60;
    this.#limit = new ConcurrencyLimit(options.instanceConcurrency ?? 1);
    const generation = '3.0';
    this.#env = instanceEnvironment({ generation, functionName, handler, memorySize, env, codeDir: this.#codeDir });
    this.#platform = tracing && new PlatformSpans(tracing, generation, functionName);
  }

  /** The id of the instance's process; `undefined` while none is running. */
  get pid(): number | undefined {
    return this.#process?.exited === false ? this.#process.pid : undefined;
  }

  /** The lines that the function has written to its standard output and error. */
  get logs(): readonly string[] {
    return this.#logs.all();
  }

  /** Calls the function as `InvokeFunction` does, with `POST /invoke`. Resolves also when the invocation fails. */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    return this.#request(options, '/invoke', (port, timeout, headers) =>
      sendControlRequest(port, timeout, 'POST', '/invoke', headers, eventBytes(event)),
    );
  }

  /** Forwards a client's request to the function, and the response to the client, as FC's HTTP trigger does. */
  http(incoming: IncomingMessage, outgoing: ServerResponse): Promise<InvocationResult> {
    return this.#request({ caller: httpCaller(incoming.headers) }, '/http-invoke', (port, timeout, headers) =>
      forwardRequest(port, timeout, incoming, outgoing, headers),
    );
  }

  /** Runs the `preStop` hook, `GET /pre-stop`, after all pending requests. Does nothing without a process. */
  async preStop(): Promise<void> {
    await Promise.allSettled(this.#pending);
    const running = this.#process;
    if (running === undefined || running.exited) return;
    this.thaw();
    const headers = commonHeaders(this.#options, newRequestId('3.0'), '/pre-stop', {}, undefined);
    await sendControlRequest(running.port, this.#timeout, 'GET', '/pre-stop', headers, NO_BODY);
  }

  /** Continues a frozen process, as FC does before the next request: its unfinished work goes on. */
  thaw(): void {
    if (this.#process?.frozen !== true) return;
    const traceIds = this.#traceIds;
    this.#traceIds = [];
    this.#options.onThaw?.(traceIds);
    this.#process.thaw();
  }

  /** Resolves when FC's own spans of all finished requests have been sent. Rejects when that failed. */
  async delivered(): Promise<void> {
    await this.#platform?.delivered();
  }

  /** Ends the instance without its `preStop` hook. Pending requests fail. */
  async stop(): Promise<void> {
    await this.kill();
    await Promise.allSettled(this.#pending);
    await this.#platform?.shutdown();
  }

  /** Kills the process. */
  async kill(): Promise<void> {
    await this.#process?.end();
  }

  #request(options: InvokeOptions, path: string, send: SendRequest): Promise<InvocationResult> {
    const result = this.#handle(options, path, send);
    this.#pending.add(result);
    return result.finally(() => this.#pending.delete(result));
  }

  async #handle(
    { caller, tracing, retryCount = 0 }: InvokeOptions,
    path: string,
    send: SendRequest,
  ): Promise<InvocationResult> {
    const startMillis = performance.now();
    const requestId = newRequestId('3.0');
    const trace = this.#platform?.startTrace(requestId, caller);
    const request: InvocationRequest = { requestId, retryCount, tracing, trace };
    await this.#limit.enter();
    if (this.#process?.exited === true) this.#process = this.#starting = undefined;
    const coldStart = this.#starting === undefined;
    const outcome = await this.#prepare(request)
      .then(() => this.#send(request, path, send))
      .catch((error: unknown) => this.#failure(error));
    this.#limit.leave();
    if (outcome.timedOut === true) this.#isStuck = true;
    if (this.#limit.idle) await this.#rest();
    const { body = NO_BODY, error }: RequestOutcome = outcome;
    trace?.end(coldStart, error?.errorType ?? error?.errorMessage);
    void this.#platform?.flush();
    return {
      ok: error === undefined,
      body: error === undefined ? body : Buffer.from(JSON.stringify(error)),
      ...(error !== undefined && { error }),
      durationMs: performance.now() - startMillis,
      coldStart,
      requestId,
      ...(trace !== undefined && { traceId: trace.traceId, sampled: trace.sampled }),
    };
  }

  // A server that did not answer in time may never do so again, so it is replaced once no other request is running.
  async #rest(): Promise<void> {
    if (this.#isStuck) {
      this.#isStuck = false;
      await this.kill();
    } else if (this.#options.freeze === true) this.#process?.freeze();
  }

  async #failure(error: unknown): Promise<RequestOutcome> {
    const { code, message } = error as NodeJS.ErrnoException;
    // The process has probably crashed. The next request must see that it has exited.
    if (code?.startsWith('ECONN') === true) await this.#process?.exitsWithin(100);
    return {
      error: { errorMessage: message, errorType: 'FunctionUnhandledError' },
      timedOut: error instanceof FunctionTimeout,
    };
  }

  // Requests that arrive while the instance starts wait for the same start.
  async #prepare(request: InvocationRequest): Promise<void> {
    this.#starting ??= this.#start(request).catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await this.#starting;
    this.thaw();
    if (request.trace !== undefined && this.#options.onThaw !== undefined) this.#traceIds.push(request.trace.traceId);
  }

  async #start(request: InvocationRequest): Promise<void> {
    await inPlatformSpan(request, 'ColdStart', async (_fields, span) => {
      await inPlatformSpan(request, 'PrepareCode', () => access(this.#codeDir), span);
      const onLog = (line: string): void => {
        this.#logs.add(line);
        this.#options.onLog?.(line);
      };
      const options = { command: this.#options.command, codeDir: this.#codeDir, env: this.#env, onLog };
      const start = (): Promise<ServerProcess> => ServerProcess.start(options);
      this.#process = await inPlatformSpan(request, 'RuntimeInitialization', start, span);
    });
    if (this.#options.initializer !== true) return;
    const { error } = await this.#send(request, '/initialize', (port, timeout, headers) =>
      sendControlRequest(port, timeout, 'POST', '/initialize', headers, NO_BODY),
    );
    if (error === undefined) return;
    await this.kill();
    throw new Error(error.errorMessage);
  }

  #send(request: InvocationRequest, path: string, send: SendRequest): Promise<RequestOutcome> {
    return inPlatformSpan(request, path === '/initialize' ? 'Initializer' : 'Invocation', (fields, span) =>
      send(
        this.#process!.port,
        this.#timeout,
        commonHeaders(this.#options, request.requestId, path, request.tracing ?? fields, span),
      ),
    );
  }
}

/**
 * Creates an instance of a function on a custom runtime: the start command in a child process, which receives requests
 * as Function Compute sends them. The process starts with the first request, which therefore has a cold start.
 *
 * Throws a `TypeError` for a setting that FC refuses: a variable named `FC_…`.
 */
export function startServer(options: ServerOptions): ServerInstance {
  return new ServerInstance(options);
}
