import { createHandler, Handler } from 'fc-traced';
import { fakeFcContext } from 'fc-traced/testing';

@Handler()
class Echo {
  handle(event: unknown): unknown {
    return event;
  }
}
const { handler } = createHandler(Echo);

test.each([
  ['an object', '{"id":7,"tags":["a"]}', { id: 7, tags: ['a'] }],
  ['an array', '[1,{"b":2}]', [1, { b: 2 }]],
  ['a number', '42', 42],
  ['a string', '"déjà vu"', 'déjà vu'],
  ['false', ' false\n', false],
  ['null', 'null', null],
])('JSON bytes are passed as the parsed value: %s', async (_, json, value) => {
  expect(await handler(Buffer.from(json), fakeFcContext())).toEqual(value);
});

test.each([
  ['plain text', Buffer.from('hello')],
  ['no bytes', Buffer.alloc(0)],
  ['truncated JSON', Buffer.from('{"id":')],
  ['two JSON values', Buffer.from('{} {}')],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['a lone surrogate in CESU-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['CBOR', Buffer.from('\xa2\x67Version', 'latin1')],
])('bytes that are not JSON are passed as the object that FC passed: %s', async (_, bytes) => {
  expect(await handler(bytes, fakeFcContext())).toBe(bytes);
});

test('a Uint8Array, also a view of a larger buffer, is read like a Buffer', async () => {
  const whole = Uint8Array.from(Buffer.from('xx{"id":7}yy'));
  expect(await handler(whole.subarray(2, 10), fakeFcContext())).toEqual({ id: 7 });
});

test('an event that is not bytes is passed on: an object unchanged, a string parsed as JSON', async () => {
  const event = { id: 7 };
  expect(await handler(event, fakeFcContext())).toBe(event);
  expect(await handler('{"id":8}', fakeFcContext())).toEqual({ id: 8 });
  expect(await handler('no JSON', fakeFcContext())).toBe('no JSON');
  expect(await handler(undefined, fakeFcContext())).toBeUndefined();
});

test('a key __proto__ in an event is an own property and changes no prototype', async () => {
  const event = (await handler(Buffer.from('{"__proto__":{"admin":true}}'), fakeFcContext())) as object;
  expect(Object.keys(event)).toEqual(['__proto__']);
  expect('admin' in event).toBe(false);
});

test('the method gets the context object that FC passed as its second and last argument', async () => {
  @Handler()
  class Arguments {
    handle(...args: unknown[]): unknown[] {
      return args;
    }
  }
  const context = fakeFcContext();
  const args = (await createHandler(Arguments).handler(Buffer.from('1'), context)) as unknown[];
  expect(args).toHaveLength(2);
  expect(args[1]).toBe(context);
});
