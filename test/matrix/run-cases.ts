// The main file of a process that runs the checks of the case files named by its arguments, and prints what came of them as JSON.
import path from 'node:path';
import { inspect } from 'node:util';
import { checks, traces } from './check';
import type { Check } from './check';

const LIMIT_MILLIS = 10_000;

/** Rejections that nobody handled since the last look. */
const strays: unknown[] = [];
process.on('unhandledRejection', (reason) => strays.push(reason));

async function run({ body }: Check): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  traces.clear();
  try {
    const tooLong = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${LIMIT_MILLIS} ms`)), LIMIT_MILLIS);
    });
    await Promise.race([body(), tooLong]);
    await new Promise((resolve) => setImmediate(resolve));
    const [stray] = strays.splice(0);
    return stray === undefined ? undefined : `a rejection was not handled: ${inspect(stray)}`;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  } finally {
    clearTimeout(timer);
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
    if (broken !== undefined) results.push({ behaviour: name, title: 'its file can be loaded', problem: broken });
    for (const check of checks.slice(first)) {
      results.push({ behaviour: name, title: check.title, problem: await run(check) });
    }
  }
  process.stdout.write(`\n${JSON.stringify(results)}`, () => process.exit(0));
}

void main(process.argv.slice(2));
