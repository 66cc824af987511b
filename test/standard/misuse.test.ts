import { Annotate, FcTracedError, Traced } from 'fc-traced';

/** Returns the code and message of the FcTracedError that `use` throws. */
function errorOf(use: () => unknown): readonly [code: string, message: string] {
  try {
    use();
  } catch (error) {
    if (error instanceof FcTracedError) return [error.code, error.message];
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('@Traced on a field that is not a function is an error when the first object is created', () => {
  class Orders {
    @Traced()
    count = 1;
  }
  expect(errorOf(() => new Orders())).toEqual([
    'INVALID_TARGET',
    '@Traced cannot decorate a field that is not a function (Orders.count): apply it to a method. [INVALID_TARGET]',
  ]);
});

test('@Traced without parentheses is an error when the class is defined', () => {
  expect(
    errorOf(() => {
      class Orders {
        // @ts-expect-error -- without parentheses
        @Traced
        ship(): void {}
      }
      return Orders;
    }),
  ).toEqual(['INVALID_OPTION', '@Traced requires parentheses: @Traced(). [INVALID_OPTION]']);
});

test('an option that is not valid on the target is an error when the class is defined', () => {
  const untypedTraced = Traced as (options: object) => (...args: any[]) => any;
  expect(
    errorOf(() => {
      @untypedTraced({ root: true })
      class Orders {}
      return Orders;
    }),
  ).toEqual(['INVALID_OPTION', expect.stringMatching(/^Option "root" of @Traced is not valid on the class Orders\. /)]);
  expect(
    errorOf(() => {
      class Orders {
        @untypedTraced({ filter: () => true })
        ship(): void {}
      }
      return Orders;
    }),
  ).toEqual([
    'INVALID_OPTION',
    expect.stringMatching(/^Option "filter" of @Traced is not valid on the member ship\. /),
  ]);
});

test('@Annotate on a field is an error when the class is defined', () => {
  expect(
    errorOf(() => {
      class Orders {
        // @ts-expect-error -- a field
        @Annotate({ attributes: () => ({ a: 1 }) })
        count = 1;
      }
      return Orders;
    }),
  ).toEqual(['INVALID_TARGET', '@Annotate cannot decorate count, which is not a method. [INVALID_TARGET]']);
});
