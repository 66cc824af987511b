import {
  backend,
  httpUrl,
  integer,
  list,
  numberFrom,
  oneOf,
  requestLine,
  text,
  traceparent,
  triggerNamed,
} from './option-checks';

export type { Backend, Protocol } from './option-checks';

interface Described {
  /** One letter: the short form. */
  readonly short?: string;
  /** The environment variable that sets the option where the command line does not. */
  readonly env?: `TRACED_CLI_${string}`;
  readonly help: string;
}
interface Flag extends Described {
  readonly type: 'boolean';
  readonly default: boolean;
}
interface ValueOption extends Described {
  readonly type: 'string';
  /** What the help shows in place of the value. */
  readonly placeholder: string;
  /** The text that is checked when neither the command line nor the environment has a value. */
  readonly default: string | undefined;
  /** Converts the value. Throws a `UsageError` when it is wrong. `source` is the flag or the variable. */
  check(text: string, source: string): unknown;
}

/** All options of all commands. A command lists the names of those that it takes. */
export const OPTIONS = {
  event: {
    type: 'string',
    short: 'e',
    placeholder: 'FILE',
    default: undefined,
    help: 'the event: a file, - for standard input, or JSON; with --trigger, the fields that differ; with --http, the body',
    check: text,
  },
  trigger: {
    type: 'string',
    placeholder: 'NAME',
    default: undefined,
    help: 'call with an event of this trigger, such as oss, sls, kafka or timer',
    check: triggerNamed,
  },
  http: {
    type: 'string',
    placeholder: 'REQUEST',
    default: undefined,
    help: "call through an HTTP trigger, such as 'GET /orders?limit=2'",
    check: requestLine,
  },
  repeat: {
    type: 'string',
    placeholder: 'N',
    default: '1',
    help: 'call the function so many times',
    check: integer(1, 1_000_000),
  },
  concurrency: {
    type: 'string',
    placeholder: 'N',
    default: '1',
    help: 'make so many calls at a time',
    check: integer(1, 200),
  },
  traceparent: {
    type: 'string',
    placeholder: 'CONTEXT',
    default: undefined,
    help: 'the W3C trace context of the caller, whose trace the call continues',
    check: traceparent,
  },
  sample: {
    type: 'string',
    env: 'TRACED_CLI_SAMPLE',
    placeholder: 'PERCENT',
    default: '100',
    help: 'the sampling rate of FC, 0 to 100',
    check: numberFrom(0, 100, 'a percentage from 0 to 100'),
  },
  'no-tracing': {
    type: 'boolean',
    env: 'TRACED_CLI_NO_TRACING',
    default: false,
    help: 'call the function as FC does when tracing is off',
  },
  timeout: {
    type: 'string',
    placeholder: 'SECONDS',
    default: undefined,
    help: "the function's timeout; by default that of s.yaml, or else 60",
    check: numberFrom(0.001, 86_400, 'a number of seconds up to 86400'),
  },
  memory: {
    type: 'string',
    placeholder: 'MB',
    default: undefined,
    help: "the function's memory; by default that of s.yaml, or else 512",
    check: integer(64, 32_768),
  },
  generation: {
    type: 'string',
    placeholder: 'VERSION',
    default: undefined,
    help: 'the generation of FC, 3.0 or 2.0; by default that of s.yaml, or else 3.0',
    check: oneOf('3.0', '2.0'),
  },
  'no-load': { type: 'boolean', default: false, help: 'do not load the modules or run the initializers' },
  format: {
    type: 'string',
    env: 'TRACED_CLI_FORMAT',
    placeholder: 'FORMAT',
    default: 'tree',
    help: 'what is printed: tree, for people; json, for programs; or otlp, OTLP JSON of the traces',
    check: oneOf('tree', 'json', 'otlp'),
  },
  port: {
    type: 'string',
    env: 'TRACED_CLI_PORT',
    placeholder: 'PORT',
    default: undefined,
    help: 'the port on this machine; 0 is any free one',
    check: integer(0, 65_535),
  },
  timers: { type: 'boolean', default: false, help: 'fire the timers of s.yaml; by default they only run on request' },
  inspect: {
    type: 'string',
    placeholder: 'PORT',
    default: undefined,
    help: 'let each function wait for a debugger before its first line; the port of the first function, such as 9229',
    check: integer(1, 65_535),
  },
  'viewer-port': {
    type: 'string',
    env: 'TRACED_CLI_VIEWER_PORT',
    placeholder: 'PORT',
    default: undefined,
    help: 'the port of the viewer; by default 4318, or a free one if that is in use',
    check: integer(0, 65_535),
  },
  store: {
    type: 'string',
    env: 'TRACED_CLI_STORE',
    placeholder: 'FILE',
    default: undefined,
    help: 'keep the traces in this file, as OTLP JSON, one object a line',
    check: text,
  },
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FILE',
    default: undefined,
    help: 'the file to write; by default OTLP JSON goes to standard output',
    check: text,
  },
  'out-dir': {
    type: 'string',
    placeholder: 'DIR',
    default: 'built',
    help: 'the folder that gets a folder for each function',
    check: text,
  },
  external: {
    type: 'string',
    placeholder: 'PACKAGES',
    default: undefined,
    help: 'copy these packages to node_modules instead of bundling them, such as sharp,pg',
    check: list,
  },
  include: {
    type: 'string',
    placeholder: 'PATHS',
    default: undefined,
    help: 'copy these files and folders as well, such as templates,src/page.html',
    check: list,
  },
  exporter: {
    type: 'string',
    placeholder: 'NAME',
    default: undefined,
    help: 'the exporters in the bundle: both, jaeger or otlp; by default both, unless one is certainly not used',
    check: oneOf('both', 'jaeger', 'otlp'),
  },
  'source-maps': {
    type: 'boolean',
    default: false,
    help: 'deploy the source maps; by default they are beside the folder, in NAME.maps',
  },
  'compile-cache': {
    type: 'boolean',
    default: false,
    help: 'write a compile cache for each function, which applies to the version of Node.js that runs this command',
  },
  viewer: {
    type: 'string',
    env: 'TRACED_CLI_VIEWER',
    placeholder: 'URL',
    default: 'http://127.0.0.1:4318',
    help: 'the address of the running viewer',
    check: httpUrl,
  },
  open: { type: 'boolean', default: false, help: 'open the viewer in the browser, and run until Ctrl-C' },
  stay: { type: 'boolean', default: false, help: 'keep the viewer running until Ctrl-C' },
  jaeger: {
    type: 'string',
    placeholder: 'URL',
    default: undefined,
    help: 'send the traces as Jaeger thrift to this backend, such as http://127.0.0.1:14268/api/traces',
    check: backend('jaeger'),
  },
  otlp: {
    type: 'string',
    placeholder: 'URL',
    default: undefined,
    help: 'send the traces as OTLP to this backend, such as http://127.0.0.1:4318/v1/traces',
    check: backend('otlp'),
  },
  all: { type: 'boolean', default: false, help: 'run all samples' },
  built: {
    type: 'boolean',
    default: false,
    help: 'bundle the functions of s.yaml as fc-traced build does, and run these',
  },
  write: {
    type: 'boolean',
    default: false,
    help: 'save the traces as the expected ones, in the files and READMEs of the samples',
  },
  help: { type: 'boolean', short: 'h', default: false, help: 'print this help' },
} as const satisfies Record<string, Flag | ValueOption>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<Option> = Option extends { check(text: string, source: string): infer Value }
  ? Option extends { readonly default: string }
    ? Value
    : Value | undefined
  : boolean;

/** The values of the options: checked and converted, or their defaults. */
export type OptionValues = { readonly [Name in OptionName]: ValueOf<(typeof OPTIONS)[Name]> };
