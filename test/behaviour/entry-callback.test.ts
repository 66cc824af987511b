import { createHandler, FcTracedError, Handler } from 'fc-traced';
import type { FcCallback } from 'fc-traced';
import { fakeFcContext } from 'fc-traced/testing';

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
