import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { killAtExit } from './kill-at-exit';
import { ANSWER_FD } from './instance-protocol';
import type { Answer, Call } from './instance-protocol';

/** How an instance process is started. */
export interface ProcessOptions {
  readonly codeDir: string;
  readonly env: Record<string, string>;
  readonly memorySize: number;
  /** Takes each line that the function writes to its standard output or error. */
  readonly onLog: (line: string) => void;
}

function failed(errorMessage: string): Answer {
  return { ok: false, error: { errorMessage } };
}

/** The process of one instance, seen from outside: it takes one call at a time. */
export class InstanceProcess {
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #forget: () => void;
  #pending: ((line: string | undefined) => void) | undefined;
  #gone = false;
  #closed = false;
  #frozen = false;

  private constructor({ codeDir, env, memorySize, onLog }: ProcessOptions) {
    this.#child = fork(join(__dirname, 'instance-main.js'), [], {
      cwd: codeDir,
      env,
      // FC gives V8 nine tenths of the function's memory.
      execArgv: [`--max-old-space-size=${Math.floor(memorySize * 0.9)}`],
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
    });
    const { stdout, stderr, stdio } = this.#child;
    for (const output of [stdout, stderr]) if (output) createInterface({ input: output }).on('line', onLog);
    this.#pipe = stdio[ANSWER_FD] as Duplex;
    // A process that is killed breaks its pipe, which the reader of its lines tells once more. Its end is what counts.
    this.#pipe.on('error', () => undefined);
    createInterface({ input: this.#pipe })
      .on('error', () => undefined)
      .on('line', (line) => this.#settle(line));
    this.#child
      .on('error', () => this.#ended())
      .on('exit', () => this.#ended())
      .on('close', () => (this.#closed = true));
    this.#forget = killAtExit(() => this.kill());
  }

  /** Starts a process and waits until it takes calls. Rejects when it does not come up. */
  static async start(options: ProcessOptions): Promise<InstanceProcess> {
    const instance = new InstanceProcess(options);
    if ((await instance.#next()) === undefined) {
      throw new Error('the instance did not start: its process ended at once');
    }
    return instance;
  }

  /** Whether the process has ended. */
  get gone(): boolean {
    return this.#gone;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Makes one call, continuing a frozen process first; after `timeout` seconds the process is killed and the call fails. */
  async call(call: Call, timeout: number): Promise<Answer> {
    this.#thaw();
    const began = performance.now();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill();
    }, timeout * 1000);
    const line = this.#next();
    if (!this.#gone) this.#child.send(call, () => undefined);
    const answer = await line;
    clearTimeout(timer);
    if (late) return failed(`Function timed out after ${timeout} seconds`);
    if (answer === undefined) {
      return failed(
        `Process exited unexpectedly before completing request (duration: ${Math.round(performance.now() - began)}ms)`,
      );
    }
    if (call.freeze) this.#freeze();
    return JSON.parse(answer) as Answer;
  }

  /** Ends the process at once, also when it is frozen. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the process has ended and all that it wrote has been read. */
  async ended(): Promise<void> {
    if (!this.#closed) await new Promise((resolve) => this.#child.once('close', resolve));
  }

  // The process waits in a blocking read at this point, so being stopped cannot overtake its answer, nor a thaw its stop.
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

  // Windows has no such signals; the blocking read alone holds the user's code there.
  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (process.platform !== 'win32') this.#child.kill(signal);
  }

  #next(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#pending = resolve;
      if (this.#gone) this.#settle(undefined);
    });
  }

  #settle(line: string | undefined): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.(line);
  }

  #ended(): void {
    this.#gone = true;
    this.#forget();
    // What the process wrote before it ended may still be on its way: the pipe's end comes after it.
    if (this.#pipe.destroyed) this.#settle(undefined);
    else this.#pipe.once('close', () => this.#settle(undefined));
  }
}
