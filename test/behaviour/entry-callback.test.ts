import vm from 'node:vm';
import { createHandler, FcTracedError, Handler } from 'fc-traced';
import type { FcCallback } from 'fc-traced';
import { expectTrace, fakeFcContext, recordTraces } from 'fc-traced/testing';

let act: () => unknown = () => undefined;
@Handler()
class Acting {
  handle(): unknown {
    return act();
  }
}
const functions = createHandler(Acting);

/** Calls a function as FC does, waits, and returns the arguments of each call of the callback. */
async function answersOf(
  call: (callback: FcCallback) => unknown,
): Promise<{ returned: unknown; answers: unknown[][] }> {
  const answers: unknown[][] = [];
  const returned = await new Promise<unknown>((resolve) => {
    const value = call((...answer) => {
      answers.push(answer);
      setTimeout(resolve, 20, value);
    });
  });
  return { returned, answers };
}
const invoked = (): ReturnType<typeof answersOf> =>
  answersOf((callback) => functions.handler(Buffer.from('{}'), fakeFcContext(), callback));

test.each([
  ['a value', () => 'done', 'done'],
  ['a promise', async () => ({ id: 7 }), { id: 7 }],
  ['undefined', () => undefined, undefined],
])('with a callback, the result is passed to it once and undefined is returned: %s', async (_, given, value) => {
  act = given;
  expect(await invoked()).toEqual({ returned: undefined, answers: [[null, value]] });
});

const error = new TypeError('mine');
const frozen = Object.freeze({ code: 7 });
test.each([
  [
    'an Error thrown',
    () => {
      throw error;
    },
    error,
  ],
  ['an Error in a rejected promise', () => Promise.reject(error), error],
  [
    'an object that is not an Error',
    () => {
      throw frozen;
    },
    frozen,
  ],
  [
    'a string',
    () => {
      throw 'text';
    },
    'text',
  ],
  [
    'a number',
    async () => {
      throw 7;
    },
    7,
  ],
])(
  'with a callback, the value that the method fails with is its only argument, unchanged: %s',
  async (_, given, thrown) => {
    act = given;
    const { returned, answers } = await invoked();
    expect(returned).toBeUndefined();
    expect(answers).toHaveLength(1);
    expect(answers[0]).toHaveLength(1);
    expect(answers[0]![0]).toBe(thrown);
  },
);

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [0, '0'],
  [false, 'false'],
  ['', 'an empty string'],
])(
  'with a callback, a falsy value that the method fails with becomes an error with the value as cause: %p',
  async (thrown, words) => {
    act = async () => {
      throw thrown;
    };
    const { answers } = await invoked();
    const [given] = answers[0] as [FcTracedError];
    expect(given).toBeInstanceOf(FcTracedError);
    expect(given.message).toBe(`The handler failed with ${words} instead of an error: throw an Error. [FALSY_ERROR]`);
    expect(given.cause).toBe(thrown);
  },
);

/** Formats an error as FC does for one that it takes for unhandled: writes its name, and reads its fields. */
function formatted(given: unknown): unknown {
  if (!(given instanceof Error)) return given;
  given.name = `FunctionUnhandledError: ${given.name}`;
  return [given.message, given.name, given.stack!.split('\n')[0]];
}
class Mine extends RangeError {
  get [Symbol.toStringTag](): string {
    return 'Mine';
  }
}
Object.defineProperty(Mine.prototype, 'name', { get: () => 'Mine' });

test.each<[string, () => Error]>([
  ['frozen', () => Object.freeze(new Mine('text'))],
  [
    'sealed, with a name of its own that is read-only',
    () => Object.seal(Object.defineProperty(new Mine('text'), 'name', { value: 'Mine' })),
  ],
  ['not extensible', () => Object.preventExtensions(new Mine('text'))],
])('with a callback FC can write to an error that is %s, and shows what it would show', async (_, make) => {
  const thrown = make();
  act = () => {
    throw thrown;
  };
  const [given] = (await invoked()).answers[0] as [Error];
  expect(given).toBeInstanceOf(Mine);
  expect(given.cause).toBe(thrown);
  expect(formatted(given)).toEqual(['text', 'FunctionUnhandledError: Mine', thrown.stack!.split('\n')[0]]);
});

test.each<[string, Error]>([
  [
    'cannot be extended, but has a name',
    Object.preventExtensions(Object.assign(new TypeError('mine'), { name: 'Own' })),
  ],
  ['has a class whose name has no setter', new Mine('mine')],
])('with a callback the same error is passed on if FC can format it: one that %s', async (_, thrown) => {
  act = () => Promise.reject(thrown);
  expect((await invoked()).answers[0]![0]).toBe(thrown);
});

test('with a callback an error of another realm is passed on as one that FC takes for an error', async () => {
  const thrown: unknown = vm.runInNewContext('new TypeError("over there")');
  act = () => Promise.reject(thrown);
  const [given] = (await invoked()).answers[0] as [Error];
  expect(given).toBeInstanceOf(Error);
  expect(given).toMatchObject({ name: 'TypeError', message: 'over there', cause: thrown });
});

test('with a callback a value that FC cannot format fails the invocation, in the trace too', async () => {
  const traces = recordTraces();
  act = () => ({ total: 1n });
  const [[given]] = (await invoked()).answers as [[Error]];
  expect(given).toBeInstanceOf(TypeError);
  expectTrace(traces.only()).toMatchTree({
    name: 'test-function',
    status: 'ERROR',
    attributes: { 'error.type': 'TypeError' },
    events: ['exception'],
  });
  traces.stop();
});

test('without a callback every value is returned as it is', async () => {
  const value = { total: 1n };
  act = () => value;
  expect(await functions.handler(Buffer.from('{}'), fakeFcContext())).toBe(value);
});

test.each(['initialize', 'preFreeze', 'preStop'] as const)(
  'the hook %s calls a callback once as well and returns undefined',
  async (hook) => {
    expect(await answersOf((callback) => functions[hook](fakeFcContext(), callback))).toEqual({
      returned: undefined,
      answers: [[null, undefined]],
    });
  },
);

test.each(['initialize', 'preFreeze', 'preStop'] as const)(
  'the hook %s resolves to undefined without a callback',
  async (hook) => {
    expect(await functions[hook](fakeFcContext())).toBeUndefined();
  },
);

test('if the third argument is not a function, a promise is returned', async () => {
  act = () => 'done';
  await expect(
    Reflect.apply(functions.handler, undefined, [Buffer.from('{}'), fakeFcContext(), undefined]),
  ).resolves.toBe('done');
});
