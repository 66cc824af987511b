import { annotate, createHandler, currentSpan, Handler, secret, Traced } from 'fc-traced';
import { fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { isSecretField, isSecretKey } from '../../src/tracing/redaction/secret-keys';
import { redactString } from '../../src/tracing/redaction/secrets';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const MB = 1_000_000;

/** The milliseconds of the processor that work takes: a shared machine does not count. */
function cpuMillis(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

@Handler()
class Api {
  @Traced()
  step(attributes: Record<string, unknown>): void {
    annotate(attributes);
  }
  handle(event: { rawPath?: string }): unknown {
    if (event.rawPath === '/error') throw Object.assign(new Error('m'.repeat(MB)), { name: 'N'.repeat(MB) });
    if (event.rawPath === '/annotate') {
      this.step({ ['K'.repeat(128_000)]: 1, [`${'a.'.repeat(MB / 2)}password`]: 'pw' });
    }
    if (event.rawPath === '/span') {
      const span = currentSpan();
      span.updateName('s'.repeat(MB));
      span.addEvent('e'.repeat(MB), { ['k'.repeat(MB)]: 'v'.repeat(MB) });
      span.setAttribute(
        'list',
        Array.from({ length: 2_000 }, () => 'i'.repeat(1_000)),
      );
      span.setStatus({ code: 2, message: 'm'.repeat(MB) });
      span.addLink({ context: span.spanContext(), attributes: { ['l'.repeat(MB)]: 'v'.repeat(MB) } });
    }
    return 'ok';
  }
}
const { handler } = createHandler(Api);

/** Each name, key and value of the recorded spans. */
function texts(): string[] {
  const values = (attributes: object): string[] =>
    Object.entries(attributes).flatMap(([key, value]) => [key, ...[value].flat().map(String)]);
  return traces
    .spans()
    .flatMap(({ name, attributes, events, links, status }) => [
      name,
      ...values(attributes),
      ...events.flatMap((event) => [event.name, ...values(event.attributes ?? {})]),
      ...links.flatMap((link) => values(link.attributes ?? {})),
      status.message ?? '',
    ]);
}

const request = (fields: object): Buffer => {
  const event = fakeEvent('http') as { headers: object };
  return Buffer.from(JSON.stringify({ ...event, ...fields }));
};

test('a request with texts of 1 MB takes little time, and is recorded with at most 4,096 characters each', async () => {
  const big = 'A'.repeat(MB);
  const event = request({
    rawPath: `/${big}`,
    queryParameters: { [big]: '1', a: big, [`${'a'.repeat(MB)}Token`]: 'x' },
    headers: {
      'user-agent': big,
      host: big,
      'x-forwarded-for': big,
      'x-forwarded-proto': big,
      traceparent: big,
      tracestate: `a=1,${' '.repeat(MB)},b=2`,
      baggage: `${'a=1,'.repeat(MB / 4)}`,
    },
    requestContext: { http: { method: big, protocol: big } },
  });
  const before = process.cpuUsage();
  await invoke(handler, event, fakeFcContext());
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(1_000);
  expect(Math.max(...texts().map(({ length }) => length))).toBeLessThanOrEqual(4_097);
  const { attributes } = traces.spans().at(-1)!;
  expect(attributes).toMatchObject({ 'http.request.method': '_OTHER' });
  expect((attributes['server.address'] as string).length).toBeLessThanOrEqual(257);
});

test('an error with a name and a message of 1 MB is recorded with 256 and 4,096 characters', async () => {
  jest.spyOn(console, 'error').mockImplementation();
  await invoke(handler, request({ rawPath: '/error' }), fakeFcContext());
  const { attributes, status, events } = traces.spans().at(-1)!;
  expect(String(attributes['error.type'])).toBe(`${'N'.repeat(256)}…`);
  expect(status.message).toBe(`${'m'.repeat(4_096)}…`);
  expect(Math.max(...Object.values(events[0]!.attributes ?? {}).map((value) => String(value).length))).toBeLessThan(
    17_000,
  );
});

test('attribute keys of any length take little time, are cut, and are still compared with the names of secrets', async () => {
  await invoke(handler, request({ rawPath: '/annotate' }), fakeFcContext());
  const { attributes } = traces.spans().find(({ name }) => name === 'Api.step')!;
  expect(attributes).toEqual({
    [`${'K'.repeat(256)}…`]: 1,
    [`${'a.'.repeat(128)}…`]: '[redacted]',
  });
});

test('names, keys and values that the program sets itself are cut as well', async () => {
  await invoke(handler, request({ rawPath: '/span' }), fakeFcContext());
  const [span] = traces.spans();
  expect(span!.name).toHaveLength(257);
  const lengths = texts().map(({ length }) => length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(65_537);
  expect((span!.attributes.list as string[]).join('').length).toBeLessThanOrEqual(65_536);
});

test('a query of 16 KB with one name, and 100 such names, take little time', () => {
  const isSlow = (text: string): boolean => cpuMillis(() => redactString(text)) > 500;
  expect(isSlow(`https://h/?${'A'.repeat(16_384)}=1`)).toBe(false);
  expect(isSlow(`https://h/?${`${'A'.repeat(16_384)}=1&`.repeat(100)}`)).toBe(false);
  expect(isSlow(`{${`"${'A'.repeat(300)}":1,`.repeat(1_000)}}`)).toBe(false);
});

test.each([
  '"\\',
  '"',
  '"a" ',
  '://',
  'A+',
  'a://',
  '{"a":"',
  '\\',
  '%5c',
  '%25',
  '&amp;',
  '&',
  '=',
  ';a=',
  '?a=1&',
  '\\u0041',
  '9',
])('the removal of secrets takes linear time in a text that repeats %j', (pump) => {
  secret('\\\\\\\\\\\\\\\\%25%25 secret');
  for (const suffix of ['', '\u0000', '"', '\\\\\\\\\\\\\\\\%25%25 secret']) {
    const text = pump.repeat(200_000 / pump.length) + suffix;
    expect(cpuMillis(() => redactString(text))).toBeLessThan(2_000);
  }
});

test('invented names displace no key of the program, and names of any number are looked up quickly', () => {
  const own = ['order.id', 'http.request.method', 'access_token'];
  const lookUp = (): number =>
    cpuMillis(() => {
      for (let round = 0; round < 100_000; round += 1) for (const key of own) isSecretKey(key);
    });
  lookUp();
  const before = lookUp();
  for (let index = 0; index < 5_000; index += 1) isSecretField(`invented${index}`);
  for (let index = 0; index < 5_000; index += 1) isSecretKey(`invented${index}`);
  lookUp();
  expect(lookUp()).toBeLessThan(before * 4 + 50);
  expect(own.map(isSecretKey)).toEqual([false, false, true]);
});

test('a secret in a long text is redacted, also where the text is cut', async () => {
  secret('hunter2-hunter2');
  const span = `${'x'.repeat(4_090)}hunter2-hunter2`;
  class Cut {
    @Traced({ attributes: (text: string) => ({ text }) })
    run(text: string): number {
      return text.length;
    }
  }
  new Cut().run(span);
  expect(JSON.stringify(traces.spans().at(-1)!.attributes)).not.toContain('hunter');
});
