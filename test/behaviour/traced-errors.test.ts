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
  ['a text', 'text', 'string', 'text'],
  ['undefined', undefined, 'undefined', 'undefined'],
  ['NaN', Number.NaN, 'number', 'NaN'],
];

test.each(cases)(
  'an error comes out of traced methods as the very same, and its exception is on the innermost span alone: %s',
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

test('a sync method throws at once', () => {
  thrown = new Error('mine');
  expect(() => new Inner().sync()).toThrow(thrown as Error);
});

test('an error that the caller caught marks the span it came from, and no other', () => {
  thrown = new Error('mine');
  expect(new Outer().survive()).toBe('survived');
  expectTrace(traces.only()).toMatchTree({
    name: 'Outer.survive',
    status: 'UNSET',
    events: [],
    children: [{ name: 'Inner.sync', status: 'ERROR', events: ['exception'] }],
  });
});

test('another error thrown instead of the caught one is recorded for itself', () => {
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

test('one error object that fails two traces is recorded in both', () => {
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
  ['a text', 'text'],
])('what fails a trace of its own and then its caller is recorded in both: %s', async (_, value) => {
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
