import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import vm from 'node:vm';
import { Traced } from 'fc-traced';
import { check, ended, events, span } from '../check';

const elsewhere = (code: string, names: object = {}): any => vm.runInNewContext(code, { ...names });

class Realm {
  @Traced({ attributes: (value) => ({ value }) })
  record(_value: unknown): void {}

  @Traced({ countStream: true })
  pass(value: unknown): any {
    return value;
  }

  @Traced({ expectedErrors: [TypeError] })
  expected(error: unknown): never {
    throw error;
  }

  @Traced()
  call(_signal: unknown, error: unknown): never {
    throw error;
  }
}

check('a Date of another realm is an attribute, bytes of another realm are none', () => {
  new Realm().record(elsewhere('new Date(0)'));
  assert.equal(span('Realm.record').attributes.value, '1970-01-01T00:00:00.000Z');
  new Realm().record(
    elsewhere('({ bytes: new Uint8Array(2), buffer: new ArrayBuffer(2), view: new DataView(new ArrayBuffer(1)) })'),
  );
  assert.equal(ended().length, 2);
});

check('a built-in class of expected errors also matches the class of another realm', () => {
  assert.throws(() => new Realm().expected(elsewhere('new TypeError("over there")')));
  assert.deepEqual(events('Realm.expected'), ['fc_traced.expected_error']);
});

check('an error of another class of another realm is not expected', () => {
  assert.throws(() => new Realm().expected(elsewhere('new RangeError("over there")')));
  assert.equal(span('Realm.expected').status.code, 'ERROR');
});

check('a signal of a polyfill or of another realm cancels a call', () => {
  class Signal extends elsewhere('class Target { addEventListener() {} }; Target') {
    readonly aborted = true;
    readonly reason = 'enough';
  }
  assert.throws(() => new Realm().call(new Signal(), new Error('stopped', { cause: 'enough' })));
  assert.deepEqual(events('Realm.call'), ['fc_traced.cancelled']);
});

check('bytes of another realm in a stream are counted', async () => {
  const stream = new PassThrough({ objectMode: true });
  const returned: PassThrough = new Realm().pass(stream);
  stream.end(elsewhere('new Uint8Array(3)'));
  assert.equal((await returned.toArray()).length, 1);
  assert.equal(span('Realm.pass').attributes['fc_traced.stream.bytes'], 3);
});

check('a stream whose EventEmitter is that of another copy of the module is followed', () => {
  const prototype = Object.defineProperties({}, Object.getOwnPropertyDescriptors(EventEmitter.prototype));
  const stream = Object.assign(Object.create(prototype) as EventEmitter, { pipe() {}, read() {} });
  EventEmitter.call(stream as never);
  assert.equal(new Realm().pass(stream), stream);
  assert.deepEqual(ended(), []);
  stream.emit('end');
  assert.deepEqual(ended(), ['Realm.pass']);
});

check('a web stream and a Response of a polyfill are followed', async () => {
  class Polyfill {
    readonly #stream = new Blob(['abc']).stream();
    getReader(): unknown {
      return this.#stream.getReader();
    }
    tee(): unknown {
      return this.#stream.tee();
    }
  }
  const reader = new Realm().pass(new Polyfill()).getReader();
  assert.deepEqual(ended(), []);
  while (!(await reader.read()).done);
  assert.deepEqual(ended(), ['Realm.pass']);
  const body = new PassThrough();
  const response = { body, bodyUsed: false, arrayBuffer() {}, [Symbol.toStringTag]: 'Response' };
  assert.equal(new Realm().pass(response), response);
  body.end('abc');
  assert.equal(ended().length, 1);
  await body.toArray();
  assert.equal(ended().length, 2);
});
