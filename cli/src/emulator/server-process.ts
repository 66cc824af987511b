import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { onExit } from '../cleanup';
import { freePort } from '../loopback';
import { readLines } from './log-lines';
import { CLOSE_TIMEOUT_MILLIS, closedWithin, HAS_PROCESS_GROUPS, signalGroup } from './process-group';

/** How the process of a custom runtime is started. */
export interface ServerProcessOptions {
  readonly command: readonly [program: string, ...args: string[]];
  readonly codeDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Receives each line that the function writes to its standard output or error. */
  readonly onLog: (line: string) => void;
}

// FC allows two minutes. On a developer's machine a server starts much faster.
const START_TIMEOUT_MILLIS = 30_000;

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The process of one instance on a custom runtime: a server that listens on the port that it is given. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  #exited = false;
  #frozen = false;

  private constructor(port: number, { command: [program, ...args], codeDir, env, onLog }: ServerProcessOptions) {
    this.port = port;
    const ports = { FC_SERVER_PORT: String(port), FC_CUSTOM_LISTEN_PORT: String(port) };
    this.#child = spawn(program, args, {
      cwd: codeDir,
      env: { ...env, ...ports },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: HAS_PROCESS_GROUPS,
    });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      if (output) readLines(output, onLog);
    }
    const cancelExitTask = onExit(() => this.kill());
    const onExited = (): void => {
      // Processes that it has started end with it.
      if (!this.#exited) signalGroup(this.#child, 'SIGKILL');
      this.#exited = true;
      cancelExitTask();
    };
    this.#child.once('exit', onExited).once('error', onExited);
  }

  /** Starts a process and waits until it listens. Rejects when it does not. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), options);
    const deadline = performance.now() + START_TIMEOUT_MILLIS;
    while (!(await isListening(server.port))) {
      if (!server.exited && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        continue;
      }
      await server.end();
      throw new Error('the server of the function did not start: it does not listen on the port in FC_SERVER_PORT');
    }
    return server;
  }

  /** Whether the process has exited. */
  get exited(): boolean {
    return this.#exited;
  }

  /** Whether the process is frozen. */
  get frozen(): boolean {
    return this.#frozen;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Stops the process until {@link thaw}. Does nothing on Windows, which has no such signals. */
  freeze(): void {
    if (this.#exited || !HAS_PROCESS_GROUPS) return;
    this.#frozen = true;
    signalGroup(this.#child, 'SIGSTOP');
  }

  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    signalGroup(this.#child, 'SIGCONT');
  }

  /** Kills the process, even when it is frozen. */
  kill(): void {
    if (!this.#exited) signalGroup(this.#child, 'SIGKILL');
  }

  /**
   * Resolves when the process has exited, or after `milliseconds`. A connection breaks before the exit of its process
   * is known.
   */
  async exitsWithin(milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds;
    while (!this.#exited && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Kills the process. Resolves when it has exited and all its output has been read. */
  async end(): Promise<void> {
    const { stdout } = this.#child;
    const closed =
      this.#child.pid === undefined || stdout === null || stdout.closed
        ? undefined
        : closedWithin(this.#child, CLOSE_TIMEOUT_MILLIS);
    this.kill();
    await closed;
  }
}
