import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class NotFound extends Error {}
class Gone extends NotFound {}
class Other extends Error {}
const throwing = (error: unknown): never => {
  throw error;
};

class Stock {
  @Traced({ expectedErrors: [NotFound, RangeError] })
  listed(error: unknown): never {
    return throwing(error);
  }
  @Traced({ expectedErrors: (error) => (error as { status?: number }).status === 404 })
  async judged(error: unknown): Promise<never> {
    return throwing(error);
  }
  @Traced({ expectedErrors: [NotFound] })
  *items(error: unknown): Generator<number> {
    yield 1;
    throwing(error);
  }
  @Traced({ expectedErrors: (() => throwing(new Error('predicate'))) as () => boolean })
  broken(error: unknown): never {
    return throwing(error);
  }
  @Traced({ expectedErrors: (async () => throwing(new Error('late'))) as never })
  promised(error: unknown): never {
    return throwing(error);
  }
  @Traced({ expectedErrors: (() => 'yes') as never })
  truthy(error: unknown): never {
    return throwing(error);
  }
}
class Outer {
  @Traced()
  call(error: unknown): never {
    return new Stock().listed(error);
  }
}
const stock = new Stock();
const marks = (): unknown[] =>
  traces
    .spans()
    .map(({ name, status, events, attributes }) => [
      name,
      status.code,
      events.map((event) => event.name),
      attributes['error.type'],
    ]);

test.each([new NotFound(), new Gone(), new RangeError()])(
  'an error of an expected class or of a subclass does not mark the span: %p',
  (error) => {
    expect(() => stock.listed(error)).toThrow(error);
    expect(marks()).toEqual([['Stock.listed', 'UNSET', ['fc_traced.expected_error'], undefined]]);
  },
);

test.each([new Other('x'), 'text', undefined, { status: 500 }])(
  'any other error marks the span as failed: %p',
  async (error) => {
    expect(() => stock.listed(error)).toThrow();
    await expect(stock.judged(error)).rejects.toBe(error);
    expect(traces.spans().map(({ status }) => status.code)).toEqual(['ERROR', 'ERROR']);
  },
);

test('a predicate is called with the error of an async method', async () => {
  const error = { status: 404 };
  await expect(stock.judged(error)).rejects.toBe(error);
  expect(marks()).toEqual([['Stock.judged', 'UNSET', ['fc_traced.expected_error'], undefined]]);
});

test('an expected error of a generator does not mark the span', () => {
  expect(() => [...stock.items(new NotFound())]).toThrow(NotFound);
  expect(marks()).toEqual([['Stock.items', 'UNSET', ['fc_traced.expected_error'], undefined]]);
});

test.each(['broken', 'promised', 'truthy'] as const)(
  'with a predicate that is %s, no error is expected, and the error stays the same',
  async (method) => {
    const error = new Other('mine');
    expect(() => stock[method](error)).toThrow(error);
    expect(marks()).toEqual([[`Stock.${method}`, 'ERROR', ['exception'], 'Error']]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  },
);

test('an error that a method expects and its caller does not is recorded on the span of the caller', () => {
  expect(() => new Outer().call(new NotFound('gone'))).toThrow('gone');
  expect(marks()).toEqual([
    ['Stock.listed', 'UNSET', ['fc_traced.expected_error'], undefined],
    ['Outer.call', 'ERROR', ['exception'], 'Error'],
  ]);
});
