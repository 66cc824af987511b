import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { onExit } from '../cleanup';
import { RESPONSE_FD } from './instance-protocol';
import type { CallRequest, CallResponse } from './instance-protocol';

/** How an instance process is started. */
export interface ProcessOptions {
  readonly codeDir: string;
  readonly env: Record<string, string>;
  readonly memorySize: number;
  /** Receives each line that the function writes to its standard output or error. */
  readonly onLog: (line: string) => void;
}

function failure(errorMessage: string): CallResponse {
  return { ok: false, error: { errorMessage } };
}

/** The process of one instance on a built-in runtime, as the emulator sees it. It handles one call at a time. */
export class InstanceProcess {
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #cancelExitTask: () => void;
  #pending: ((line: string | undefined) => void) | undefined;
  #exited = false;
  #closed = false;
  #frozen = false;

  private constructor({ codeDir, env, memorySize, onLog }: ProcessOptions) {
    this.#child = fork(join(__dirname, 'instance-main.js'), [], {
      cwd: codeDir,
      env,
      // FC limits V8 to 90 % of the function's memory.
      execArgv: [`--max-old-space-size=${Math.floor(memorySize * 0.9)}`],
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
    });
    const { stdout, stderr, stdio } = this.#child;
    for (const output of [stdout, stderr]) if (output) createInterface({ input: output }).on('line', onLog);
    this.#pipe = stdio[RESPONSE_FD] as Duplex;
    // Killing a process breaks its pipe, which both the pipe and the line reader report. The exit of the process is
    // handled below.
    this.#pipe.on('error', () => undefined);
    createInterface({ input: this.#pipe })
      .on('error', () => undefined)
      .on('line', (line) => this.#settle(line));
    this.#child
      .on('error', () => this.#onExit())
      .on('exit', () => this.#onExit())
      .on('close', () => (this.#closed = true));
    this.#cancelExitTask = onExit(() => this.kill());
  }

  /** Starts a process and waits until it accepts calls. Rejects when it exits before. */
  static async start(options: ProcessOptions): Promise<InstanceProcess> {
    const instance = new InstanceProcess(options);
    if ((await instance.#nextLine()) === undefined) {
      throw new Error('the instance did not start: its process exited at once');
    }
    return instance;
  }

  /** Whether the process has exited. */
  get exited(): boolean {
    return this.#exited;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Makes one call, in a frozen process after continuing it. After `timeout` seconds the process is killed and the call
   * fails.
   */
  async call(call: CallRequest, timeout: number): Promise<CallResponse> {
    this.#thaw();
    const startMillis = performance.now();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.kill();
    }, timeout * 1000);
    const line = this.#nextLine();
    if (!this.#exited) this.#child.send(call, () => undefined);
    const response = await line;
    clearTimeout(timer);
    if (timedOut) return failure(`Function timed out after ${timeout} seconds`);
    if (response === undefined) {
      const durationMillis = Math.round(performance.now() - startMillis);
      return failure(`Process exited unexpectedly before completing request (duration: ${durationMillis}ms)`);
    }
    if (call.freeze) this.#freeze();
    return JSON.parse(response) as CallResponse;
  }

  /** Kills the process, even when it is frozen. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the process has exited and all its output has been read. */
  async closed(): Promise<void> {
    if (!this.#closed) await new Promise((resolve) => this.#child.once('close', resolve));
  }

  // The process is in a blocking read here. So the stop cannot come before its response, nor the continue before the
  // stop.
  #freeze(): void {
    this.#frozen = true;
    this.#signal('SIGSTOP');
  }

  #thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#signal('SIGCONT');
    this.#pipe.write('.');
  }

  // Windows has no such signals. There, only the blocking read stops the user's code.
  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (process.platform !== 'win32') this.#child.kill(signal);
  }

  #nextLine(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#pending = resolve;
      if (this.#exited) this.#settle(undefined);
    });
  }

  #settle(line: string | undefined): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.(line);
  }

  #onExit(): void {
    this.#exited = true;
    this.#cancelExitTask();
    // The last output of the process may not have been read yet; the pipe closes after it.
    if (this.#pipe.destroyed) this.#settle(undefined);
    else this.#pipe.once('close', () => this.#settle(undefined));
  }
}
