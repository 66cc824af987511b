import type { Backend } from '../options';
import { UsageError } from '../options';
import { paint, print } from '../terminal';
import { Ending } from '../cleanup';
import { MissingPart } from '../samples/missing-service';
import { help, parseStoryCommand } from '../samples/options';
import { send } from '../samples/send-traces';
import { show } from '../samples/show-traces';
import type { Story } from '../samples/sample';

const SIGNALS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/** What is to be put away of the story that is under way. */
let ending: Ending | undefined;

// An interrupted story is put away at once. Who interrupts that as well ends it hard: `exit` handlers still kill and remove.
function interrupt(code: number): void {
  if (ending === undefined || ending.begun) process.exit(code);
  process.stderr.write('interrupted: putting everything away\n');
  void ending
    .run(true)
    .catch(() => undefined)
    .then(() => process.exit(code));
}

async function play(story: Story, backend: Backend | undefined, write: boolean): Promise<boolean> {
  const own = (ending = new Ending());
  try {
    return backend === undefined ? await show(story, own, write) : await send(story, own, backend);
  } catch (error) {
    // What is cut off by an interruption fails in every way.
    if (own.begun) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    await own.run();
    ending = undefined;
  }
}

/** Runs the command line; resolves to the exit code, see `--help`. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parseStoryCommand(args);
    if (command.name === 'help') {
      print(help().trimEnd());
      return 0;
    }
    let asTold = true;
    let isMissing = false;
    for (const story of command.stories) {
      print(paint('bold', `${story.name}: ${story.question}`), '');
      for (const backend of command.backends.length === 0 ? [undefined] : command.backends) {
        try {
          asTold = (await play(story, backend, command.write)) && asTold;
        } catch (error) {
          if (!(error instanceof MissingPart)) throw error;
          // The other stories do without it.
          process.stderr.write(`${error.message}\n\n`);
          isMissing = true;
          break;
        }
      }
    }
    if (!asTold) return 1;
    return isMissing ? 3 : 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`fc-traced: ${error.message}\nTry --help.\n`);
    return 2;
  }
}

if (require.main === module) {
  for (const [signal, code] of SIGNALS) process.on(signal, () => interrupt(code));
  // Whoever reads along may stop reading, as `head` does, or close the terminal.
  process.stdout.on('error', () => interrupt(1));
  process.stderr.on('error', () => undefined);
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
