import vm from 'node:vm';
import { Handler } from 'fc-traced';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';

let act: () => unknown = () => undefined;
@Handler({ name: 'acts' })
class Acts {
  handle(): unknown {
    return act();
  }
}
let server: RunningServer;
const traces = recordTraces();
beforeAll(async () => {
  server = await serve(Acts, { port: 0, host: '127.0.0.1' });
});
afterEach(() => traces.clear());
afterAll(async () => {
  traces.stop();
  await server.close();
});

async function invoked(given: () => unknown): Promise<[status: number, body: string]> {
  act = given;
  const response = await fetch(`http://127.0.0.1:${server.port}/invoke`, { method: 'POST', body: '{}' });
  return [response.status, await response.text()];
}
const throwing = (message: string) => (): never => {
  throw new RangeError(message);
};
const circular = (): object => {
  const loop: Record<string, unknown> = {};
  loop.loop = loop;
  return loop;
};
const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

test.each<[string, () => unknown, object]>([
  ['circular', circular, { errorType: 'TypeError', errorMessage: expect.stringContaining('circular') as unknown }],
  [
    'with a BigInt',
    () => [{ total: 1n }],
    { errorType: 'TypeError', errorMessage: expect.stringContaining('BigInt') as unknown },
  ],
  [
    'whose toJSON throws',
    () => ({ toJSON: throwing('no JSON') }),
    { errorType: 'RangeError', errorMessage: 'no JSON' },
  ],
  [
    'a revoked proxy',
    () => revoked([]),
    { errorType: 'TypeError', errorMessage: expect.stringContaining('revoked') as unknown },
  ],
])(
  '/invoke responds to a value that is %s with the error, which fails the invocation in its trace',
  async (_, make, report) => {
    const [status, body] = await invoked(make);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject(report);
    expectTrace(traces.only()).toMatchTree('acts  ERROR');
  },
);

test.each<[string, () => unknown, string]>([
  ['without a prototype', () => Object.assign(Object.create(null) as object, { id: 7 }), '{"id":7}'],
  ['that JSON omits', () => ({ toJSON: () => undefined }), ''],
  ['that is frozen', () => Object.freeze({ id: 7 }), '{"id":7}'],
])('/invoke responds to an object %s', async (_, make, body) => {
  expect(await invoked(make)).toEqual([200, body]);
});

test.each<[string, () => unknown, object]>([
  ['a frozen error', () => Object.freeze(new RangeError('mine')), { errorType: 'RangeError', errorMessage: 'mine' }],
  [
    'an error with a BigInt as message',
    () => Object.assign(new Error(''), { message: 7n }),
    { errorType: 'Error', errorMessage: '7' },
  ],
  [
    'an error with a circular name',
    () => Object.assign(new Error('mine'), { name: circular() }),
    { errorType: expect.stringContaining('loop') as unknown, errorMessage: 'mine' },
  ],
  [
    'an error whose message throws',
    () => Object.defineProperty(new RangeError('mine'), 'message', { get: throwing('a') }),
    { errorType: 'RangeError', errorMessage: '' },
  ],
  [
    'an error of another realm',
    () => vm.runInNewContext('new TypeError("mine")') as unknown,
    { errorType: 'TypeError', errorMessage: 'mine' },
  ],
  [
    'a revoked proxy of an error',
    () => revoked(new Error('mine')),
    { errorType: 'FunctionHandledError', errorMessage: '<Revoked Proxy>' },
  ],
  [
    'an object without a prototype',
    () => Object.assign(Object.create(null) as object, { code: 7 }),
    { errorType: 'FunctionHandledError', errorMessage: '{"code":7}' },
  ],
  [
    'a circular object',
    circular,
    { errorType: 'FunctionHandledError', errorMessage: expect.stringContaining('Circular') as unknown },
  ],
  ['a symbol', () => Symbol('mine'), { errorType: 'FunctionHandledError', errorMessage: 'Symbol(mine)' }],
])('/invoke responds to %s that is thrown', async (_, make, report) => {
  const [status, body] = await invoked(() => {
    throw make();
  });
  expect(status).toBe(404);
  expect(JSON.parse(body)).toMatchObject(report);
});
