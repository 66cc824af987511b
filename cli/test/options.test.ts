import { programHelp } from '../src/command';
import { COMMANDS } from '../src/commands/commands';
import { OPTIONS } from '../src/options';
import { parseOptions } from '../src/parse-options';

test.each([
  [['--otlp', 'http://host:4318'], 'otlp', 'http://host:4318/v1/traces'],
  [['--otlp', 'http://host/adapt_x/api/otlp/traces'], 'otlp', 'http://host/adapt_x/api/otlp/traces'],
  [['--jaeger', 'http://host:14268/'], 'jaeger', 'http://host:14268/api/traces'],
] as const)('%j sends %s to %s', (args, protocol, endpoint) => {
  expect(parseOptions(['jaeger', 'otlp'], args, undefined).values[protocol]).toEqual({ protocol, endpoint });
});

test('an option that is not set has its default', () => {
  expect(parseOptions(['jaeger', 'otlp', 'all', 'write'], ['--write'], undefined).values).toEqual({
    jaeger: undefined,
    otlp: undefined,
    all: false,
    write: true,
    help: false,
  });
});

test('an option that the command does not have is refused', () => {
  expect(() => parseOptions(['jaeger'], ['--all'], undefined)).toThrow("unknown option '--all'");
});

test.each([
  [['--otlp'], /argument missing/],
  [['--otlp', 'not a url'], /--otlp: not a URL/],
  [['--otlp', 'grpc://host:4317'], /--otlp: the URL must start with http: or https:/],
  [['--jaeger', 'http://host/v1/traces'], /--jaeger: the path of the URL must end with \/api\/traces/],
  [['positional'], /too many arguments/],
])('%j is refused with a reason', (args, reason) => {
  expect(() => parseOptions(['jaeger', 'otlp'], args, undefined)).toThrow(reason);
});

test.each([
  [['--trigger', 'pigeon'], /--trigger: "pigeon" is not one of http, api-gateway,/],
  [['--http', 'orders'], /--http: "orders" is not a method and a path/],
  [['--traceparent', '00-0-0-01'], /--traceparent: .* is not a traceparent/],
  [['--repeat', '0'], /--repeat: "0" is not a whole number from 1/],
  [['--repeat', '1.5'], /--repeat: "1.5" is not a whole number/],
  [['--sample', '101'], /--sample: "101" is not a percentage/],
  [['--format', 'xml'], /--format: "xml" is not one of tree, json, otlp/],
  [['--port', '70000'], /--port: "70000" is not a whole number from 0 to 65535/],
  [['--viewer', 'localhost:4318'], /--viewer: "localhost:4318" is not a URL/],
  [['--repat', '2'], /unknown option '--repat'\n\(Did you mean --repeat\?\)/],
])('%j is refused with the range or the words that are accepted', (args, reason) => {
  const names = ['trigger', 'http', 'traceparent', 'repeat', 'sample', 'format', 'port', 'viewer'] as const;
  expect(() => parseOptions(names, args, undefined, {})).toThrow(reason);
});

test('the command line takes precedence over the variable, and the variable over the default', () => {
  const names = ['sample', 'no-tracing', 'port'] as const;
  const parse = (args: string[], env: Record<string, string>) => parseOptions(names, args, undefined, env).values;
  expect(parse([], {})).toMatchObject({ sample: 100, 'no-tracing': false, port: undefined });
  const env = { TRACED_CLI_SAMPLE: '10', TRACED_CLI_NO_TRACING: 'true', TRACED_CLI_PORT: '' };
  expect(parse([], env)).toMatchObject({ sample: 10, 'no-tracing': true, port: undefined });
  expect(parse(['--sample', '0.5'], env)).toMatchObject({ sample: 0.5 });
  expect(parse([], { TRACED_CLI_NO_TRACING: '0' })).toMatchObject({ 'no-tracing': false });
  expect(() => parse([], { TRACED_CLI_NO_TRACING: 'maybe' })).toThrow('TRACED_CLI_NO_TRACING: "maybe" is not 1 or 0');
});

test('each option that has a variable names it in the help, and no two options share one', () => {
  const variables = Object.values<{ help: string; env?: string }>(OPTIONS).flatMap(({ env }) => env ?? []);
  expect(new Set(variables).size).toBe(variables.length);
  const help = programHelp(COMMANDS);
  for (const variable of variables) expect(help).toContain(`variable ${variable}`);
});
