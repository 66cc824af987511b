import { FcTracedError, SpanAttribute, Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const attributes = (): unknown[] => traces.spans().map((span) => span.attributes);

test('arguments with @SpanAttribute become attributes, others do not', () => {
  class Orders {
    @Traced()
    ship(@SpanAttribute('order.id') id: number, note: string, @SpanAttribute('order.to') to?: string): string {
      return `${id}${note}${to}`;
    }
    @Traced()
    static price(@SpanAttribute('order.items') items: number): number {
      return items * 3;
    }
  }
  expect(new Orders().ship(7, 'hidden', 'here')).toBe('7hiddenhere');
  new Orders().ship(8, 'hidden');
  Orders.price(2);
  expect(attributes()).toEqual([{ 'order.id': 7, 'order.to': 'here' }, { 'order.id': 8 }, { 'order.items': 2 }]);
});

test('an object as argument becomes dotted keys', () => {
  class Orders {
    @Traced()
    ship(@SpanAttribute('order') order: { id: number; password: string }): number {
      return order.id;
    }
  }
  new Orders().ship({ id: 7, password: 'p' });
  expect(attributes()).toEqual([{ 'order.id': 7, 'order.password': '[redacted]' }]);
});

test('the option attributes is merged with @SpanAttribute and takes precedence', () => {
  class Orders {
    @Traced({ attributes: (id: number) => ({ id: id + 1, source: 'option' }) })
    made(@SpanAttribute('id') id: number, @SpanAttribute('kept') kept: boolean): boolean {
      return id > 0 && kept;
    }
    @Traced({ attributes: { fixed: 1 } })
    fixed(@SpanAttribute('id') id: number): number {
      return id;
    }
  }
  new Orders().made(1, true);
  new Orders().fixed(2);
  expect(attributes()).toEqual([
    { id: 2, source: 'option', kept: true },
    { id: 2, fixed: 1 },
  ]);
});

test.each<[string, () => unknown]>([
  ['a string', () => 'text'],
  ['an array', () => [1]],
  ['a promise that rejects', () => Promise.reject(new Error('late'))],
])('with @SpanAttribute, an attributes function that returns %s causes an event', async (_, extract) => {
  class Orders {
    @Traced({ attributes: extract as () => Record<string, unknown> })
    ship(@SpanAttribute('id') id: number): number {
      return id;
    }
  }
  expect(new Orders().ship(7)).toBe(7);
  expect(traces.spans()[0]!.events.map((event) => event.attributes)).toEqual([
    { 'fc_traced.problem': 'attributes() returned no object' },
  ]);
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test('@SpanAttribute works with @Traced on the class', () => {
  @Traced()
  class Orders {
    ship(@SpanAttribute('order.id') id: number): number {
      return id;
    }
  }
  new Orders().ship(7);
  expect(attributes()).toEqual([{ 'order.id': 7 }]);
});

test('an overriding method does not inherit @SpanAttribute', () => {
  class Orders {
    @Traced()
    ship(@SpanAttribute('order.id') id: number): number {
      return id;
    }
  }
  class Express extends Orders {
    @Traced()
    override ship(id: number): number {
      return id;
    }
  }
  new Express().ship(7);
  expect(attributes()).toEqual([{}]);
});

function errorOf(define: () => unknown): unknown {
  try {
    return define();
  } catch (error) {
    return error instanceof FcTracedError ? [error.code, error.message] : error;
  }
}

test('an empty key and a parameter of a constructor are errors when the class is defined', () => {
  expect(errorOf(() => SpanAttribute(' '))).toEqual([
    'INVALID_OPTION',
    '@SpanAttribute requires a non-empty attribute key. [INVALID_OPTION]',
  ]);
  expect(
    errorOf(() => {
      class Orders {
        // @ts-expect-error -- a parameter of the constructor
        constructor(@SpanAttribute('id') readonly id: number) {}
      }
      return Orders;
    }),
  ).toEqual([
    'INVALID_TARGET',
    "@SpanAttribute('id') in Orders must decorate a parameter of a method, not of the constructor. [INVALID_TARGET]",
  ]);
});
