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
  ['a text', '"déjà vu"', 'déjà vu'],
  ['false', ' false\n', false],
  ['null', 'null', null],
])('bytes that are JSON arrive as the value they spell: %s', async (_, json, value) => {
  expect(await handler(Buffer.from(json), fakeFcContext())).toEqual(value);
});

test.each([
  ['plain text', Buffer.from('hello')],
  ['nothing at all', Buffer.alloc(0)],
  ['JSON cut short', Buffer.from('{"id":')],
  ['two JSON values', Buffer.from('{} {}')],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['a lone surrogate in CESU-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['CBOR', Buffer.from('\xa2\x67Version', 'latin1')],
])('bytes that are not JSON arrive as the very object that FC passed: %s', async (_, bytes) => {
  expect(await handler(bytes, fakeFcContext())).toBe(bytes);
});

test('a plain Uint8Array, also one in the middle of a larger buffer, is read like a Buffer', async () => {
  const whole = Uint8Array.from(Buffer.from('xx{"id":7}yy'));
  expect(await handler(whole.subarray(2, 10), fakeFcContext())).toEqual({ id: 7 });
});

test('an event that is no bytes is handed on: an object as it is, a text as the JSON it spells', async () => {
  const event = { id: 7 };
  expect(await handler(event, fakeFcContext())).toBe(event);
  expect(await handler('{"id":8}', fakeFcContext())).toEqual({ id: 8 });
  expect(await handler('no JSON', fakeFcContext())).toBe('no JSON');
  expect(await handler(undefined, fakeFcContext())).toBeUndefined();
});

test('a key __proto__ in an event stays a key and changes no prototype', async () => {
  const event = (await handler(Buffer.from('{"__proto__":{"admin":true}}'), fakeFcContext())) as object;
  expect(Object.keys(event)).toEqual(['__proto__']);
  expect('admin' in event).toBe(false);
});

test('the method gets the very context that FC passed, as its second and last argument', async () => {
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
