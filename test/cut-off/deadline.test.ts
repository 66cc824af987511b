import { createHandler, DEADLINE, FcTracedError, Handler, InjectDeadline, Service } from 'fc-traced';
import type { InvocationDeadline } from 'fc-traced';
import { serve } from 'fc-traced/server';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { once } from 'node:events';
import { Deadline } from '../../src/tracing/context/deadline';

@Service({ scope: 'singleton' })
class Single {
  constructor(@InjectDeadline() readonly deadline: InvocationDeadline) {}
}

let last: InvocationDeadline;

@Handler()
class Waits {
  constructor(
    @InjectDeadline() private readonly deadline: InvocationDeadline,
    private readonly single: Single,
  ) {}
  async handle({ wait }: { wait?: boolean }): Promise<unknown> {
    last = this.deadline;
    const before = this.deadline.remainingMillis();
    const { signal } = this.single.deadline;
    if (wait === true && !signal.aborted) await once(signal, 'abort');
    return [
      Math.ceil(before / 1_000),
      signal.aborted,
      signal === this.deadline.signal,
      (signal.reason as Error | undefined)?.name,
      this.single.deadline.remainingMillis() > 0,
    ];
  }
}

const { handler } = createHandler(Waits);
const contextOf = (timeout: number): ReturnType<typeof fakeFcContext> => fakeFcContext({ function: { timeout } });

test('the signal is aborted before the timeout, also without tracing and in a singleton', async () => {
  expect(await invoke(handler, { wait: true }, contextOf(0.5))).toEqual([1, true, true, 'TimeoutError', true]);
});

test('concurrent invocations have their own deadlines', async () => {
  const answers = [1, 0.5, 5].map((timeout) => invoke(handler, { wait: timeout < 1 }, contextOf(timeout)));
  expect(await Promise.all(answers)).toEqual([
    [1, false, true, undefined, true],
    [1, true, true, 'TimeoutError', true],
    [5, false, true, undefined, true],
  ]);
});

test('after the invocation the signal is not aborted any more', async () => {
  await invoke(handler, {}, contextOf(0.1));
  const { signal } = last;
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect([signal.aborted, last.remainingMillis()]).toEqual([false, 0]);
});

test.each([0, -1, Number.NaN, '', undefined, null, 'soon'])('a timeout of %p is unknown', async (timeout) => {
  expect(await invoke(handler, {}, contextOf(timeout as number))).toEqual([Infinity, false, true, undefined, true]);
});

test('a timeout of centuries starts no timer', async () => {
  const spy = jest.spyOn(globalThis, 'setTimeout');
  await invoke(handler, {}, contextOf(1e10));
  expect(spy).not.toHaveBeenCalled();
  spy.mockRestore();
});

test('an invocation that does not read the signal has no timer', async () => {
  class Ignores {
    handle(): string {
      return 'done';
    }
  }
  const spy = jest.spyOn(globalThis, 'setTimeout');
  await invoke(createHandler(Ignores, { inject: [DEADLINE] }).handler, {}, contextOf(10));
  expect(spy).not.toHaveBeenCalled();
  spy.mockRestore();
});

test('the margin is a tenth of the timeout, from 300 to 1000 ms, and never more than half of the timeout', () => {
  const spy = jest.spyOn(globalThis, 'setTimeout');
  const delayOf = (timeoutMillis: number, marginMillis?: number): number => {
    spy.mockClear();
    const deadline = new Deadline(performance.now(), timeoutMillis, marginMillis);
    deadline.injected.signal.throwIfAborted();
    deadline.close();
    return Math.ceil(spy.mock.calls[0]![1]!);
  };
  const delays = [delayOf(400), delayOf(1_000), delayOf(5_000), delayOf(60_000), delayOf(1_000, 50), delayOf(1_000, 0)];
  expect(delays).toEqual([200, 700, 4_500, 59_000, 950, 1_000]);
  expect(delayOf(1_000, 5_000)).toBe(500);
  spy.mockRestore();
});

test('a signal that is read after the deadline became imminent is aborted already', async () => {
  const deadline = new Deadline(performance.now() - 900, 1_000);
  await new Promise<void>((resolve) => deadline.watch({ imminent: resolve, last() {} }));
  expect(deadline.injected.signal.aborted).toBe(true);
});

test('a listener that runs because of the signal belongs to its invocation', async () => {
  @Handler()
  class Listens {
    constructor(
      @InjectDeadline() private readonly deadline: InvocationDeadline,
      private readonly single: Single,
    ) {}
    async handle(): Promise<boolean> {
      const { signal } = this.deadline;
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve(this.single.deadline.signal === signal)),
      );
    }
  }
  expect(await invoke(createHandler(Listens).handler, {}, contextOf(0.1))).toBe(true);
});

test('a singleton cannot use it outside of invocations', async () => {
  let single: Single | undefined;
  @Handler()
  class Keeps {
    constructor(given: Single) {
      single = given;
    }
    handle(): void {}
  }
  await invoke(createHandler(Keeps).handler);
  expect(() => single!.deadline.signal).toThrow(FcTracedError);
  expect(() => single!.deadline.remainingMillis()).toThrow(
    'A singleton used DEADLINE while no invocation was running: use it during a call, or inject it into a class that is not a singleton. [NO_INVOCATION]',
  );
});

test('on a custom runtime the timeout is that of the header', async () => {
  const { port, close } = await serve(Waits, { port: 0, host: '127.0.0.1', trustFcHeaders: true });
  const headers = { 'x-fc-function-timeout': '7', 'x-fc-control-path': '/invoke' };
  const response = await fetch(`http://127.0.0.1:${port}/invoke`, { method: 'POST', headers, body: '{}' });
  const answer: unknown = await response.json();
  await close();
  expect(answer).toEqual([7, false, true, null, true]);
});
