import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const untilAborted = (signal: AbortSignal, reason: () => unknown): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(reason()));
  });

class Client {
  @Traced()
  load(_url: string, { signal }: { signal: AbortSignal }): Promise<never> {
    return untilAborted(signal, () => signal.reason);
  }
  @Traced()
  async wait(signal: AbortSignal, error: unknown): Promise<never> {
    return untilAborted(signal, () => error);
  }
  @Traced()
  throws(_signal: AbortSignal | undefined, error: unknown): never {
    throw error;
  }
  @Traced()
  async whole(signal: AbortSignal): Promise<never> {
    return this.load('/', { signal });
  }
}
const client = new Client();
const cancelled = ['UNSET', ['fc_traced.cancelled']];
const failed = ['ERROR', ['exception']];
const marks = (): unknown[] =>
  traces.spans().map(({ status, events }) => [status.code, events.map(({ name }) => name)]);
const aborted = (reason?: unknown): AbortSignal => AbortSignal.abort(reason);

test('a call that its caller aborts is cancelled, not failed, with the signal as an argument or in one', async () => {
  const controller = new AbortController();
  const both = [
    client.load('/', { signal: controller.signal }),
    client.wait(controller.signal, Object.assign(new Error(), { name: 'AbortError' })),
  ];
  controller.abort();
  for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
  expect(marks()).toEqual([cancelled, cancelled]);
});

test('an outer method that has the signal is cancelled as well', async () => {
  const controller = new AbortController();
  const whole = client.whole(controller.signal);
  controller.abort();
  await expect(whole).rejects.toThrow('aborted');
  expect(marks()).toEqual([cancelled, cancelled]);
});

test.each<[string, AbortSignal, unknown]>([
  ['the reason, here a string', aborted('enough'), 'enough'],
  ['an AbortError', aborted(), new DOMException('x', 'AbortError')],
  ['an error caused by the reason', aborted('enough'), new Error('stopped', { cause: 'enough' })],
])('if the signal is aborted, the call is cancelled by throwing %s', (_, signal, error) => {
  expect(() => client.throws(signal, error)).toThrow();
  expect(marks()).toEqual([cancelled]);
});

test.each<[string, AbortSignal | undefined, unknown]>([
  ['another error while the signal is aborted', aborted(), new TypeError('a bug')],
  ['an AbortError while the signal is not aborted', new AbortController().signal, new DOMException('x', 'AbortError')],
  ['an AbortError without a signal', undefined, new DOMException('x', 'AbortError')],
  ['undefined, while the signal is aborted with a reason', aborted('enough'), undefined],
])('the call fails by throwing %s', (_, signal, error) => {
  let thrown = false;
  try {
    client.throws(signal, error);
  } catch (caught) {
    thrown = caught === error;
  }
  expect(thrown).toBe(true);
  expect(marks()).toEqual([failed]);
});

test('a getter named signal on an argument is not called', () => {
  let runs = 0;
  class Options {
    get signal(): number {
      return (runs += 1);
    }
  }
  const own = Object.defineProperty({}, 'signal', { get: () => (runs += 1) });
  for (const argument of [new Options(), own]) {
    expect(() => client.throws(argument as never, new Error('x'))).toThrow('x');
  }
  expect(runs).toBe(0);
  expect(marks()).toEqual([failed, failed]);
});
