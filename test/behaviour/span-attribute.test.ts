import { FcTracedError, SpanAttribute, Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const attributes = (): unknown[] => traces.spans().map((span) => span.attributes);

test('marked arguments become attributes, unmarked ones do not', () => {
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

test('an object as argument makes dotted keys', () => {
  class Orders {
    @Traced()
    ship(@SpanAttribute('order') order: { id: number; password: string }): number {
      return order.id;
    }
  }
  new Orders().ship({ id: 7, password: 'p' });
  expect(attributes()).toEqual([{ 'order.id': 7, 'order.password': '[redacted]' }]);
});

test('the option attributes adds to marked arguments and goes before them', () => {
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
  ['a text', () => 'text'],
  ['a list', () => [1]],
  ['a promise that fails', () => Promise.reject(new Error('late'))],
])('beside marked arguments an attributes function that gives %s is told of too', async (_, give) => {
  class Orders {
    @Traced({ attributes: give as () => Record<string, unknown> })
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

test('under @Traced on the class, marked arguments count as well', () => {
  @Traced()
  class Orders {
    ship(@SpanAttribute('order.id') id: number): number {
      return id;
    }
  }
  new Orders().ship(7);
  expect(attributes()).toEqual([{ 'order.id': 7 }]);
});

test('a subclass that overrides the method says for itself what it marks', () => {
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

function refusal(define: () => unknown): unknown {
  try {
    return define();
  } catch (error) {
    return error instanceof FcTracedError ? [error.code, error.message] : error;
  }
}

test('an empty name and a parameter of a constructor are refused when the class is defined', () => {
  expect(refusal(() => SpanAttribute(' '))).toEqual([
    'INVALID_OPTION',
    '@SpanAttribute requires a non-empty attribute key. [INVALID_OPTION]',
  ]);
  expect(
    refusal(() => {
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
