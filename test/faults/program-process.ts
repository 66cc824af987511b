import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** The counts of `deliveryStats()`. */
export interface Stats {
  readonly made: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly waiting: number;
  readonly waitedMillis: number;
}

/** What the callers of the program saw. */
export interface Seen {
  /** How many answers differed from those of the untraced program. */
  readonly wrong: number;
  /** The time during which any answer waited for more than 15 ms, in total. */
  readonly waitedMillis: number;
  readonly medianWaitMillis: number;
  readonly longestWaitMillis: number;
  /** The number of spans that the calls made. */
  readonly made: number;
  readonly stats: Stats;
  /** The number of open sockets. */
  readonly sockets: number;
  readonly settledMillis?: number;
}

/** The program of `program.cjs` in a process of its own. */
export class ProgramProcess {
  readonly #child: ChildProcess;
  #ids = 0;

  constructor() {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(OTEL_|FC_|NODE_OPTIONS)/.test(name)),
    );
    // What is printed about lost spans is tested elsewhere.
    this.#child = fork(path.join(__dirname, 'program.cjs'), {
      env,
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** Sends a command, and resolves to its result. */
  async run<T>(command: string, args: object = {}): Promise<T> {
    const id = (this.#ids += 1);
    this.#child.channel?.ref();
    this.#child.send({ id, command, ...args });
    for (;;) {
      const [answer] = (await once(this.#child, 'message')) as [{ id: number; result?: T; error?: string }];
      if (answer.id !== id) continue;
      this.#child.channel?.unref();
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.result as T;
    }
  }

  /** Stops the process, as FC does between calls. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
