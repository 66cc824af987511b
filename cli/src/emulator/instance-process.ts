import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { onExit } from '../cleanup';
import { RESPONSE_FD } from './instance-protocol';
import type { CallRequest, CallResponse } from './instance-protocol';
import { readLines } from './log-lines';
import { MemoryWatch } from './memory-watch';
import { CLOSE_TIMEOUT_MILLIS, closedWithin, HAS_PROCESS_GROUPS, signalGroup } from './process-group';

/** How an instance process is started. */
export interface ProcessOptions {
  readonly codeDir: string;
  readonly env: Record<string, string>;
  readonly memorySize: number;
  /** Further arguments of Node.js, such as a TypeScript loader. */
  readonly execArgv: readonly string[];
  /** The port of a debugger that the process waits for. */
  readonly inspectPort?: number | undefined;
  /** Receives each line that the function writes to its standard output or error. */
  readonly onLog: (line: string) => void;
}

const NEWLINE = 10;
// FC accepts responses of 32 MB, which base64 lengthens by a third.
const MAX_RESPONSE_BYTES = 48 * 1024 * 1024;
// The longest delay of a timer.
const MAX_TIMEOUT_MILLIS = 2 ** 31 - 1;

/** A response; `undefined` for a line that the program of the user wrote. */
function parsedResponse(line: string): CallResponse | undefined {
  try {
    const response = JSON.parse(line) as Partial<CallResponse> | null;
    return typeof response === 'object' && typeof response?.ok === 'boolean' ? (response as CallResponse) : undefined;
  } catch {
    return undefined;
  }
}

function failure(errorMessage: string): CallResponse {
  return { ok: false, error: { errorMessage } };
}

/** The process of one instance on a built-in runtime, as the emulator sees it. It handles one call at a time. */
export class InstanceProcess {
  readonly #child: ChildProcess;
  readonly #memorySize: number;
  readonly #pipe: Duplex;
  readonly #cancelExitTask: () => void;
  #pending: ((line: string | undefined) => void) | undefined;
  #chunks: Buffer[] = [];
  #chunkBytes = 0;
  #exited = false;
  #closed = false;
  #frozen = false;

  private constructor({ codeDir, env, memorySize, execArgv, inspectPort, onLog }: ProcessOptions) {
    this.#memorySize = memorySize;
    this.#child = fork(join(__dirname, 'instance-main.js'), inspectPort === undefined ? [] : [String(inspectPort)], {
      cwd: codeDir,
      env,
      // FC limits V8 to 90 % of the function's memory.
      execArgv: [`--max-old-space-size=${Math.floor(memorySize * 0.9)}`, ...execArgv],
      detached: HAS_PROCESS_GROUPS,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
    });
    const { stdout, stderr, stdio } = this.#child;
    for (const output of [stdout, stderr]) if (output) readLines(output, onLog);
    this.#pipe = stdio[RESPONSE_FD] as Duplex;
    this.#pipe.on('data', (bytes: Buffer) => this.#read(bytes)).on('error', () => undefined);
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

  /** Whether the process is frozen. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Continues a frozen process. */
  thaw(): void {
    this.#thaw();
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
    // A debugger may stop the function for as long as its user needs.
    const timer = setTimeout(
      () => {
        timedOut = true;
        this.kill();
      },
      Number.isFinite(timeout) ? Math.min(timeout * 1000, MAX_TIMEOUT_MILLIS) : MAX_TIMEOUT_MILLIS,
    );
    const memory = new MemoryWatch(this.pid ?? 0, this.#memorySize, () => this.kill());
    const line = this.#nextLine();
    if (!this.#exited) this.#child.send(call, () => undefined);
    const response = await line;
    clearTimeout(timer);
    memory.stop();
    if (timedOut) return failure(`Function timed out after ${timeout} seconds`);
    const parsed = response === undefined ? undefined : parsedResponse(response);
    if (parsed === undefined) {
      this.kill();
      const durationMillis = Math.round(performance.now() - startMillis);
      const facts = [
        `duration: ${durationMillis}ms`,
        ...(memory.maxMegabytes > 0 ? [`maxMemoryUsage: ${memory.maxMegabytes}MB`] : []),
      ];
      return failure(`Process exited unexpectedly before completing request (${facts.join(', ')})`);
    }
    if (call.freeze) this.#freeze();
    return parsed;
  }

  /** Kills the process, even when it is frozen. */
  kill(): void {
    if (!this.#exited) signalGroup(this.#child, 'SIGKILL');
  }

  /** Resolves when the process has exited and all its output has been read. */
  async closed(): Promise<void> {
    if (!this.#closed) await closedWithin(this.#child, CLOSE_TIMEOUT_MILLIS);
  }

  // The process is in a blocking read here. So the stop cannot come before its response, nor the continue before the
  // stop. On Windows, which cannot stop a process, only the blocking read stops the user's code.
  #freeze(): void {
    this.#frozen = true;
    signalGroup(this.#child, 'SIGSTOP');
  }

  #thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    signalGroup(this.#child, 'SIGCONT');
    this.#pipe.write('.');
  }

  // The program of the user may write to this pipe as well, and without end.
  #read(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.length;
    if (this.#chunkBytes > MAX_RESPONSE_BYTES) return this.kill();
    if (!bytes.includes(NEWLINE)) return;
    const received = Buffer.concat(this.#chunks);
    const end = received.lastIndexOf(NEWLINE);
    this.#chunks = [received.subarray(end + 1)];
    this.#chunkBytes = received.length - end - 1;
    for (const line of received.toString('utf8', 0, end).split('\n')) this.#settle(line);
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
    // Processes that it has started end with it.
    if (!this.#exited) signalGroup(this.#child, 'SIGKILL');
    this.#exited = true;
    this.#cancelExitTask();
    // The last output of the process may not have been read yet; the pipe closes after it.
    if (this.#pipe.destroyed) this.#settle(undefined);
    else {
      const timer = setTimeout(() => this.#pipe.destroy(), CLOSE_TIMEOUT_MILLIS);
      this.#pipe.once('close', () => {
        clearTimeout(timer);
        this.#settle(undefined);
      });
    }
  }
}
