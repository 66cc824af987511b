import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceOptions } from '../emulator/instance-options';
import { startInstance } from '../emulator/start-instance';
import type { Instance } from '../emulator/start-instance';
import type { Ending } from './ending';

/** The folder of this repository. */
export const REPOSITORY = join(__dirname, '..', '..');

/** A function of Function Compute's: it says when FC's own spans have been sent. */
interface Deployed {
  delivered(): Promise<void>;
}

/** What a story plays on: it starts functions and real parts, says so, and everything is put away with its ending. */
export class Stage {
  /** The sample's name. */
  readonly sample: string;
  /** Where functions and FC send their spans. */
  readonly endpoint: string;
  readonly ending: Ending;
  readonly #print: (line: string) => void;
  readonly #deployed: Deployed[] = [];
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
    const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
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

  /** An instance of a function of the sample: handler.ts, with its initializer, frozen after each answer. The options are FC's. */
  deploy(options: Partial<InstanceOptions> = {}): Instance {
    const { functionName = this.sample } = options;
    const instance = startInstance({
      handler: 'handler.handler',
      initializer: 'handler.initialize',
      codeDir: join(REPOSITORY, 'dist', 'samples', this.sample),
      functionName,
      timeout: 10,
      freeze: true,
      tracing: { endpoint: this.endpoint },
      ...options,
    });
    this.ending.defer((now) => (now ? instance.kill() : instance.stop()));
    this.#deployed.push(instance);
    this.say(`function ${functionName} as an event function, each instance a process of its own`);
    return instance;
  }

  /** Has anything deployed beside {@link deploy} waited for as well. */
  awaits(deployed: Deployed): void {
    this.#deployed.push(deployed);
  }

  /** Resolves when FC's own spans have been sent; rejects when they could not be. */
  async delivered(): Promise<void> {
    await Promise.all(this.#deployed.map((one) => one.delivered()));
  }
}
