import { Handler, Service } from 'fc-traced';

const on = (what: string): string =>
  `@Handler on ${what} must decorate a class or a public instance method. [INVALID_TARGET]`;
/** The decorator without types, as JavaScript can call it. */
const handler: any = Handler();

test('@Handler on a property, an accessor, a static method or a symbol-keyed method is an error', () => {
  expect(() => {
    class Field {
      @handler field = 1;
    }
    return Field;
  }).toThrow(new Error(on('field')));
  expect(() => {
    class Accessor {
      @handler get value(): number {
        return 1;
      }
    }
    return Accessor;
  }).toThrow(new Error(on('value')));
  expect(() => {
    class Static {
      @handler static run(): void {}
    }
    return Static;
  }).toThrow(new Error(on('run')));
  expect(() => {
    class Symbolic {
      @handler [Symbol('s')](): void {}
    }
    return Symbolic;
  }).toThrow(new Error(on('Symbol(s)')));
});

test('@Handler on a parameter of a method or of the constructor is an error', () => {
  expect(() => {
    class OfMethod {
      run(@handler event: string): string {
        return event;
      }
    }
    return OfMethod;
  }).toThrow(new Error(on('run')));
  expect(() => {
    class OfConstructor {
      constructor(@handler readonly event: string) {}
    }
    return OfConstructor;
  }).toThrow(new Error(on('a constructor parameter')));
});

test('on a method, @Handler takes only the option name', () => {
  expect(() => {
    class Orders {
      @Handler({ endpoint: 'https://a.example/v1/traces' }) run(): void {}
    }
    return Orders;
  }).toThrow(
    new Error(
      '@Handler on the method run accepts only the option "name": put "endpoint" on the @Handler of the class. [INVALID_OPTION]',
    ),
  );
});

test('the option inject must contain a token for each parameter of the constructor', () => {
  class Two {
    constructor(
      readonly a: string,
      readonly b: string,
    ) {}
  }
  expect(() => Handler({ inject: ['a'] })(Two)).toThrow(
    new Error(
      'Option "inject" of @Handler on Two names 1 of 2 constructor parameters: name a token for each. [INVALID_OPTION]',
    ),
  );
  expect(() => Service({ inject: [] })(Two)).toThrow(
    new Error(
      'Option "inject" of @Service on Two names 0 of 2 constructor parameters: name a token for each. [INVALID_OPTION]',
    ),
  );
});

test.each([undefined, null])('the error for %s in the option inject mentions circular imports', (token) => {
  class One {
    constructor(readonly a: unknown) {}
  }
  expect(() => Service({ inject: [token as never] })(One)).toThrow(
    new Error(
      `Option "inject" of @Service on One is ${token} at index 0: the module of that class may be part of a circular import, or the class is imported as a type only. [INVALID_OPTION]`,
    ),
  );
});

test('@Service throws for unknown options and invalid values', () => {
  expect(() => Service({ scop: 'singleton' } as object)).toThrow(
    new Error('@Service has no option "scop". Its options are inject, scope. [INVALID_OPTION]'),
  );
  expect(() => Service({ scope: 'request' as never })).toThrow(
    new Error(
      "Option \"scope\" of @Service must be 'transient', 'invocation' or 'singleton', not \"request\". [INVALID_OPTION]",
    ),
  );
  expect(() => Service({ scope: 'toString' as never })).toThrow(
    /must be 'transient', 'invocation' or 'singleton', not "toString"/,
  );
  expect(() => Service({ inject: 'x' as never })).toThrow(
    new Error('Option "inject" of @Service must be an array of tokens, not "x". [INVALID_OPTION]'),
  );
});
