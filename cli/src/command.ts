import type { Cleanup } from './cleanup';
import { OPTIONS } from './options';
import type { OptionName, OptionValues } from './options';
import { syntax } from './parse-options';
import { UsageError } from './usage-error';

/** The exit codes of all commands. An interrupted command exits with 128 plus the number of the signal. */
export const ExitCode = { Ok: 0, Failed: 1, Usage: 2, MissingService: 3 } as const;

/** What a command runs with, besides its command line. */
export interface CommandContext {
  /** Receives everything that must be released when the command ends or is interrupted. */
  readonly cleanup: Cleanup;
  /** All commands. */
  readonly commands: readonly Command[];
}

/**
 * A command of `fc-traced`. To add one, put it into a file of its own in `commands/` and list it in
 * `commands/commands.ts`.
 */
export interface Command<Name extends OptionName = OptionName> {
  readonly name: string;
  /** What the command does, in one line. */
  readonly summary: string;
  /** The positional arguments, as the usage line shows them. Without it, the command takes none. */
  readonly positionals?: string;
  /** The npm script of this repository that runs the command. */
  readonly npmScript?: string;
  /** The options of the command, in the order of its help. Every command has `--help` as well. */
  readonly options: readonly Name[];
  /** Further sections of the command's help: before and after its options. */
  readonly helpBeforeOptions?: string;
  readonly helpAfterOptions?: string;
  /** Runs the command and resolves to an {@link ExitCode}. Throws a `UsageError` when its arguments are wrong. */
  run(values: Pick<OptionValues, Name>, positionals: readonly string[], context: CommandContext): Promise<number>;
}

/** Finds a command by its name. Throws a `UsageError` with the list of commands when none has that name. */
export function findCommand(commands: readonly Command[], name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found === undefined) {
    throw new UsageError(`there is no command "${name}"; the commands are:\n\n${commandList(commands)}\n`);
  }
  return found;
}

/** Lines with two or more columns, all but the last padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, at) => Math.max(all[at] ?? 0, cell.length)), []);
  return rows
    .map((row) => `  ${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]!))).join('  ')}`)
    .join('\n');
}

function commandList(commands: readonly Command[]): string {
  return columns(commands.map((command) => [synopsis(command), command.summary]));
}

function synopsis({ name, positionals }: Command): string {
  return positionals === undefined ? name : `${name} ${positionals}`;
}

/** The row of an option in the help: its syntax, its variable and default, what it does. */
function described(name: OptionName): string {
  const option: { help: string; env?: string; default: unknown } = OPTIONS[name];
  const facts = [
    ...(typeof option.default === 'string' ? [`default ${option.default}`] : []),
    ...(option.env === undefined ? [] : [`variable ${option.env}`]),
  ];
  return facts.length === 0 ? option.help : `${option.help} (${facts.join(', ')})`;
}

/** The help of the program: all commands and all options. */
export function programHelp(commands: readonly Command[]): string {
  const usedBy = (option: OptionName): string =>
    option === 'help'
      ? 'all'
      : commands
          .filter((command) => command.options.includes(option))
          .map((command) => command.name)
          .join(', ');
  const options = (Object.keys(OPTIONS) as OptionName[])
    .filter((name) => usedBy(name) !== '')
    .map((name) => [syntax(name), usedBy(name), described(name)]);
  const scripts = commands.flatMap(({ name, npmScript }) =>
    npmScript === undefined ? [] : [[npmScript, `fc-traced ${name}`]],
  );
  return [
    'fc-traced: runs functions as Function Compute runs them, and shows their traces',
    'usage: fc-traced COMMAND [options]',
    `commands:\n${commandList(commands)}`,
    `options, and the commands that have them:\n${columns(options)}`,
    `npm scripts of this repository:\n${columns(scripts)}`,
  ].join('\n\n');
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const { name, summary, npmScript, positionals, options, helpBeforeOptions, helpAfterOptions } = command;
  const all: readonly OptionName[] = [...options, 'help'];
  const arguments_ = positionals === undefined ? '' : ` ${positionals}`;
  const usage = [
    `usage: fc-traced ${name}${arguments_} [options]`,
    ...(npmScript === undefined ? [] : [`       ${npmScript}${arguments_} [-- options]`]),
  ];
  return [
    `fc-traced ${name}: ${summary}`,
    usage.join('\n'),
    helpBeforeOptions,
    `options:\n${columns(all.map((option) => [syntax(option), described(option)]))}`,
    helpAfterOptions,
  ]
    .filter((section) => section !== undefined)
    .join('\n\n');
}
