import { Annotate, FcTracedError, Traced } from 'fc-traced';

/** The code and message of what a wrong use throws, where that is ours. */
function refusal(use: () => unknown): readonly [code: string, message: string] {
  try {
    use();
  } catch (error) {
    if (error instanceof FcTracedError) return [error.code, error.message];
    throw error;
  }
  throw new Error('it was taken');
}

test('@Traced on a field that holds no function is refused when the first object is made', () => {
  class Orders {
    @Traced()
    count = 1;
  }
  expect(refusal(() => new Orders())).toEqual([
    'INVALID_TARGET',
    '@Traced cannot decorate a field that is not a function (Orders.count): apply it to a method. [INVALID_TARGET]',
  ]);
});

test('@Traced without parentheses is refused when the class is defined', () => {
  expect(
    refusal(() => {
      class Orders {
        // @ts-expect-error -- without parentheses
        @Traced
        ship(): void {}
      }
      return Orders;
    }),
  ).toEqual(['INVALID_OPTION', '@Traced requires parentheses: @Traced(). [INVALID_OPTION]']);
});

test('an option of the wrong place is refused when the class is defined', () => {
  const loose = Traced as (options: object) => (...args: any[]) => any;
  expect(
    refusal(() => {
      @loose({ root: true })
      class Orders {}
      return Orders;
    }),
  ).toEqual(['INVALID_OPTION', expect.stringMatching(/^Option "root" of @Traced is not valid on the class Orders\. /)]);
  expect(
    refusal(() => {
      class Orders {
        @loose({ filter: () => true })
        ship(): void {}
      }
      return Orders;
    }),
  ).toEqual([
    'INVALID_OPTION',
    expect.stringMatching(/^Option "filter" of @Traced is not valid on the member ship\. /),
  ]);
});

test('@Annotate on a field is refused when the class is defined', () => {
  expect(
    refusal(() => {
      class Orders {
        // @ts-expect-error -- a field
        @Annotate({ attributes: () => ({ a: 1 }) })
        count = 1;
      }
      return Orders;
    }),
  ).toEqual(['INVALID_TARGET', '@Annotate cannot decorate count, which is not a method. [INVALID_TARGET]']);
});
