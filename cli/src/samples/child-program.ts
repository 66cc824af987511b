import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { onExit } from '../cleanup';
import type { Cleanup } from '../cleanup';

/** A sample needs a service that is not installed on this machine. The message says how to install it. */
export class MissingService extends Error {}

// Servers are often installed in folders that are not in the PATH of normal users.
const FURTHER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The path of an installed program; `undefined` when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...FURTHER_FOLDERS];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** A program that runs while a sample runs, with all processes that it starts. */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #cancelExitTask: () => void;
  #output = '';

  private constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    // In its own process group: Ctrl-C in a terminal does not reach it, so the cleanup can end everything in order.
    this.#child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.on('data', (bytes: Buffer) => {
        this.#output += bytes.toString();
      });
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#output += error.message;
        resolve();
      });
    });
    this.#cancelExitTask = onExit(() => this.#kill());
  }

  /** Starts a program that `cleanup` ends. */
  static start(
    cleanup: Cleanup,
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ): ChildProgram {
    const program = new ChildProgram(command, args, env);
    cleanup.defer(() => program.end());
    return program;
  }

  /** What the program has written to its standard output and error. */
  get output(): string {
    return this.#output;
  }

  /**
   * Resolves when the output matches. Rejects with the output when the program exits before that or the time is over.
   */
  async waitForOutput(pattern: RegExp, milliseconds = 30_000): Promise<RegExpExecArray> {
    let finished = false;
    const timer = setTimeout(() => {
      finished = true;
    }, milliseconds);
    void this.#exited.then(() => {
      finished = true;
    });
    try {
      for (;;) {
        const isLastCheck = finished;
        const found = pattern.exec(this.#output);
        if (found !== null) return found;
        if (isLastCheck) throw new Error(`${this.#child.spawnfile} did not start:\n${this.#output}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves to the exit code when the program has exited. */
  async exited(): Promise<number | null> {
    await this.#exited;
    this.#cancelExitTask();
    return this.#child.exitCode;
  }

  /** Kills the program at once: nobody needs its data after the sample. */
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
      // It has already exited.
    }
  }
}
