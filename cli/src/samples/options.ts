import { parseArgs } from 'node:util';
import { parseCommand, UsageError } from '../options';
import type { Backend } from '../options';
import { STORIES } from './samples';
import type { Story } from './sample';

/** The text of `--help`, and of no arguments at all. */
export function help(): string {
  const width = Math.max(...STORIES.map(({ name }) => name.length));
  return `fc-traced: plays the samples with the real parts around them, as Function Compute would call them, and shows their traces

usage: npm run sample NAME...  [-- options]

${STORIES.map(({ name, question }) => `  ${name.padEnd(width)}  ${question}`).join('\n')}

  --all          all of them
  --jaeger URL   send Jaeger thrift to this backend, such as http://127.0.0.1:14268/api/traces
  --otlp URL     send OTLP to this backend, such as http://127.0.0.1:4318/v1/traces
  --write        take the traces as those that the samples must give, in their files and READMEs
  --help         print this text

Without a URL, a collector on this machine takes the traces; they are drawn and compared with those that the sample must give.
Exit code: 0; 1 when a trace did not arrive or is another one; 2 when the options make no sense; 3 when a real part is missing here.
`;
}

/** What the command line asks for. */
export type StoryCommand =
  | { readonly name: 'help' }
  | {
      readonly name: 'play';
      readonly stories: readonly Story[];
      readonly backends: readonly Backend[];
      readonly write: boolean;
    };

const OPTIONS = {
  jaeger: { type: 'string' },
  otlp: { type: 'string' },
  all: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read', { cause: error });
  }
}

function storyOf(name: string): Story {
  const found = STORIES.find((story) => story.name === name);
  if (found === undefined) {
    throw new UsageError(`there is no sample "${name}"; there are ${STORIES.map((story) => story.name).join(', ')}`);
  }
  return found;
}

/** Reads the command line. Throws a `UsageError` when it makes no sense. */
export function parseStoryCommand(args: readonly string[]): StoryCommand {
  const { values, positionals } = parse(args);
  const urls = (['jaeger', 'otlp'] as const).flatMap((protocol) =>
    values[protocol] === undefined ? [] : [`--${protocol}`, values[protocol]],
  );
  const asked = parseCommand(urls);
  const backends = asked.name === 'send' ? asked.backends : [];
  if (values.help || (positionals.length === 0 && !values.all && urls.length === 0 && !values.write)) {
    return { name: 'help' };
  }
  if (values.all === positionals.length > 0) {
    throw new UsageError(values.all ? '--all takes no names' : 'name a sample, or give --all');
  }
  if (values.write && backends.length > 0) {
    throw new UsageError('--write needs the traces here: it goes without --jaeger and --otlp');
  }
  return { name: 'play', stories: values.all ? STORIES : positionals.map(storyOf), backends, write: values.write };
}
