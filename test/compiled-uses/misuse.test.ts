import { Annotate, FcTracedError, SpanAttribute, Traced, traced } from 'fc-traced';

/** Returns the message of the FcTracedError with this code that `use` throws. */
function messageOf(code: string, use: () => unknown): string {
  try {
    use();
  } catch (error) {
    if (!(error instanceof FcTracedError)) throw error;
    expect(error.code).toBe(code);
    return error.message;
  }
  throw new Error('nothing was thrown');
}

/** `@Traced` without types, as JavaScript can call it. */
const untypedTraced = Traced as (...args: any[]) => any;

describe('@Traced throws when the class is defined, with a message that says what to do', () => {
  test('a property', () => {
    expect(
      messageOf('INVALID_TARGET', () => {
        class Orders {
          // @ts-expect-error -- a property has no descriptor
          @Traced()
          count = 1;
        }
        return Orders;
      }),
    ).toBe(
      '@Traced cannot decorate a property (Orders.count): apply it to a method; a field that is a function requires standard decorators. [INVALID_TARGET]',
    );
  });

  test('a parameter of the constructor', () => {
    expect(
      messageOf('INVALID_TARGET', () => {
        class Orders {
          // @ts-expect-error -- a parameter
          constructor(@Traced() readonly count: number) {}
        }
        return Orders;
      }),
    ).toBe('@Traced cannot decorate a parameter of the constructor (Orders): apply it to a method. [INVALID_TARGET]');
  });

  test('a parameter of a method', () => {
    expect(
      messageOf('INVALID_TARGET', () => {
        class Orders {
          // @ts-expect-error -- a parameter
          ship(@Traced() _id: number): void {}
        }
        return Orders;
      }),
    ).toBe(
      '@Traced cannot decorate a parameter (Orders.ship): apply it to the method, and @SpanAttribute to the parameter. [INVALID_TARGET]',
    );
  });

  test('an unknown option', () => {
    expect(messageOf('INVALID_OPTION', () => untypedTraced({ nmae: 'ship' }))).toBe(
      '@Traced has no option "nmae". Its options are name, nameFromInstanceClass, kind, attributes, resultAttributes, links, expectedErrors, root, callback, countStream; on a class: kind, nameFromInstanceClass, expectedErrors, filter. [INVALID_OPTION]',
    );
  });

  test('an attribute without a key', () => {
    expect(messageOf('INVALID_OPTION', () => Traced({ attributes: { '': 1 } }))).toBe(
      'Option "attributes" of @Traced has an empty key: every attribute requires a key. [INVALID_OPTION]',
    );
  });

  test('an empty name', () => {
    expect(messageOf('INVALID_OPTION', () => Traced(' '))).toBe(
      'The name passed to @Traced is empty: omit it for the default, Class.method. [INVALID_OPTION]',
    );
    expect(messageOf('INVALID_OPTION', () => Traced({ name: '' }))).toBe(
      'Option "name" of @Traced must be a non-empty string, not "". [INVALID_OPTION]',
    );
  });

  test('missing parentheses', () => {
    expect(
      messageOf('INVALID_OPTION', () => {
        class Orders {
          // @ts-expect-error -- without parentheses
          @Traced
          ship(): void {}
        }
        return Orders;
      }),
    ).toBe('@Traced requires parentheses: @Traced(). [INVALID_OPTION]');
    expect(messageOf('INVALID_OPTION', () => untypedTraced(class Orders {}))).toBe(
      '@Traced takes a name or an object of options, and requires parentheses: @Traced(). [INVALID_OPTION]',
    );
  });

  test('an option of the wrong type', () => {
    expect(messageOf('INVALID_OPTION', () => untypedTraced({ kind: 'customer' }))).toBe(
      'Option "kind" of @Traced must be one of internal, server, client, producer, consumer, not "customer". [INVALID_OPTION]',
    );
    expect(messageOf('INVALID_OPTION', () => untypedTraced({ root: 'yes' }))).toBe(
      'Option "root" of @Traced must be true or false, not "yes". [INVALID_OPTION]',
    );
    expect(messageOf('INVALID_OPTION', () => untypedTraced({ resultAttributes: {} }))).toBe(
      'Option "resultAttributes" of @Traced must be a function, not a value of type object. [INVALID_OPTION]',
    );
    expect(messageOf('INVALID_OPTION', () => untypedTraced({ expectedErrors: [1] }))).toBe(
      'Option "expectedErrors" of @Traced must be an array of error classes or a predicate; item 0 is 1. [INVALID_OPTION]',
    );
    expect(messageOf('INVALID_OPTION', () => untypedTraced({ attributes: [1] }))).toBe(
      'Option "attributes" of @Traced must be an object or a function, not an array. [INVALID_OPTION]',
    );
  });

  test('an option for methods on a class', () => {
    expect(
      messageOf('INVALID_OPTION', () => {
        @untypedTraced({ root: true })
        class Orders {}
        return Orders;
      }),
    ).toBe(
      'Option "root" of @Traced is not valid on the class Orders. Its options there are kind, nameFromInstanceClass, expectedErrors, filter. [INVALID_OPTION]',
    );
  });

  test('an option for classes on a method', () => {
    expect(
      messageOf('INVALID_OPTION', () => {
        class Orders {
          @untypedTraced({ filter: () => true })
          ship(): void {}
        }
        return Orders;
      }),
    ).toBe(
      'Option "filter" of @Traced is not valid on the member ship. Its options there are name, nameFromInstanceClass, kind, attributes, resultAttributes, links, expectedErrors, root, callback, countStream. [INVALID_OPTION]',
    );
  });
});

test('@SpanAttribute throws for an empty key, on a constructor and on a method', () => {
  expect(messageOf('INVALID_OPTION', () => SpanAttribute(''))).toBe(
    '@SpanAttribute requires a non-empty attribute key. [INVALID_OPTION]',
  );
  expect(
    messageOf('INVALID_TARGET', () => {
      class Orders {
        // @ts-expect-error -- a parameter of the constructor
        constructor(@SpanAttribute('id') readonly id: number) {}
      }
      return Orders;
    }),
  ).toBe(
    "@SpanAttribute('id') in Orders must decorate a parameter of a method, not of the constructor. [INVALID_TARGET]",
  );
  expect(
    messageOf('INVALID_TARGET', () => {
      class Orders {
        // @ts-expect-error -- a method
        @SpanAttribute('id')
        ship(): void {}
      }
      return Orders;
    }),
  ).toBe(
    "@SpanAttribute('id') in Orders must decorate a parameter of a method, as in ship(@SpanAttribute('id') value). [INVALID_TARGET]",
  );
});

test('@Annotate throws without an option and on a property', () => {
  expect(messageOf('INVALID_OPTION', () => Annotate({}))).toMatch(
    /^@Annotate requires the option "attributes" or "result/,
  );
  expect(
    messageOf('INVALID_TARGET', () => {
      class Orders {
        // @ts-expect-error -- a property
        @Annotate({ attributes: () => ({ a: 1 }) })
        count = 1;
      }
      return Orders;
    }),
  ).toBe('@Annotate cannot decorate count, which is not a method. [INVALID_TARGET]');
});

test('traced() throws for a class, for a value that is not a function, and for an anonymous function', () => {
  expect(messageOf('INVALID_TARGET', () => traced(class Orders {} as never))).toBe(
    'traced() takes a function, not the class Orders. [INVALID_TARGET]',
  );
  expect(messageOf('INVALID_TARGET', () => traced(7 as never))).toBe(
    'traced() takes a function, not a value of type number. [INVALID_TARGET]',
  );
  expect(messageOf('INVALID_OPTION', () => traced((() => () => {})()))).toBe(
    'traced() requires a name for an anonymous function: pass one as the second argument. [INVALID_OPTION]',
  );
});
