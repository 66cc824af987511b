import { commandHelp, ExitCode, findCommand, programHelp } from '../command';
import type { Command } from '../command';
import { print } from '../terminal';
import { UsageError } from '../usage-error';

/** Prints the help of the program or of one command. */
export const help: Command<never> = {
  name: 'help',
  summary: 'list the commands, or print the help of one',
  positionals: '[COMMAND]',
  options: [],
  async run(_values, names, { commands }) {
    const [name, ...others] = names;
    if (others.length > 0) throw new UsageError('help takes the name of one command');
    print(name === undefined ? programHelp(commands) : commandHelp(findCommand(commands, name)));
    return ExitCode.Ok;
  },
};
