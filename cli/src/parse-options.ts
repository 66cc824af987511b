import { Command as Parser, CommanderError, Option } from 'commander';
import { OPTIONS } from './options';
import type { OptionName, OptionValues } from './options';
import { UsageError } from './usage-error';

type Definition = { readonly short?: string; readonly env?: string } & (typeof OPTIONS)[OptionName];

const ON = /^(1|true|yes|on)$/i;
const OFF = /^(0|false|no|off)?$/i;

/** How an option is written: `--port PORT`. */
export function syntax(name: OptionName): string {
  const option: Definition = OPTIONS[name];
  const long = option.type === 'string' ? `--${name} ${option.placeholder}` : `--${name}`;
  return option.short === undefined ? long : `-${option.short}, ${long}`;
}

function parserOption(name: OptionName): Option {
  const option: Definition = OPTIONS[name];
  const flags = `${option.short === undefined ? '' : `-${option.short}, `}--${name}`;
  // Commander would treat `--no-tracing` as the opposite of a flag `--tracing`.
  const parsed = new Option(option.type === 'string' ? `${flags} <${option.placeholder}>` : flags);
  parsed.negate = false;
  return parsed;
}

function fromEnvironment(option: Definition, env: NodeJS.ProcessEnv): unknown {
  const value = option.env === undefined ? undefined : env[option.env];
  if (value === undefined) return undefined;
  if (option.type === 'string') return value === '' ? undefined : option.check(value, option.env!);
  if (ON.test(value)) return true;
  if (OFF.test(value)) return false;
  throw new UsageError(`${option.env}: "${value}" is not 1 or 0`);
}

function valueOf(name: OptionName, given: unknown, env: NodeJS.ProcessEnv): unknown {
  const option: Definition = OPTIONS[name];
  if (option.type === 'boolean') return given ?? fromEnvironment(option, env) ?? option.default;
  if (typeof given === 'string') return option.check(given, `--${name}`);
  return fromEnvironment(option, env) ?? (option.default && option.check(option.default, `--${name}`));
}

/**
 * Parses the arguments of a command that has the options `names` and `--help`, and the positional arguments that
 * `positionals` describes, such as `NAME...` or `[FILE]`. An option takes its value from the command line, from its
 * environment variable, or from its default, in this order. Throws a {@link UsageError} when the arguments are wrong.
 */
export function parseOptions<Name extends OptionName>(
  names: readonly Name[],
  args: readonly string[],
  positionals: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): { values: Pick<OptionValues, Name | 'help'>; positionals: string[] } {
  const all: readonly OptionName[] = [...names, 'help'];
  const parser = new Parser('fc-traced')
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeErr: () => undefined });
  if (positionals === undefined) parser.allowExcessArguments(false);
  else parser.argument('[arguments...]');
  for (const name of all) parser.addOption(parserOption(name));
  try {
    parser.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(error.message.replace(/^error: /, ''), { cause: error });
  }
  const given = parser.opts<Record<string, unknown>>();
  const keyOf = (name: string): string => name.replaceAll(/-[a-z]/g, (letter) => letter[1]!.toUpperCase());
  const values = Object.fromEntries(all.map((name) => [name, valueOf(name, given[keyOf(name)], env)]));
  return { values: values as Pick<OptionValues, Name | 'help'>, positionals: parser.args };
}
