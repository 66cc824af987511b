import { access } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { httpCaller } from './caller';
import { instanceEnvironment } from './environment';
import { within } from './instance-lifecycle';
import type { Request } from './instance-lifecycle';
import { eventBytes, newRequestId } from './invocation';
import type { Invocation, InvokeOptions } from './invocation';
import { PlatformSpans } from './platform-spans';
import { RequestSlots } from './request-slots';
import { control, passThrough } from './server-requests';
import type { Outcome } from './server-requests';
import { commonHeaders } from './fc-headers';
import type { ServerOptions } from './server-options';
import { ServerProcess } from './server-process';

/** Does a request's work: on a port, with a limit of seconds, with FC's headers for what `path` names. */
type Work = (port: number, timeout: number, headers: OutgoingHttpHeaders) => Promise<Outcome>;

const NO_BODY = Buffer.alloc(0);

/** One instance of a function on a custom runtime: a server of the user's, spoken to as FC speaks to it. Its process starts with the first request. */
export class ServerInstance {
  readonly #options: ServerOptions;
  readonly #platform: PlatformSpans | undefined;
  readonly #env: Record<string, string>;
  readonly #slots: RequestSlots;
  readonly #logs: string[] = [];
  readonly #underWay = new Set<Promise<Invocation>>();
  #process: ServerProcess | undefined;
  #starting: Promise<void> | undefined;

  constructor(options: ServerOptions) {
    const {
      functionName = 'function',
      handler = 'index.handler',
      memorySize = 512,
      instanceConcurrency = 1,
      env = {},
      tracing,
    } = options;
    const facts = {
      generation: '3.0',
      functionName,
      handler,
      memorySize,
      region: 'cn-hangzhou',
      accountId: '1234567890123456',
      env,
    } as const;
    this.#options = options;
    this.#slots = new RequestSlots(instanceConcurrency);
    this.#env = instanceEnvironment({
      ...facts,
      codeDir: resolve(options.codeDir),
      instanceId: `c-${newRequestId('3.0').slice(2)}`,
    });
    this.#platform = tracing && new PlatformSpans(tracing, '3.0', functionName);
  }

  /** The process behind the instance, while it has one. */
  get pid(): number | undefined {
    return this.#process?.gone === false ? this.#process.pid : undefined;
  }

  /** What the function wrote to its output so far, by line. */
  get logs(): readonly string[] {
    return [...this.#logs];
  }

  /** Calls the function as `InvokeFunction` does: `POST /invoke`. Resolves with every answer, also with a failure. */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<Invocation> {
    return this.#request(options, '/invoke', (port, timeout, headers) =>
      control(port, timeout, 'POST', '/invoke', headers, eventBytes(event)),
    );
  }

  /** Hands a client's request on to the function, and the function's response to the client, as FC's HTTP trigger does. */
  http(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Invocation> {
    return this.#request({ caller: httpCaller(incoming.headers) }, '/http-invoke', (port, timeout, headers) =>
      passThrough(port, timeout, incoming, outgoing, headers),
    );
  }

  /** Runs the `preStop` hook, `GET /pre-stop`, once no request is under way. Nothing happens without a process. */
  async preStop(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    const running = this.#process;
    if (running === undefined || running.gone) return;
    running.thaw();
    await control(
      running.port,
      this.#timeout,
      'GET',
      '/pre-stop',
      commonHeaders(this.#options, newRequestId('3.0'), '/pre-stop', {}, undefined),
      NO_BODY,
    );
  }

  /** Resolves when FC's own spans have been sent; rejects when they could not be. A request that is still under way has none yet. */
  async delivered(): Promise<void> {
    await this.#platform?.delivered();
  }

  /** Ends the instance, without its `preStop` hook. Requests under way fail. */
  async stop(): Promise<void> {
    await this.kill();
    await Promise.allSettled(this.#underWay);
    await this.#platform?.shutdown();
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    await this.#process?.end();
  }

  get #timeout(): number {
    return this.#options.timeout ?? 60;
  }

  #request(options: InvokeOptions, path: string, work: Work): Promise<Invocation> {
    const answering = this.#answer(options, path, work);
    this.#underWay.add(answering);
    return answering.finally(() => this.#underWay.delete(answering));
  }

  async #answer({ caller, tracing, retryCount = 0 }: InvokeOptions, path: string, work: Work): Promise<Invocation> {
    const began = performance.now();
    const requestId = newRequestId('3.0');
    const trace = this.#platform?.begin(requestId, caller);
    const request: Request = { requestId, retryCount, tracing, trace };
    await this.#slots.enter();
    if (this.#process?.gone === true) this.#process = this.#starting = undefined;
    const coldStart = this.#starting === undefined;
    const outcome = await this.#prepare(request)
      .then(() => this.#run(request, path, work))
      .catch((error: unknown) => this.#failure(error));
    this.#slots.leave();
    if (this.#slots.empty && this.#options.freeze === true) this.#process?.freeze();
    const { body = NO_BODY, error }: Outcome = outcome;
    trace?.end(coldStart, error?.errorType ?? error?.errorMessage);
    void this.#platform?.flush();
    return {
      ok: error === undefined,
      body: error === undefined ? body : Buffer.from(JSON.stringify(error)),
      ...(error !== undefined && { error }),
      durationMs: performance.now() - began,
      coldStart,
      requestId,
      ...(trace !== undefined && { traceId: trace.traceId }),
    };
  }

  async #failure(error: unknown): Promise<Outcome> {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ECONN') === true) await this.#process?.endsWithin(100);
    return { error: { errorMessage: message, errorType: 'FunctionUnhandledError' } };
  }

  // Whoever comes while the instance starts waits for that very start.
  async #prepare(request: Request): Promise<void> {
    this.#starting ??= this.#start(request).catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await this.#starting;
    this.#process!.thaw();
  }

  async #start(request: Request): Promise<void> {
    const codeDir = resolve(this.#options.codeDir);
    await within(request, 'ColdStart', async (_fields, span) => {
      await within(request, 'PrepareCode', () => access(codeDir), span);
      const starting = {
        command: this.#options.command,
        codeDir,
        env: this.#env,
        onLog: (line: string) => void this.#logs.push(line),
      };
      this.#process = await within(request, 'RuntimeInitialization', () => ServerProcess.start(starting), span);
    });
    if (this.#options.initializer !== true) return;
    const { error } = await this.#run(request, '/initialize', (port, timeout, headers) =>
      control(port, timeout, 'POST', '/initialize', headers, NO_BODY),
    );
    if (error === undefined) return;
    await this.kill();
    throw new Error(error.errorMessage);
  }

  #run(request: Request, path: string, work: Work): Promise<Outcome> {
    return within(request, path === '/initialize' ? 'Initializer' : 'Invocation', (fields, span) =>
      work(
        this.#process!.port,
        this.#timeout,
        commonHeaders(this.#options, request.requestId, path, request.tracing ?? fields, span),
      ),
    );
  }
}

/**
 * One instance of a function on a custom runtime, played on this machine: the start command in a process of its own, to which
 * requests go as Function Compute sends them. The process starts with the first request, which is thereby a cold one.
 *
 * Throws on what FC refuses: a variable named `FC_…`.
 */
export function startServer(options: ServerOptions): ServerInstance {
  return new ServerInstance(options);
}
