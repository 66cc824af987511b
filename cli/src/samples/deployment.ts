import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpTrigger } from '../emulator/http-trigger';
import type { HttpTrigger, Triggered } from '../emulator/http-trigger';
import type { InstanceOptions } from '../emulator/function-options';
import { startInvokeApi } from '../emulator/invoke-api';
import type { Invocable } from '../emulator/invoke-api';
import { ScaledFunction } from '../emulator/scaled-function';
import type { ServerOptions } from '../emulator/server-options';
import { startServer } from '../emulator/server-instance';
import type { ServerInstance } from '../emulator/server-instance';
import type { Ending } from '../cleanup';

/** The folder of this repository. */
export const REPOSITORY = join(__dirname, '..', '..', '..');

/** A function that was deployed: it says when FC's own spans have been sent, and can be put away. */
interface Deployed {
  delivered(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** What a story plays on: it starts functions and real parts, says so, and everything is put away with its ending. */
export class Stage {
  /** The sample's name. */
  readonly sample: string;
  /** Where functions and FC send their spans. */
  readonly endpoint: string;
  readonly ending: Ending;
  readonly #print: (line: string) => void;
  readonly #functions: Deployed[] = [];
  readonly #names: (readonly [actual: string, shown: string])[] = [];

  constructor(sample: string, endpoint: string, ending: Ending, print: (line: string) => void) {
    this.sample = sample;
    this.endpoint = endpoint;
    this.ending = ending;
    this.#print = print;
  }

  /** Tells what was started, and where. */
  say(line: string): void {
    if (!this.ending.begun) this.#print(line);
  }

  /** A file of the sample. */
  file(name: string): string {
    return join(REPOSITORY, 'samples', this.sample, name);
  }

  /** A new temporary folder. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), `fc-traced-${this.sample}-`));
    const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    process.once('exit', remove);
    this.ending.defer(() => {
      process.off('exit', remove);
      remove();
    });
    return folder;
  }

  /** From now on `shown` stands for `actual` in drawn traces, because `actual` differs from run to run. */
  showAs(actual: string, shown: string): void {
    this.#names.push([actual, shown]);
  }

  /** A text with all that {@link showAs} was told. */
  shown(text: string): string {
    return this.#names.reduce((result, [actual, shown]) => result.replaceAll(actual, shown), text);
  }

  /** An event function of the sample: handler.ts, with its initializer, its instances frozen after each answer. The options are FC's. */
  deploy(options: Partial<InstanceOptions> = {}): ScaledFunction {
    const { functionName = this.sample } = options;
    const defaults = {
      handler: 'handler.handler',
      initializer: 'handler.initialize',
      codeDir: this.#code,
      functionName,
      timeout: 10,
      freeze: true,
      tracing: { endpoint: this.endpoint },
    };
    this.say(`the event function ${functionName}, each instance a process of its own`);
    return this.#deployed(new ScaledFunction({ ...defaults, ...options }));
  }

  /** A function of the sample on a custom runtime: a server in one of its files, such as `server.js`. The options are FC's. */
  deployServer(file: string, options: Partial<ServerOptions> = {}): ServerInstance {
    const { functionName = this.sample } = options;
    const defaults = {
      command: [process.execPath, file],
      codeDir: this.#code,
      functionName,
      freeze: true,
      tracing: { endpoint: this.endpoint },
    } as const;
    this.say(`the function ${functionName} on a custom runtime, its server a process of its own`);
    return this.#deployed(startServer({ ...defaults, ...options }));
  }

  /** An HTTP trigger before a function; its URL is on a free port. */
  async trigger(name: string, target: Triggered): Promise<HttpTrigger> {
    const trigger = await startHttpTrigger(target);
    this.ending.defer(() => trigger.close());
    this.say(`the HTTP trigger of ${name} on ${new URL(trigger.url).host}`);
    return trigger;
  }

  /** FC's `InvokeFunction` for functions by name; resolves to the `endpoint` that the official client takes, host and port. */
  async invokeApi(functions: Readonly<Record<string, Invocable>>): Promise<string> {
    const api = await startInvokeApi(functions);
    this.ending.defer(() => api.close());
    this.say(`InvokeFunction on ${api.endpoint}`);
    return api.endpoint;
  }

  /** Resolves when FC's own spans have been sent; rejects when they could not be. */
  async delivered(): Promise<void> {
    await Promise.all(this.#functions.map((one) => one.delivered()));
  }

  get #code(): string {
    return join(REPOSITORY, 'samples', 'dist', this.sample);
  }

  #deployed<T extends Deployed>(deployed: T): T {
    this.ending.defer((now) => (now ? deployed.kill() : deployed.stop()));
    this.#functions.push(deployed);
    return deployed;
  }
}
