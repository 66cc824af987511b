import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Ending } from '../cleanup';

/** A port of the loopback interface that nobody listens on. For programs that do not find one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A program that runs beside a story, with all processes that it starts. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #onExit = (): void => this.#kill();
  #output = '';

  private constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    // A process group of its own: Ctrl-C in a terminal reaches this program only, and what it started ends in its order.
    this.#child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.on('data', (bytes: Buffer) => {
        this.#output += bytes.toString();
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#output += error.message;
        resolve();
      });
    });
    // Before the folders are removed that it writes to.
    process.prependOnceListener('exit', this.#onExit);
  }

  /** Starts a program, which `ending` puts away. */
  static start(
    ending: Ending,
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ): Program {
    const program = new Program(command, args, env);
    ending.defer(() => program.end());
    return program;
  }

  /** What it wrote, to its output and its error output. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when what it wrote matches; rejects with what it wrote when it ends before, or takes longer than `milliseconds`. */
  async until(pattern: RegExp, milliseconds = 30_000): Promise<RegExpExecArray> {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
    }, milliseconds);
    void this.#ended.then(() => {
      over = true;
    });
    try {
      for (;;) {
        const last = over;
        const found = pattern.exec(this.#output);
        if (found !== null) return found;
        if (last) throw new Error(`${this.#child.spawnfile} did not come up:\n${this.#output}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when it has ended by itself: to its exit code. */
  async exited(): Promise<number | null> {
    await this.#ended;
    process.off('exit', this.#onExit);
    return this.#child.exitCode;
  }

  /** Ends it at once; what it kept is of no use to anyone after a story. */
  async end(): Promise<void> {
    this.#kill();
    await this.exited();
  }

  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}
