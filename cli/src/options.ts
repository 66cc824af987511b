import { parseArgs } from 'node:util';

/** The text of `--help`. */
export const HELP = `fc-traced: runs the sample "orders" as Function Compute runs a function, and shows its traces

usage: npm start [-- options]

  --jaeger URL   send Jaeger thrift to this backend, such as http://127.0.0.1:14268/api/traces
  --otlp URL     send OTLP to this backend, such as http://127.0.0.1:4318/v1/traces
  --help         print this text

Without a URL, a collector on this machine takes the traces over both protocols and prints them.
`;

/** The two protocols that the exporters speak. */
export type Protocol = 'jaeger' | 'otlp';

/** Where to send, and how. */
export interface Backend {
  readonly protocol: Protocol;
  readonly endpoint: string;
}

/** What the command line asks for. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'show' }
  | { readonly name: 'send'; readonly backends: readonly Backend[] };

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {}

// The path tells the exporter which protocol to speak, so it must be one of these.
const PATHS: Record<Protocol, readonly [preferred: string, ...others: string[]]> = {
  jaeger: ['/api/traces'],
  otlp: ['/v1/traces', '/api/otlp/traces'],
};

function backendOf(protocol: Protocol, text: string): Backend {
  if (!URL.canParse(text)) throw new UsageError(`--${protocol}: not a URL`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`--${protocol}: only http and https URLs can be sent to`);
  }
  if (url.pathname === '/') url.pathname = PATHS[protocol][0];
  if (!PATHS[protocol].some((path) => url.pathname.endsWith(path))) {
    throw new UsageError(`--${protocol}: the path of the URL must end with ${PATHS[protocol].join(' or ')}`);
  }
  return { protocol, endpoint: url.href };
}

/** Reads the command line. Throws a {@link UsageError} when it makes no sense. */
export function parseCommand(args: readonly string[]): Command {
  const options = { jaeger: { type: 'string' }, otlp: { type: 'string' }, help: { type: 'boolean' } } as const;
  let values: { jaeger?: string; otlp?: string; help?: boolean };
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read', { cause: error });
  }
  if (values.help === true) return { name: 'help' };
  const backends = (['jaeger', 'otlp'] as const).flatMap((protocol) =>
    values[protocol] === undefined ? [] : [backendOf(protocol, values[protocol])],
  );
  return backends.length === 0 ? { name: 'show' } : { name: 'send', backends };
}
