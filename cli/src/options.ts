import { parseArgs } from 'node:util';

/** The command line is wrong. The message says why. */
export class UsageError extends Error {}

/** The protocols of the exporters. */
export type Protocol = 'jaeger' | 'otlp';

/** A backend to send traces to. */
export interface Backend {
  readonly protocol: Protocol;
  readonly endpoint: string;
}

// The exporters choose the protocol by the path, so the path must be one of these.
const PATHS: Record<Protocol, readonly [preferred: string, ...others: string[]]> = {
  jaeger: ['/api/traces'],
  otlp: ['/v1/traces', '/api/otlp/traces'],
};

function backendOf(protocol: Protocol, text: string): Backend {
  if (!URL.canParse(text)) throw new UsageError(`--${protocol}: not a URL`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`--${protocol}: the URL must start with http: or https:`);
  }
  if (url.pathname === '/') url.pathname = PATHS[protocol][0];
  if (!PATHS[protocol].some((path) => url.pathname.endsWith(path))) {
    throw new UsageError(`--${protocol}: the path of the URL must end with ${PATHS[protocol].join(' or ')}`);
  }
  return { protocol, endpoint: url.href };
}

interface Flag {
  readonly type: 'boolean';
  readonly default: boolean;
  readonly help: string;
}
interface ValueOption {
  readonly type: 'string';
  /** What the help shows in place of the value. */
  readonly placeholder: string;
  readonly default: undefined;
  readonly help: string;
  /** Converts the value. Throws a `UsageError` when it is wrong. */
  check(text: string): unknown;
}

/** All options of all commands. A command lists the names of those that it takes. */
export const OPTIONS = {
  jaeger: {
    type: 'string',
    placeholder: 'URL',
    default: undefined,
    help: 'send the traces as Jaeger thrift to this backend, such as http://127.0.0.1:14268/api/traces',
    check: (text: string) => backendOf('jaeger', text),
  },
  otlp: {
    type: 'string',
    placeholder: 'URL',
    default: undefined,
    help: 'send the traces as OTLP to this backend, such as http://127.0.0.1:4318/v1/traces',
    check: (text: string) => backendOf('otlp', text),
  },
  all: { type: 'boolean', default: false, help: 'run all samples' },
  write: {
    type: 'boolean',
    default: false,
    help: 'save the traces as the expected ones, in the files and READMEs of the samples',
  },
  help: { type: 'boolean', default: false, help: 'print this help' },
} as const satisfies Record<string, Flag | ValueOption>;

export type OptionName = keyof typeof OPTIONS;

/** The values of the options: checked and converted, or their defaults. */
export type OptionValues = {
  readonly [Name in OptionName]: (typeof OPTIONS)[Name] extends { check(text: string): infer Value }
    ? Value | undefined
    : boolean;
};

/**
 * Parses the arguments of a command that has the options `names` and `--help`. Throws a {@link UsageError} when they
 * are wrong.
 */
export function parseOptions<Name extends OptionName>(
  names: readonly Name[],
  args: readonly string[],
  allowPositionals: boolean,
): { values: Pick<OptionValues, Name | 'help'>; positionals: string[] } {
  const all: readonly OptionName[] = [...names, 'help'];
  const options = Object.fromEntries(all.map((name) => [name, { type: OPTIONS[name].type }]));
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  const values = Object.fromEntries(
    all.map((name) => {
      const option = OPTIONS[name];
      const value = parsed.values[name];
      return [
        name,
        option.type === 'string' && typeof value === 'string' ? option.check(value) : (value ?? option.default),
      ];
    }),
  );
  return { values: values as Pick<OptionValues, Name | 'help'>, positionals: parsed.positionals };
}
