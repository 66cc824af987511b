import { createHandler, Handler, Traced } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

let thrown: unknown;
class Inner {
  @Traced()
  sync(): never {
    throw thrown;
  }
  @Traced()
  async async(): Promise<never> {
    await Promise.resolve();
    throw thrown;
  }
  @Traced()
  promise(): Promise<never> {
    return Promise.reject(thrown);
  }
}
class Outer {
  private readonly inner = new Inner();
  @Traced()
  async call(method: keyof Inner): Promise<void> {
    await this.inner[method]();
  }
  @Traced()
  survive(): string {
    try {
      return this.inner.sync();
    } catch {
      return 'survived';
    }
  }
}
@Handler({ name: 'fails' })
class Fails {
  async handle(method: keyof Inner): Promise<void> {
    await new Outer().call(method);
  }
}
const cases: [string, unknown, string, string][] = [
  ['an Error', Object.assign(new RangeError('mine'), { code: 'E' }), 'RangeError', 'mine'],
  ['a string', 'text', 'string', 'text'],
  ['undefined', undefined, 'undefined', 'undefined'],
  ['NaN', Number.NaN, 'number', 'NaN'],
];

test.each(cases)(
  'an error of traced methods reaches the caller unchanged, and its exception is on the innermost span only: %s',
  async (_, value, type, message) => {
    thrown = value;
    const { handler } = createHandler(Fails);
    for (const method of ['sync', 'async', 'promise'] as const) {
      traces.clear();
      const outcome = await invoke(handler, JSON.stringify(method)).then(
        () => 'answered',
        (error: unknown) => ({ error }),
      );
      expect(outcome).toEqual({ error: value });
      expect(Object.is((outcome as { error: unknown }).error, value)).toBe(true);
      const failed = { status: 'ERROR' as const, attributes: { 'error.type': type } };
      expectTrace(traces.only()).toMatchTree({
        name: 'fails',
        ...failed,
        events: [],
        children: [
          {
            name: 'Outer.call',
            ...failed,
            events: [],
            children: [{ name: `Inner.${method}`, ...failed, events: ['exception'] }],
          },
        ],
      });
      const innermost = traces.spans().find(({ name }) => name === `Inner.${method}`)!;
      expect(innermost.status.message).toBe(message);
      expect(innermost.events[0]!.attributes).toMatchObject({ 'exception.type': type, 'exception.message': message });
      expect('exception.stacktrace' in innermost.events[0]!.attributes).toBe(value instanceof Error);
    }
  },
);

test('a sync method throws synchronously', () => {
  thrown = new Error('mine');
  expect(() => new Inner().sync()).toThrow(thrown as Error);
});

test('an error that the caller catches marks only the span of the method that threw it', () => {
  thrown = new Error('mine');
  expect(new Outer().survive()).toBe('survived');
  expectTrace(traces.only()).toMatchTree({
    name: 'Outer.survive',
    status: 'UNSET',
    events: [],
    children: [{ name: 'Inner.sync', status: 'ERROR', events: ['exception'] }],
  });
});

test('another error that is thrown instead of a caught one is recorded as well', () => {
  class Wraps {
    @Traced()
    run(): never {
      try {
        return new Inner().sync();
      } catch (cause) {
        throw new TypeError('outer', { cause });
      }
    }
  }
  thrown = 'text';
  expect(() => new Wraps().run()).toThrow('outer');
  expectTrace(traces.only()).toMatchTree({
    name: 'Wraps.run',
    status: 'ERROR',
    events: ['exception'],
    children: [{ name: 'Inner.sync', status: 'ERROR', events: ['exception'] }],
  });
});

test('an error object that is thrown in two traces is recorded in both', () => {
  thrown = new Error('mine');
  expect(() => new Inner().sync()).toThrow();
  expect(() => new Inner().sync()).toThrow();
  expect(traces.traces()).toHaveLength(2);
  for (const trace of traces.traces()) {
    expectTrace(trace).toMatchTree({ name: 'Inner.sync', status: 'ERROR', events: ['exception'] });
  }
});

test.each([
  ['an error', new Error('mine')],
  ['a string', 'text'],
])('an error of a root span that its caller throws as well is recorded in both traces: %s', async (_, value) => {
  class Detached {
    @Traced({ root: true })
    run(): never {
      throw value;
    }
  }
  @Handler({ name: 'caller' })
  class Calls {
    handle(): void {
      new Detached().run();
    }
  }
  await expect(invoke(createHandler(Calls).handler)).rejects.toBe(value);
  expect(traces.spans().map(({ name, events }) => [name, events.map((event) => event.name)])).toEqual([
    ['Detached.run', ['exception']],
    ['caller', ['exception']],
  ]);
});
