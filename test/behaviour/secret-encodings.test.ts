import { trace } from '@opentelemetry/api';
import { annotate, createHandler, Handler, secret, Traced, traced } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { inspect } from 'node:util';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Login {
  @Traced()
  with(attributes: Record<string, unknown>): void {
    annotate(attributes);
  }
}
/** A string as it is recorded in the attribute `note`. */
function recorded(note: unknown): unknown {
  new Login().with({ note });
  return traces.spans().at(-1)!.attributes.note;
}

const KEY = `s3cr3t +/&"'\\é=~!*(${'x'.repeat(3)}%)`;
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const percent = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

test.each<[string, string]>([
  ['as it is', KEY],
  ['form-encoded', new URLSearchParams({ k: KEY }).toString().slice(2)],
  ['percent-encoded', encodeURIComponent(KEY)],
  ['percent-encoded as a whole URL', encodeURI(KEY)],
  ['percent-encoded in lower case, each byte', percent(KEY)],
  ['percent-encoded twice', encodeURIComponent(encodeURIComponent(KEY))],
  ['in JSON', json(KEY)],
  ['in JSON in JSON', json(json(KEY))],
  ['in JSON with ASCII only', json(KEY).replaceAll('é', '\\u00e9')],
  ['in JSON with escaped slashes', json(KEY).replaceAll('/', '\\/')],
  [
    'in JSON with every character escaped',
    Array.from(KEY, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  ],
  ['in JSON in a form', new URLSearchParams({ k: json(KEY) }).toString().slice(2)],
  ['inspected', inspect(`${KEY}\``).slice(1, -2)],
  ['in HTML', KEY.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
  ['in base64', Buffer.from(KEY).toString('base64')],
  ['in base64 for URLs', Buffer.from(KEY).toString('base64url')],
  ['in hex', Buffer.from(KEY).toString('hex')],
])('a secret is redacted %s', (_, encoded) => {
  secret(KEY);
  const text = recorded(`<${encoded}>`) as string;
  expect(text).toMatch(/^<\[redacted\]=*>$/);
});

test.each(['a', 'ab', 'abc', 'ann:'])(
  'a secret is redacted in base64 after %j, as in Basic authorization',
  (before) => {
    secret('hunter2-hunter2-hunter2');
    const text = recorded(`Basic ${Buffer.from(`${before}hunter2-hunter2-hunter2;`).toString('base64')}`) as string;
    expect(text).toMatch(/^Basic .{0,7}\[redacted\].{0,6}$/);
  },
);

test.each<[string, unknown, unknown]>([
  ['a number', secret(471_108_15).reveal(), '47110815'],
  ['a bigint', secret(90_071_992_547_409_931n).reveal(), '90071992547409931'],
  ['a number in an object', secret({ card: { number: 4_111_111_111 } }).reveal().card.number, '4111111111'],
])('secret() of %s is redacted as a value and in texts', (_, value, text) => {
  expect(recorded(value)).toBe('[redacted]');
  expect(recorded(`it is ${text as string}.`)).toBe('it is [redacted].');
  expect(recorded([value, 'a'])).toEqual(['[redacted]', 'a']);
  expect(recorded([1, value])).toEqual(['1', '[redacted]']);
});

test.each<[string, ArrayBufferView | ArrayBuffer]>([
  ['a Buffer', Buffer.from('bytes of a key')],
  ['a Uint8Array', new Uint8Array(Buffer.from('bytes of an array'))],
  ['an ArrayBuffer', new Uint8Array(Buffer.from('bytes of an array buffer')).buffer],
  ['a DataView', new DataView(new Uint8Array([0xde, 0xad, 0xbe, 0xef, 0, 1, 0xfe, 0xed]).buffer)],
])('secret() of %s is redacted in each form', (_, value) => {
  secret(value);
  const bytes = Buffer.from(
    ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value),
  );
  for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const) {
    expect(recorded(`<${bytes.toString(form)}>`)).toMatch(/^<\[redacted\]=*>$/);
  }
  expect(recorded(JSON.stringify(bytes))).toBe('{"type":"Buffer","data":[[redacted]]}');
  expect(recorded(inspect(bytes))).toBe('<Buffer [redacted]>');
});

test.each<[string, unknown]>([
  ['a Map', new Map([['k', 'value of a map']])],
  ['a Set', new Set(['value of a set'])],
  ['a URL', new URL('https://a.example/?value of a url')],
  ['another secret', secret('value of a secret')],
])('secret() of %s is redacted', (_, value) => {
  secret(value);
  for (const text of ['value of a map', 'value of a set', 'value of a secret']) {
    if (inspect(value).includes(text)) expect(recorded(text)).toBe('[redacted]');
  }
  if (value instanceof URL) expect(recorded(`[${value.href}]`)).toBe('[[redacted]]');
});

test.each<[string, string]>([
  ['postgres://ann:hunter2@db.example:5432/shop', 'postgres://REDACTED:REDACTED@db.example:5432/shop'],
  ['amqps://ann:p@ss@w@mq.example/v', 'amqps://REDACTED:REDACTED@mq.example/v'],
  ['redis://:p/a?s#s@cache.example:6379/0', 'redis://REDACTED:REDACTED@cache.example:6379/0'],
  [
    'connect to mongodb+srv://ann:pw@a.example,b.example/x failed',
    'connect to mongodb+srv://REDACTED:REDACTED@a.example,b.example/x failed',
  ],
  ['https://a.example/cb#access_token=abc&state=1', 'https://a.example/cb#access_token=REDACTED&state=1'],
  ['https://a.example/#/login?id_token=abc', 'https://a.example/#/login?id_token=REDACTED'],
  ['https://a.example/a;jsessionid=abc/b?x=1', 'https://a.example/a;jsessionid=REDACTED/b?x=1'],
  [
    'see https://a.example/?api_key=k1, or <https://b.example/?sig=k2>',
    'see https://a.example/?api_key=REDACTED or <https://b.example/?sig=REDACTED>',
  ],
  ['/cb?page=2&refresh_token=abc#otp=1', '/cb?page=2&refresh_token=REDACTED#otp=REDACTED'],
  ['https://a.example/?next=https%3A%2F%2Fann%3Apw%40b.example', 'https://a.example/?next=REDACTED'],
  ['https://a.example/?filter=%7B%22password%22%3A%22x%22%7D', 'https://a.example/?filter=REDACTED'],
  ['user=ann&password=hunter2&remember=1', 'user=ann&password=REDACTED&remember=1'],
  ['smtp_pass=x', 'smtp_pass=REDACTED'],
  ['{"user":"ann","password":"hun\\"ter2","n":1}', '{"user":"ann","password":"[redacted]","n":1}'],
  ['{ "login" : { "otp" : 123456 } }', '{ "login" : { "otp" : "[redacted]" } }'],
  ['failed: {"credentials":{"id":"a","list":["}"]},"x":1}', 'failed: {"credentials":"[redacted]","x":1}'],
  ['{"body":"{\\"token\\":\\"abc\\"}"}', '{"body":"{\\"token\\":\\"[redacted]\\"}"}'],
  ['{"url":"postgres://a:b@c/d"}', '{"url":"postgres://REDACTED:REDACTED@c/d"}'],
  ['{"a":1,"client_secret":"trunc', '{"a":1,"client_secret":"[redacted]"'],
])('a secret field of a text is redacted under any key: %s', (text, clean) => {
  expect(recorded(text)).toBe(clean);
});

test.each([
  'https://a.example:8080/@ann/posts?page=2#top=1',
  'https://[::1]:8080/a@b',
  'mailto:ann@example.com',
  'npm i @scope/name@1.2.3',
  'a=1&b=2&input_tokens=7',
  '{"has_password":true,"token_count":3,"note":"a \\"quoted\\" word"}',
  'SELECT * FROM t WHERE token = $1',
  'x == y && password',
  '12345678901234567890',
])('a text without secrets is recorded unchanged: %s', (text) => {
  expect(recorded(text)).toBe(text);
});

test('the fields of strings are redacted in attributes, events and errors of libraries as well', async () => {
  const library = trace.getTracer('library');
  @Handler()
  class Shop {
    handle(): unknown {
      const span = library.startSpan('call', {
        attributes: { target: 'redis://:hunter22@cache', list: ['otp=hunter22'] },
      });
      span.setAttribute('later', '{"pin":"hunter22"}');
      span.addEvent('sent', { body: 'a=1&token=hunter22' });
      span.recordException(new Error('GET https://a.example/?token=hunter22'));
      span.setStatus({ code: 2, message: 'GET https://a.example/#token=hunter22' });
      span.end();
      return traced(() => {
        throw new Error('connect postgres://ann:hunter22@db');
      }, 'failing')();
    }
  }
  await expect(invoke(createHandler(Shop).handler, {}, fakeFcContext())).rejects.toThrow('hunter22');
  for (const found of traces.traces()) expectTrace(found).toHideSecrets('hunter22');
  expect(traces.spans().map(({ status }) => status.message)).toContain('connect postgres://REDACTED:REDACTED@db');
});

test('long strings without secrets are read in linear time', () => {
  secret('sk-live-of-the-test');
  const started = performance.now();
  for (const part of ['a', '\\', '"', '%25', '{"a":', ';x=', '&a=1', 'a://', '/?=', '"a":"']) {
    recorded(`/://":=${part.repeat(50_000)} `);
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});
