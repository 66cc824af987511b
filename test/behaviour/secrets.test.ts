import { trace } from '@opentelemetry/api';
import {
  annotate,
  createHandler,
  currentSpan,
  FcTracedError,
  Handler,
  secret,
  startSpan,
  Traced,
  traced,
} from 'fc-traced';
import type { FcContext, HandlerOptions } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

type Processor = NonNullable<HandlerOptions['spanProcessors']>[number];
type Plant = (text: string, context: FcContext) => unknown;

const noop = async (): Promise<void> => {};
const SPAN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

/** Returns what a span processor of the application can read of a span. */
function readableOf(span: object): string {
  const { name, attributes, events, links, status } = span as Record<string, unknown>;
  return JSON.stringify({ name, attributes, events, links, status });
}
const seen: string[] = [];
const observer: Processor = {
  onStart: (span) => void seen.push(readableOf(span)),
  onEnding: (span) => void seen.push(readableOf(span)),
  onEnd: (span) => void seen.push(readableOf(span)),
  forceFlush: noop,
  shutdown: noop,
};

const traces = recordTraces();
afterEach(() => {
  traces.clear();
  seen.length = 0;
});
afterAll(() => traces.stop());

let plant: Plant;
@Handler({ name: 'orders', spanProcessors: [observer] })
class Orders {
  async handle(event: { text: string }, context: FcContext): Promise<unknown> {
    await Promise.resolve();
    return plant(event.text, context);
  }
}
const { handler } = createHandler(Orders);

/** Runs `recordText` in an invocation, and returns everything that a processor saw and the trace contains, as text. */
async function traceOf(recordText: Plant, text: string, context?: FcContext): Promise<string> {
  plant = recordText;
  await invoke(handler, { text }, context).catch((error: unknown) => {
    if (error instanceof FcTracedError) throw error;
  });
  expect(seen.length).toBeGreaterThanOrEqual(3);
  return (
    seen.join('\n') +
    JSON.stringify(traces.spans(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  );
}

const failing = (error: unknown): never => {
  throw error;
};
const inSpan = (options: object, work: () => unknown = () => 1): unknown =>
  traced(work, { name: 'work', ...options })();
const library = trace.getTracer('library');

/** Every place of a trace in which a program can record a string. */
const PLACES: Record<string, Plant> = {
  'a fixed attribute': (text) => inSpan({ attributes: { note: `a ${text} b` } }),
  'an attribute of an extractor': (text) =>
    inSpan({ attributes: () => ({ deep: { note: `a ${text} b`, list: ['x', text] } }) }),
  "an attribute's key": (text) => inSpan({ attributes: () => ({ [`user.${text}`]: 1 }) }),
  'a result': (text) => inSpan({ resultAttributes: (value: string) => ({ value }) }, () => text),
  "a link's attributes": (text) => inSpan({ links: () => [{ context: SPAN, attributes: { note: text } }] }),
  "a method's name": (text) => inSpan({ name: `work ${text}` }),
  'annotate()': (text) => annotate({ note: text }),
  'startSpan()': (text) => startSpan(`start ${text}`, { attributes: { note: text } }).end(),
  "the current span's attributes": (text) =>
    currentSpan()
      .setAttribute('note', text)
      .setAttributes({ list: [text, 'x'] }),
  "the current span's name": (text) => currentSpan().updateName(`name ${text}`),
  "the current span's status": (text) => currentSpan().setStatus({ code: 2, message: `status ${text}` }),
  "the current span's links": (text) => currentSpan().addLink({ context: SPAN, attributes: { note: text } }),
  "an event's name": (text) => currentSpan().addEvent(`event ${text}`),
  "an event's attributes": (text) => currentSpan().addEvent('event', { note: text, list: [text] }),
  'a recorded exception': (text) => currentSpan().recordException(new Error(text)),
  'a span of a library': (text) =>
    library.startActiveSpan(
      `library ${text}`,
      { attributes: { note: text }, links: [{ context: SPAN, attributes: { note: text } }] },
      (span) => {
        span.addEvent(text);
        span.end();
      },
    ),
  "an error's message and stack": (text) => inSpan({}, () => failing(new Error(`login with ${text} failed`))),
  "an error's name": (text) => inSpan({}, () => failing(Object.assign(new Error('x'), { name: `E ${text}` }))),
  "an error's cause": (text) =>
    inSpan({}, () => failing(new Error('outer', { cause: new Error(text, { cause: text }) }))),
  'the errors of an AggregateError': (text) =>
    inSpan({}, () => failing(new AggregateError([new Error(text), text], 'all'))),
  'a thrown string': (text) => inSpan({}, () => failing(text)),
  'an error of an async method': async (text) => inSpan({}, async () => failing(new Error(text))),
  'an error of the handler': (text) => failing(new Error(text)),
  'a method of a class': (text) => {
    class Login {
      @Traced({ attributes: (user: { name: string }) => ({ user }) })
      by(user: { name: string }): never {
        return failing(new Error(user.name));
      }
    }
    return new Login().by({ name: text });
  },
};

test.each(Object.entries(PLACES))('a string in %s is recorded, unless it is a secret', async (_, place) => {
  const open = 'not-a-secret-4711';
  expect(await traceOf(place, open)).toContain(open);
  traces.clear();
  seen.length = 0;
  const hidden = `sk-live-${Math.random().toString(36).slice(2)}-end`;
  secret(hidden);
  const all = await traceOf(place, hidden);
  expect(all).not.toContain(hidden);
  expect(all).toContain('[redacted]');
  for (const found of traces.traces()) expectTrace(found).toHideSecrets(hidden);
});

test.each(Object.entries(PLACES))("FC's credentials are redacted in %s", async (_, place) => {
  const credentials = {
    accessKeyId: 'LTAI.FAKE.of.a.test',
    accessKeySecret: 'FAKE/secret+of=a test',
    securityToken: 'CAIS"FAKE"\ntoken\\of a test',
  };
  for (const value of Object.values(credentials)) {
    const all = await traceOf((text, context) => place(text, context), value, fakeFcContext({ credentials }));
    expect(all).not.toContain(JSON.stringify(value).slice(1, -1));
    for (const found of traces.traces()) expectTrace(found).toHideSecrets(...Object.values(credentials));
  }
});

test("with FC's context as attributes, credentials and endpoint are redacted", async () => {
  const all = await traceOf(
    (_, context) => inSpan({ attributes: () => ({ context }) }),
    '',
    fakeFcContext({ tracing: { jaegerEndpoint: 'http://127.0.0.1:1/adapt_token/api/traces' } }),
  );
  expect(all).toContain('"context.region":"cn-hangzhou"');
  expect(all).toContain('"context.credentials":"[redacted]"');
  expect(all).not.toMatch(/FAKE-access-key-secret|FAKE\.AccessKeyId|FAKE-security-token|adapt_token/);
});

test('the error that the handler throws is not redacted, only the trace is', async () => {
  secret('sk-live-passes-through');
  plant = () => failing(new Error('sk-live-passes-through'));
  await expect(invoke(handler, {})).rejects.toThrow('sk-live-passes-through');
});

test('a secret that starts with another one is redacted completely', async () => {
  secret('prefix-1234');
  secret('prefix-1234-and-the-rest');
  expect(await traceOf(() => annotate({ note: 'prefix-1234-and-the-rest' }), '')).not.toContain('the-rest');
});

test('a secret that a span processor adds when a span ends is redacted', async () => {
  secret('sk-live-added-late');
  const ended: string[] = [];
  const adding: Processor = {
    ...observer,
    onEnding: (span) => void span.setAttribute('late', 'sk-live-added-late'),
    onEnd: (span) => void ended.push(readableOf(span)),
  };
  await invoke(createHandler(Orders, { spanProcessors: [adding] }).handler, {});
  expect(ended.join()).toContain('"late":"[redacted]"');
});

test('secrets of the process and credentials are redacted, no matter how many secrets invocations create', async () => {
  secret('sk-live-of-the-module');
  const context = fakeFcContext({ credentials: { accessKeySecret: 'credential-of-the-role' } });
  const createMany = (): void => {
    for (let index = 1_000; index < 2_000; index += 1) secret(`invocation secret ${index}`);
    annotate({ note: 'sk-live-of-the-module, credential-of-the-role, invocation secret 1999, invocation secret 1000' });
  };
  expect(await traceOf(createMany, '', context)).toContain(
    '"note":"[redacted], [redacted], [redacted], invocation secret 1000"',
  );
});

test('a secret is redacted in JSON and in a URL, and if it is in an object', async () => {
  secret('tok/en+=abc"def');
  secret({ login: { password: 'hunter2hunter2' } });
  const note = `${JSON.stringify({ t: 'tok/en+=abc"def' })} ${encodeURIComponent('tok/en+=abc"def')} hunter2hunter2`;
  expect(await traceOf(() => annotate({ note }), '')).toContain(
    String.raw`"note":"{\"t\":\"[redacted]\"} [redacted] [redacted]"`,
  );
});
