import {
  createHandler,
  FcTracedError,
  Handler,
  HttpError,
  InjectContext,
  InjectEvent,
  InjectSpan,
  InjectTracer,
  Service,
} from 'fc-traced';
import { serve, traceListener } from 'fc-traced/server';

/** Returns the code and the message of the error that `make` throws. */
function refusal(make: () => unknown): [code: string, message: string] {
  try {
    make();
  } catch (error) {
    if (error instanceof FcTracedError) return [error.code, error.message.replace(/ \[\w+\]$/, '')];
    throw error;
  }
  throw new Error('nothing was thrown');
}
class Fine {
  handle(): void {}
}
const OPTIONS =
  'name, method, inject, container, parent, endpoint, protocol, headers, exportTimeoutMillis, flushTimeoutMillis, sampleRatio, serviceName, resourceAttributes, spanProcessors';

test('the message of an FcTracedError ends with its code', () => {
  expect(() => Handler({ nam: 'x' } as object)).toThrow(/\. \[INVALID_OPTION\]$/);
});

test('an unknown option is an error that lists the options', () => {
  const [code, onClass] = refusal(() => Handler({ nam: 'orders' } as object));
  expect(code).toBe('INVALID_OPTION');
  expect(onClass).toMatch(/^@Handler has no option "nam"\. Its options are name, method, /);
  expect(onClass.slice(onClass.indexOf('Its options are ') + 16, -1).split(', ')).toEqual(
    expect.arrayContaining(OPTIONS.split(', ')),
  );
  expect(refusal(() => createHandler(Fine, { constructor: 1 } as object))[1]).toMatch(
    /^createHandler\(Fine\) has no option "constructor"\. Its options are /,
  );
});

test.each([
  [{ name: ' ' }, 'Option "name" of @Handler must be a non-empty string, not " ".'],
  [{ method: 7 }, 'Option "method" of @Handler must be a non-empty string, not 7.'],
  [{ inject: 'x' }, 'Option "inject" of @Handler must be an array of tokens, not "x".'],
  [{ container: {} }, 'Option "container" of @Handler must be a tsyringe container, not a value of type object.'],
  [
    { parent: 7 },
    'Option "parent" of @Handler must be a span context, a string, headers, or a function that returns one.',
  ],
  [
    { endpoint: 'ftp://secret' },
    'Option "endpoint" of @Handler must be an http or https URL, such as http://127.0.0.1:4318/v1/traces.',
  ],
  [{ protocol: 'zipkin' }, 'Option "protocol" of @Handler must be \'otlp\' or \'jaeger\', not "zipkin".'],
  [{ headers: ['secret'] }, 'Option "headers" of @Handler must be an object.'],
  [
    { flushTimeoutMillis: -1 },
    'Option "flushTimeoutMillis" of @Handler must be a number of milliseconds, 0 or more, not -1.',
  ],
  [
    { exportTimeoutMillis: Infinity },
    'Option "exportTimeoutMillis" of @Handler must be a number of milliseconds, more than 0, not Infinity.',
  ],
  [{ sampleRatio: 50 }, 'Option "sampleRatio" of @Handler must be a ratio from 0 to 1 (50 percent is 0.5), not 50.'],
  [{ sampleRatio: NaN }, 'Option "sampleRatio" of @Handler must be a ratio from 0 to 1, not NaN.'],
  [{ sampleRatio: '50' }, 'Option "sampleRatio" of @Handler must be a ratio from 0 to 1, not "50".'],
  [{ serviceName: '' }, 'Option "serviceName" of @Handler must be a non-empty string, not "".'],
  [{ resourceAttributes: null }, 'Option "resourceAttributes" of @Handler must be an object, not null.'],
  [{ resourceAttributes: [] }, 'Option "resourceAttributes" of @Handler must be an object, not an array.'],
  [
    { spanProcessors: [{}] },
    'Option "spanProcessors" of @Handler must be an array of span processors; item 0 is a value of type object.',
  ],
])('an invalid value of an option is an error: %j', (options, message) => {
  expect(refusal(() => Handler(options as object))).toEqual(['INVALID_OPTION', message]);
});

test.each([
  ['null', null, 'null'],
  ['a string', 'orders', '"orders"'],
  ['an array', [], 'an array'],
])('options that are not an object are an error: %s', (_, options, words) => {
  expect(refusal(() => Handler(options as never))).toEqual([
    'INVALID_OPTION',
    `The options of @Handler must be an object, not ${words}.`,
  ]);
  expect(refusal(() => createHandler(Fine, options as never))).toEqual([
    'INVALID_OPTION',
    `The options of createHandler(Fine) must be an object, not ${words}.`,
  ]);
});

test('an endpoint from whose path no protocol can be derived requires the option protocol', () => {
  expect(refusal(() => createHandler(Fine, { endpoint: 'https://collector.example/secret' }))).toEqual([
    'INVALID_OPTION',
    'The protocol cannot be derived from the path of option "endpoint": set option "protocol" to "otlp" or "jaeger".',
  ]);
});

test.each<readonly [string, unknown, string]>([
  ['undefined', undefined, 'undefined (is its module part of a circular import?)'],
  ['null', null, 'null'],
  ['a string', 'Fine', '"Fine"'],
  ['an instance', new Fine(), 'an object: pass the class itself, not an instance'],
  ['an object of functions', { handle: () => 1 }, 'an object: pass the class itself, not an instance'],
  ...(
    [
      ['an arrow function', () => new Fine(), ''],
      ['an async function', async function handler() {}, ' handler'],
      ['a function with a name', function handler() {}, ' handler'],
      ['a generator', function* events() {}, ' events'],
      ['a method', { process() {} }.process, ' process'],
      ['a bound function', function handler() {}.bind(undefined), ' bound handler'],
    ] as const
  ).map(
    ([what, given, name]) =>
      [what, given, `the function${name}: make it the method "handle" of a class, and pass that class`] as const,
  ),
])('createHandler takes only a class: %s', (_, given, words) => {
  expect(refusal(() => createHandler(given as never))).toEqual([
    'INVALID_TARGET',
    `createHandler requires a class, not ${words}.`,
  ]);
});

test('a constructor function with a method is a class, as compilers for ES5 write it', () => {
  function Old(): void {}
  Old.prototype.handle = (): void => {};
  expect(createHandler(Old as never)).toHaveProperty('handler');
  function Empty(): void {}
  Empty.prototype.other = (): void => {};
  expect(refusal(() => createHandler(Empty as never))).toEqual(['ENTRY_NOT_FOUND', expect.any(String)]);
});

test.each([
  ['http://x:4318', 'use the full URL, such as http://x:4318/v1/traces for OTLP'],
  ['https://collector.example/', 'use the full URL, such as https://collector.example/v1/traces for OTLP'],
  ['http://[::1]:4318', 'use the full URL, such as http://[::1]:4318/v1/traces for OTLP'],
  ['http://jaeger:14268', 'use the full URL, such as http://jaeger:14268/api/traces for Jaeger'],
])('an endpoint without a path gets the full URL: %s', (endpoint, remedy) => {
  expect(refusal(() => createHandler(Fine, { endpoint }))).toEqual([
    'INVALID_OPTION',
    `The protocol cannot be derived from the path of option "endpoint": ${remedy}, or set option "protocol" to "otlp" or "jaeger".`,
  ]);
});

test('an endpoint with the port of gRPC gets the URL for HTTP', () => {
  expect(refusal(() => createHandler(Fine, { endpoint: 'http://collector:4317' }))[1]).toBe(
    'The protocol cannot be derived from the path of option "endpoint": port 4317 is that of OTLP over gRPC, which is not supported. Use OTLP over HTTP: http://collector:4318/v1/traces.',
  );
});

test.each([
  ['localhost:4318', 'http://localhost:4318/v1/traces'],
  ['collector', 'http://collector/v1/traces'],
  ['127.0.0.1:14268', 'http://127.0.0.1:14268/api/traces'],
])('an endpoint without a scheme gets the full URL: %s', (endpoint, full) => {
  expect(refusal(() => Handler({ endpoint }))[1]).toBe(
    `Option "endpoint" of @Handler must be an http or https URL, such as http://127.0.0.1:4318/v1/traces (did you mean ${full}?).`,
  );
});

test.each([
  'http://x:4318/secret',
  'http://user:secret@x:4318',
  'http://x:4318?token=secret',
  'x:4318/secret',
  'secret@x',
])('an endpoint that may contain a token is not repeated: %s', (endpoint) => {
  expect(refusal(() => createHandler(Fine, { endpoint }))[1]).not.toContain('secret');
});

test.each([
  ['mysql', 'mysql2'],
  ['postgres', 'pg'],
  ['ioreds', 'ioredis'],
  ['kafka', 'kafkajs'],
  ['Redis', 'redis'],
  ['https', 'http'],
  ['fetch', 'undici'],
  ['@opentelemetry/instrumentation-ioredis', 'ioredis'],
])('an instrumentation that does not exist is named, with the one that was meant: %s', (given, meant) => {
  expect(refusal(() => createHandler(Fine, { instrumentations: ['http', given] as never }))[1]).toBe(
    `Option "instrumentations" of createHandler(Fine) must be an array of instrumentations, each an object or one of http, undici, mysql2, pg, redis, ioredis, kafkajs; item 1 is "${given}" (did you mean "${meant}"?).`,
  );
});

test.each([
  ['mongodb', '"mongodb"'],
  ['', '""'],
  [7, '7'],
  [{}, 'a value of type object'],
])('an instrumentation that is like none is named: %p', (given, shown) => {
  expect(refusal(() => createHandler(Fine, { instrumentations: [given] as never }))[1]).toMatch(
    new RegExp(`; item 0 is ${shown}\\.$`),
  );
});

test.each([
  [{ 'a b': 'secret' }, 'header 0 has a name with a character that is not allowed'],
  [{ ok: '', 'authorization: Bearer secret': '' }, 'header 1 has a name with a character that is not allowed'],
  [{ '': 'secret' }, 'header 0 has a name with a character that is not allowed'],
  [
    { authorization: 'Bearer secret\n' },
    'authorization has a value with a line break or another character that is not allowed',
  ],
  [
    { authorization: 'secret\0' },
    'authorization has a value with a line break or another character that is not allowed',
  ],
  [{ tenant: 'secret 秘' }, 'tenant has a value with a line break or another character that is not allowed'],
  [{ tenant: 7 }, 'tenant is of type number instead of a string'],
  [{ tenant: ['secret'] }, 'tenant is an array instead of a string'],
  [{ tenant: null }, 'tenant is null instead of a string'],
  [{ Connection: 'close' }, 'Connection is set by the HTTP client'],
  [{ 'transfer-encoding': 'chunked' }, 'transfer-encoding is set by the HTTP client'],
  [{ te: 'trailers' }, 'te is set by the HTTP client'],
  [{ 'Content-Length': '7' }, 'Content-Length is set by the HTTP client'],
  [{ 'content-type': 'text/plain' }, 'content-type is set by the exporter'],
  [{ 'User-Agent': 'mine' }, 'User-Agent is set by the exporter'],
])('a header that can never be sent is refused, without its value: %j', (headers, problem) => {
  expect(refusal(() => createHandler(Fine, { headers: headers as never }))).toEqual([
    'INVALID_OPTION',
    `Option "headers" of createHandler(Fine) must be an object of names and values that can be sent; ${problem}.`,
  ]);
});

test('headers in a Headers object or a Map would be lost, and are refused', () => {
  for (const headers of [new Headers({ a: 'secret' }), new Map([['a', 'secret']])]) {
    expect(refusal(() => createHandler(Fine, { headers: headers as never }))[1]).toBe(
      'Option "headers" of createHandler(Fine) must be an object (use Object.fromEntries(headers)).',
    );
  }
});

test('every other header is accepted', () => {
  const headers = {
    authorization: 'Basic YQ==',
    'x-tenant!': 'caf\u00e9',
    host: 'a.example',
    empty: '',
    none: undefined,
  };
  expect(createHandler(Fine, { headers: headers as never })).toHaveProperty('handler');
});

test('a class without an entry method is an error, also if the entry is a field or an accessor', () => {
  class Empty {}
  class Field {
    handle = (): void => {};
  }
  class Accessor {
    get handle(): () => void {
      return () => {};
    }
  }
  const message = (name: string, method = 'handle'): string =>
    `${name} has no method "${method}": add it, name another one with @Handler({ method: '…' }), or put @Handler() on the methods that FC calls.`;
  expect(refusal(() => createHandler(Empty))).toEqual(['ENTRY_NOT_FOUND', message('Empty')]);
  expect(refusal(() => createHandler(Field))).toEqual(['ENTRY_NOT_FOUND', message('Field')]);
  expect(refusal(() => createHandler(Accessor))).toEqual([
    'ENTRY_NOT_FOUND',
    'Accessor.handle is a getter, not a method: FC calls it on its object, so leave out decorators that bind it, such as autobind.',
  ]);
  expect(refusal(() => createHandler(Fine, { method: 'toString' }))).toEqual([
    'ENTRY_NOT_FOUND',
    message('Fine', 'toString'),
  ]);
});

test('the message for an anonymous class says "the class"', () => {
  expect(refusal(() => createHandler(class {}))[1]).toMatch(/^the class has no method "handle": /);
});

test('the errors of serve contain its name and its options', async () => {
  const messageOf = (...args: unknown[]): Promise<string> =>
    (Reflect.apply(serve, undefined, args) as Promise<never>).catch((error: unknown) => (error as Error).message);
  expect(await messageOf(Fine, { prot: 1 })).toMatch(
    /^serve has no option "prot"\. Its options are name, .*, port, host, body, bodyLimitBytes, shutdownTimeoutMillis\. \[INVALID_OPTION\]$/,
  );
  expect(await messageOf(Fine, { port: '9000' })).toBe(
    'Option "port" of serve must be a whole number from 0 to 65535, not "9000". [INVALID_OPTION]',
  );
  expect(await messageOf(undefined)).toBe(
    'serve requires a class, not undefined (is its module part of a circular import?). [INVALID_TARGET]',
  );
});

test('traceListener takes a function and no options for a class', () => {
  const words = (given: string): string =>
    `traceListener requires a request listener, as http.createServer does (an Express app, Koa's app.callback()), not ${given}.`;
  expect(refusal(() => traceListener(undefined as never))).toEqual([
    'INVALID_TARGET',
    words('a value of type undefined'),
  ]);
  expect(refusal(() => traceListener({ callback() {} } as never))).toEqual([
    'INVALID_TARGET',
    words('a value of type object'),
  ]);
  for (const key of ['method', 'inject', 'container', 'http']) {
    const [code, message] = refusal(() => traceListener(() => {}, { [key]: undefined }));
    expect([code, message]).toEqual([
      'INVALID_OPTION',
      expect.stringMatching(`^traceListener has no option "${key}"\\. Its options are name, parent, endpoint, `),
    ]);
  }
});

test('the status of an HttpError must be a number', () => {
  expect(refusal(() => new HttpError('404' as never))).toEqual([
    'INVALID_OPTION',
    'HttpError requires a status code from 400 to 599, not "404".',
  ]);
});

test.each(['initialize', 'preFreeze', 'preStop'])('an entry method cannot have the name of the hook %s', (hook) => {
  class Taken {
    [hook](): void {}
  }
  Handler()(Taken.prototype, hook, Object.getOwnPropertyDescriptor(Taken.prototype, hook)!);
  expect(refusal(() => createHandler(Taken))).toEqual([
    'ENTRY_NAME_TAKEN',
    `Taken.${hook} is decorated with @Handler(), but createHandler returns a lifecycle hook with that name: rename the method.`,
  ]);
});

test('@Handler and @Service without parentheses are an error', () => {
  const parentheses = (name: string): string[] => ['INVALID_OPTION', `@${name} needs its parentheses: @${name}().`];
  expect(refusal(() => Reflect.apply(Handler, undefined, [Fine]))).toEqual(parentheses('Handler'));
  expect(refusal(() => Reflect.apply(Handler, undefined, [Fine.prototype, 'handle', {}]))).toEqual(
    parentheses('Handler'),
  );
  expect(refusal(() => Reflect.apply(Service, undefined, [Fine]))).toEqual(parentheses('Service'));
});

test('@Service on anything but a class is an error', () => {
  const words = ['INVALID_TARGET', '@Service must decorate a class.'];
  expect(refusal(() => Reflect.apply(Service(), undefined, [Fine.prototype, 'handle', {}]))).toEqual(words);
  expect(refusal(() => Reflect.apply(Service(), undefined, [Fine, 'create', {}]))).toEqual(words);
  expect(
    refusal(() => Reflect.apply(Service(), undefined, [Fine.prototype.handle, { kind: 'method', name: 'handle' }])),
  ).toEqual(words);
});

test.each([InjectTracer, InjectSpan, InjectContext, InjectEvent])(
  '%p on anything but a parameter of a constructor is an error',
  (decorator) => {
    const words = [
      'INVALID_TARGET',
      `@${decorator.name}() must decorate a constructor parameter. With standard decorators, name the tokens with the option inject.`,
    ];
    expect(refusal(() => Reflect.apply(decorator(), undefined, [Fine.prototype, 'handle', 0]))).toEqual(words);
    expect(refusal(() => Reflect.apply(decorator(), undefined, [Fine, 'create', 0]))).toEqual(words);
    expect(refusal(() => Reflect.apply(decorator(), undefined, [Fine.prototype, 'field']))).toEqual(words);
    expect(refusal(() => Reflect.apply(decorator(), undefined, [undefined, { kind: 'field', name: 'field' }]))).toEqual(
      words,
    );
  },
);
