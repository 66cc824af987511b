import { createHandler, Handler } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

let act: () => unknown = () => undefined;
@Handler({ name: 'acting' })
class Acting {
  handle(): unknown {
    return act();
  }
}
const { handler } = createHandler(Acting);
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('without a callback, the promise is fulfilled with the value that the method returned', async () => {
  const value = { id: 7 };
  act = () => value;
  expect(await handler(Buffer.from('{}'), fakeFcContext())).toBe(value);
  act = async () => value;
  expect(await handler(Buffer.from('{}'), fakeFcContext())).toBe(value);
});

test('if a method throws synchronously, the function returns a rejected promise', () => {
  const error = new Error('mine');
  act = () => {
    throw error;
  };
  const answer = handler(Buffer.from('{}'), fakeFcContext());
  expect(answer).toBeInstanceOf(Promise);
  return expect(answer).rejects.toBe(error);
});

class OutOfStock extends RangeError {
  override readonly name = 'OutOfStock';
}
const cases: [string, unknown, string, string][] = [
  ['an Error', new TypeError('mine'), 'TypeError', 'mine'],
  ['a custom error class', new OutOfStock('none left'), 'OutOfStock', 'none left'],
  ['an object', { message: 'plain' }, 'Object', 'plain'],
  ['a string', 'text', 'string', 'text'],
  ['undefined', undefined, 'undefined', 'undefined'],
  ['null', null, 'null', 'null'],
  ['zero', 0, 'number', '0'],
  ['a symbol', Symbol.for('s'), 'symbol', 'Symbol(s)'],
  [
    'an object whose getters throw',
    Object.defineProperty({}, 'message', {
      get() {
        throw new Error('trap');
      },
    }),
    'Object',
    '',
  ],
];

test.each(cases)(
  'a failure reaches FC unchanged and is recorded once on the span: %s',
  async (_, thrown, type, message) => {
    for (const fail of [
      () => {
        throw thrown;
      },
      async () => {
        throw thrown;
      },
    ]) {
      traces.clear();
      act = fail;
      const outcome = await invoke(handler, {}).then(
        () => 'answered',
        (error: unknown) => ({ error }),
      );
      expect(outcome).toEqual({ error: thrown });
      if (typeof outcome === 'object') expect(Object.is(outcome.error, thrown)).toBe(true);
      expectTrace(traces.only()).toMatchTree({
        name: 'acting',
        status: 'ERROR',
        attributes: { 'error.type': type },
        events: ['exception'],
      });
      const [span] = traces.spans();
      expect(span!.events[0]!.attributes).toMatchObject({
        'exception.type': type,
        ...(message !== '' && { 'exception.message': message }),
      });
      expect(span!.status.message).toBe(message);
    }
  },
);

test('an error of an invocation keeps its properties, name and stack', async () => {
  const error = Object.assign(new Error('mine'), { code: 'E_MINE' });
  const before = { ...Object.getOwnPropertyDescriptors(error), stack: error.stack };
  act = () => {
    throw error;
  };
  await expect(invoke(handler, {})).rejects.toBe(error);
  expect({ ...Object.getOwnPropertyDescriptors(error), stack: error.stack }).toEqual(before);
});

test('the status of a successful invocation span is unset', async () => {
  act = () => 'done';
  await invoke(handler, {});
  expectTrace(traces.only()).toMatchTree({ name: 'acting', status: 'UNSET', events: [], children: [] });
});

test('an object without a prototype can be thrown', async () => {
  const bare = Object.create(null) as object;
  act = () => {
    throw bare;
  };
  expect(await invoke(handler, {}).catch((error: unknown) => error === bare)).toBe(true);
  expectTrace(traces.only()).toMatchTree({ name: 'acting', status: 'ERROR' });
});
