import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { killAtExit } from './kill-at-exit';

/** How the process of a custom runtime is started. */
export interface ServerProcessOptions {
  readonly command: readonly [program: string, ...args: string[]];
  readonly codeDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onLog: (line: string) => void;
}

// FC gives a server two minutes; nothing that is started on this machine takes that long.
const START_TIMEOUT_MILLIS = 30_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The process of one instance on a custom runtime: a server of the user's, on a port that it was given. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  #gone = false;
  #frozen = false;

  private constructor(port: number, { command: [program, ...args], codeDir, env, onLog }: ServerProcessOptions) {
    this.port = port;
    const ports = { FC_SERVER_PORT: String(port), FC_CUSTOM_LISTEN_PORT: String(port) };
    this.#child = spawn(program, args, { cwd: codeDir, env: { ...env, ...ports }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      if (output) createInterface({ input: output }).on('line', onLog);
    }
    const forget = killAtExit(() => this.kill());
    const ended = (): void => {
      this.#gone = true;
      forget();
    };
    this.#child.once('exit', ended).once('error', ended);
  }

  /** Starts a process and waits until it listens. Rejects when it does not. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), options);
    const deadline = performance.now() + START_TIMEOUT_MILLIS;
    while (!(await listens(server.port))) {
      if (!server.gone && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        continue;
      }
      await server.end();
      throw new Error(`the server of the function did not start: nothing listens on the port in FC_SERVER_PORT`);
    }
    return server;
  }

  /** Whether the process has ended. */
  get gone(): boolean {
    return this.#gone;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Stops it until {@link thaw}. Windows has no such signals. */
  freeze(): void {
    if (this.#gone || process.platform === 'win32') return;
    this.#frozen = true;
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#child.kill('SIGCONT');
  }

  /** Ends it at once, also when it is frozen. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when it has ended, or after `milliseconds`: a connection breaks before the end of the process is known. */
  async endsWithin(milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds;
    while (!this.#gone && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Ends it; resolves when it has ended and all that it wrote has been read. */
  async end(): Promise<void> {
    const { stdout } = this.#child;
    const closed =
      this.#child.pid === undefined || stdout === null || stdout.closed
        ? undefined
        : new Promise((resolve) => this.#child.once('close', resolve));
    this.kill();
    await closed;
  }
}
