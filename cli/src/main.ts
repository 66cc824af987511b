import { send } from './commands/send';
import { show } from './commands/demo';
import { HELP, parseCommand, UsageError } from './options';
import { print } from './terminal';

/** Runs the command line; resolves to the exit code: 0, 1 when a trace did not arrive, 2 when the options make no sense. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(args);
    if (command.name === 'help') {
      print(HELP.trimEnd());
      return 0;
    }
    return (command.name === 'show' ? await show() : await send(command.backends)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`fc-traced: ${error.message}\nTry --help.`);
    return 2;
  }
}

if (require.main === module) {
  // An interrupted run ends through `exit`, so that no stopped process stays behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
