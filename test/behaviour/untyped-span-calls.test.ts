import type { Span as ApiSpan } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { secret } from 'fc-traced';
import { SpanPipeline } from '../../src/export/span-pipeline';

// What a program in JavaScript passes to spans is not checked by a compiler, nor by the SDK.

const ended: ReadableSpan[] = [];
const sink = { onEnd: (span: ReadableSpan) => void ended.push(span) };
const silent: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
const tracerWith = (...processors: SpanProcessor[]) =>
  new BasicTracerProvider({ spanProcessors: [new SpanPipeline(processors, [sink])] }).getTracer('test');

beforeEach(() => ended.splice(0));

const SECRET = 'hunter2-hunter2';
secret(SECRET);
const throwing = {
  toString(): string {
    throw new Error('toString');
  },
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe.each([
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a number', 42, '42'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a symbol with a secret', Symbol(SECRET), 'Symbol([redacted])'],
  ['a list with a secret', [SECRET], '[redacted]'],
  ['a URL', new URL('http://localhost/a'), 'http://localhost/a'],
  ['an object without a prototype', Object.create(null), 'object'],
  ['an object whose toString throws', throwing, 'object'],
  ['a revoked proxy', revoked.proxy, 'object'],
] as const)('a name that is %s', (_, value, expected) => {
  const name = value as unknown as string;

  test.each([
    ['without', []],
    ['with', [silent]],
  ])('throws nothing into the program, %s span processors', (_with, processors) => {
    const tracer = tracerWith(...processors);
    tracer.startSpan(name).end();
    tracer.startSpan('a').updateName(name).end();
    tracer.startSpan('b').addEvent(name).end();
    expect(ended.map((span) => [span.name, ...span.events.map((event) => event.name)])).toEqual([
      [expected],
      [expected],
      ['b', expected],
    ]);
  });
});

test('values of other types than declared throw nothing when the span ends', () => {
  const calls: ((span: ApiSpan) => unknown)[] = [
    (span) => span.setAttribute('a', throwing as unknown as string),
    (span) => span.setAttribute('a', [throwing, null] as unknown as string[]),
    (span) => span.setAttribute('a', [null, undefined, SECRET] as string[]),
    (span) => span.setAttribute(5 as unknown as string, 5n as unknown as number),
    (span) => span.setAttribute(Symbol('a') as unknown as string, SECRET),
    (span) => span.setAttribute('__proto__', [SECRET]),
    (span) => span.setStatus({ code: 2, message: throwing as unknown as string }),
    (span) => span.setStatus({ code: 'x' as unknown as number, message: SECRET }),
    (span) => span.recordException(undefined as unknown as Error),
    (span) => span.recordException({ name: 5, message: throwing } as unknown as Error),
    (span) => span.addEvent('e', 'x' as unknown as number, 'y' as unknown as number),
    (span) => span.addLink({} as Parameters<ApiSpan['addLink']>[0]),
    (span) => span.end('x' as unknown as number),
  ];
  for (const call of calls) {
    const span = tracerWith(silent).startSpan('a');
    call(span);
    span.end();
  }
  expect(ended).toHaveLength(calls.length);
  const texts = ended.map(({ attributes, events, status }) => JSON.stringify([attributes, events, status]));
  expect(texts.join()).not.toContain(SECRET);
});

test.each(['onStart', 'onEnding'] as const)(
  'a span that cannot be redacted, since a processor changed its members in %s, loses its text',
  (hook) => {
    const change = (span: Span): void => {
      Reflect.set(span, 'attributes', Object.freeze({ a: SECRET }));
      Reflect.set(span, 'status', null);
    };
    tracerWith({ ...silent, [hook]: change })
      .startSpan('a')
      .addEvent(SECRET)
      .end();
    expect(ended).toMatchObject([{ name: '[redacted]', attributes: {}, events: [], links: [], status: { code: 0 } }]);
  },
);
