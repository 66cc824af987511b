import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onExit } from '../cleanup';
import type { Cleanup } from '../cleanup';
import type { InstanceOptions, ServerOptions } from '../emulator/function-options';
import { startHttpTrigger } from '../emulator/http-trigger';
import type { HttpTrigger, TriggerTarget } from '../emulator/http-trigger';
import { startInvokeApi } from '../emulator/invoke-api';
import type { Invocable } from '../emulator/invoke-api';
import { ScaledFunction } from '../emulator/scaled-function';
import { startServer } from '../emulator/server-instance';
import type { ServerInstance } from '../emulator/server-instance';
import { splitHandler } from '../functions/prepare-function';
import type { BuiltFolders } from './built-functions';

/** The root folder of this repository. */
export const REPOSITORY = join(__dirname, '..', '..', '..');

interface DeployedFunction {
  delivered(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A sample on this machine: its functions, triggers and temporary folders. The cleanup removes all of them. */
export class Deployment {
  readonly sampleName: string;
  /** The endpoint to which the functions and FC send their spans. */
  readonly endpoint: string;
  readonly cleanup: Cleanup;
  readonly #log: (line: string) => void;
  readonly #functions: DeployedFunction[] = [];
  readonly #replacements: (readonly [text: string, replacement: string])[] = [];

  constructor(
    sampleName: string,
    endpoint: string,
    cleanup: Cleanup,
    log: (line: string) => void,
    private readonly built: BuiltFolders = new Map(),
  ) {
    this.sampleName = sampleName;
    this.endpoint = endpoint;
    this.cleanup = cleanup;
    this.#log = log;
  }

  /** Logs what was started, and where. */
  log(line: string): void {
    if (!this.cleanup.started) this.#log(line);
  }

  /** The path of a file of the sample. */
  file(name: string): string {
    return join(REPOSITORY, 'samples', this.sampleName, name);
  }

  /** Creates a temporary folder and returns its path. */
  temporaryFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), `fc-traced-${this.sampleName}-`));
    const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    const cancelExitTask = onExit(remove);
    this.cleanup.defer(() => {
      cancelExitTask();
      remove();
    });
    return folder;
  }

  /** Replaces a text that differs from run to run in all rendered traces. */
  replaceInOutput(text: string, replacement: string): void {
    this.#replacements.push([text, replacement]);
  }

  /** Applies the replacements of {@link replaceInOutput}. */
  applyReplacements(output: string): string {
    return this.#replacements.reduce((result, [text, replacement]) => result.replaceAll(text, replacement), output);
  }

  /**
   * Deploys an event function: by default `handler.ts` of the sample with its initializer. It is frozen after each
   * response.
   */
  addFunction(options: Partial<InstanceOptions> = {}): ScaledFunction {
    const { functionName = this.sampleName } = options;
    const defaults = {
      handler: 'handler.handler',
      initializer: 'handler.initialize',
      codeDir: this.#codeDir(functionName, `${splitHandler(options.handler ?? 'handler.handler')[0]}.js`),
      functionName,
      timeout: 10,
      freeze: true,
      tracing: { endpoint: this.endpoint },
    };
    this.log(`the event function ${functionName}, each instance in its own process`);
    return this.#add(new ScaledFunction({ ...defaults, ...options }));
  }

  /** Deploys a function on a custom runtime: the server in a compiled file of the sample, such as `server.js`. */
  addServer(file: string, options: Partial<ServerOptions> = {}): ServerInstance {
    const { functionName = this.sampleName } = options;
    const defaults = {
      command: [process.execPath, file],
      codeDir: this.#codeDir(functionName, file),
      functionName,
      freeze: true,
      tracing: { endpoint: this.endpoint },
    } as const;
    this.log(`the function ${functionName} on a custom runtime, its server in its own process`);
    return this.#add(startServer({ ...defaults, ...options }));
  }

  /** Adds an HTTP trigger to a function. Its URL is on a free port. */
  async addHttpTrigger(name: string, target: TriggerTarget): Promise<HttpTrigger> {
    const trigger = await startHttpTrigger(target);
    this.cleanup.defer(() => trigger.close());
    this.log(`the HTTP trigger of ${name} on ${new URL(trigger.url).host}`);
    return trigger;
  }

  /**
   * Starts FC's API `InvokeFunction` for functions by name. Resolves to the `endpoint` for the official client: host
   * and port.
   */
  async addInvokeApi(functions: Readonly<Record<string, Invocable>>): Promise<string> {
    const api = await startInvokeApi(functions);
    this.cleanup.defer(() => api.close());
    this.log(`InvokeFunction on ${api.endpoint}`);
    return api.endpoint;
  }

  /** Resolves when FC's own spans have been sent. Rejects when that failed. */
  async delivered(): Promise<void> {
    await Promise.all(this.#functions.map((one) => one.delivered()));
  }

  /** The folder of the built function, if the function was built and has the module. */
  #codeDir(functionName: string, file: string): string {
    const folder = this.built.get(functionName);
    if (folder !== undefined && existsSync(join(folder, file))) {
      this.log(`${functionName}/${file}, built by fc-traced build`);
      return folder;
    }
    return join(REPOSITORY, 'samples', 'dist', this.sampleName);
  }

  #add<T extends DeployedFunction>(deployed: T): T {
    this.cleanup.defer((immediately) => (immediately ? deployed.kill() : deployed.stop()));
    this.#functions.push(deployed);
    return deployed;
  }
}
