#!/usr/bin/env node
import { Cleanup } from './cleanup';
import { commandHelp, ExitCode, findCommand } from './command';
import { COMMANDS } from './commands/commands';
import { parseOptions } from './parse-options';
import { print } from './terminal';
import { isUsageError } from './usage-error';

const SIGNALS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

async function runCommand(args: readonly string[], cleanup: Cleanup): Promise<number> {
  const [first = '--help', ...rest] = args;
  try {
    const command = findCommand(COMMANDS, first === '--help' ? 'help' : first);
    const { values, positionals } = parseOptions(command.options, rest, command.positionals);
    if (values.help) {
      print(commandHelp(command));
      return ExitCode.Ok;
    }
    return await command.run(values, positionals, { cleanup, commands: COMMANDS });
  } catch (error) {
    if (!isUsageError(error)) throw error;
    process.stderr.write(`fc-traced: ${error.message}\nTry --help.\n`);
    return ExitCode.Usage;
  }
}

/** Runs the command line and everything that the command left to clean up. Resolves to the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const cleanup = new Cleanup();
  let interrupted = false;

  // The first interruption cleans up and exits. The second one exits at once: what runs on exit still kills processes
  // and removes temporary folders.
  const interrupt = (code: number): void => {
    if (cleanup.started) process.exit(code);
    interrupted = true;
    process.stderr.write('interrupted: cleaning up\n');
    void cleanup
      .run(true)
      .catch(() => undefined)
      .then(() => process.exit(code));
  };
  for (const [signal, code] of SIGNALS) process.on(signal, () => interrupt(code));
  // The reader of the output may close it early, as `head` does, or the terminal may be closed.
  process.stdout.on('error', () => interrupt(ExitCode.Failed));
  process.stderr.on('error', () => undefined);

  try {
    return await runCommand(args, cleanup);
  } catch (error) {
    // The work that an interruption cuts off fails in any way.
    if (!interrupted) throw error;
    return ExitCode.Failed;
  } finally {
    await cleanup.run().catch((error: unknown) => {
      if (!interrupted) throw error;
    });
    // `interrupt` exits the process.
    if (interrupted) await new Promise<never>(() => undefined);
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
