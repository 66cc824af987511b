// The main file of a process that runs the checks of the case files in its arguments, and prints the results as JSON.
import path from 'node:path';
import { inspect } from 'node:util';
import { checks, traces } from './check';
import type { Check } from './check';

const LIMIT_MILLIS = 10_000;

/** The unhandled rejections of the current check. */
const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

async function run({ body }: Check): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  traces.clear();
  try {
    const timeout = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${LIMIT_MILLIS} ms`)), LIMIT_MILLIS);
    });
    await Promise.race([body(), timeout]);
    await new Promise((resolve) => setImmediate(resolve));
    const [rejection] = unhandled.splice(0);
    return rejection === undefined ? undefined : `unhandled rejection: ${inspect(rejection)}`;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends the spans whose values the checks of a file dropped, so that they do not end during a check of another file. */
async function collectDropped(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function main(files: readonly string[]): Promise<void> {
  const results: object[] = [];
  for (const file of files) {
    const first = checks.length;
    const name = path.basename(file, '.case.js');
    let broken: string | undefined;
    try {
      require(file);
    } catch (error) {
      broken = inspect(error);
    }
    if (broken !== undefined) results.push({ behaviour: name, title: 'the case file can be loaded', problem: broken });
    for (const check of checks.slice(first)) {
      results.push({ behaviour: name, title: check.title, problem: await run(check) });
    }
    await collectDropped();
  }
  process.stdout.write(`\n${JSON.stringify(results)}`, () => process.exit(0));
}

void main(process.argv.slice(2));
