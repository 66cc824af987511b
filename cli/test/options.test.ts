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
