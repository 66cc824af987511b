import { FcTracedError, registerEndStrategy, Traced, Untraced } from 'fc-traced';

const misuse = (code: 'INVALID_OPTION' | 'INVALID_TARGET', message: string): FcTracedError =>
  new FcTracedError(code, message);
const untypedTraced = (options?: unknown): any => Reflect.apply(Traced, undefined, [options]);

test('an unknown option is an error that lists the options', () => {
  expect(() => untypedTraced({ nam: 'x' })).toThrow(
    /^@Traced has no option "nam"\. Its options are name, .*\[INVALID_OPTION\]$/,
  );
  expect(() => untypedTraced({ toString: 1 })).toThrow(/^@Traced has no option "toString"\. /);
});

test.each([
  ['', 'The name passed to @Traced is empty: omit it for the default, Class.method.'],
  [' ', 'The name passed to @Traced is empty: omit it for the default, Class.method.'],
  [{ name: '' }, 'Option "name" of @Traced must be a non-empty string, not "".'],
  [{ name: 7 }, 'Option "name" of @Traced must be a non-empty string, not 7.'],
  [{ root: 'yes' }, 'Option "root" of @Traced must be true or false, not "yes".'],
  [{ attributes: 'a' }, 'Option "attributes" of @Traced must be an object or a function, not "a".'],
  [{ attributes: null }, 'Option "attributes" of @Traced must be an object or a function, not null.'],
  [{ attributes: ['a'] }, 'Option "attributes" of @Traced must be an object or a function, not an array.'],
  [{ attributes: { '': 1 } }, 'Option "attributes" of @Traced has an empty key: every attribute requires a key.'],
  [
    { kind: 'remote' },
    'Option "kind" of @Traced must be one of internal, server, client, producer, consumer, not "remote".',
  ],
  [
    { kind: 'toString' },
    'Option "kind" of @Traced must be one of internal, server, client, producer, consumer, not "toString".',
  ],
  [{ kind: 9 }, 'Option "kind" of @Traced must be one of internal, server, client, producer, consumer, not 9.'],
  [7, '@Traced takes a name or an object of options, and requires parentheses: @Traced().'],
  [null, '@Traced takes a name or an object of options, and requires parentheses: @Traced().'],
])('an invalid option is an error when the class is defined: %j', (options, message) => {
  expect(() => untypedTraced(options)).toThrow(misuse('INVALID_OPTION', message));
});

test('@Traced without parentheses is an error', () => {
  const bare: any = Traced;
  expect(() => {
    class Orders {
      @bare run(): void {}
    }
    return Orders;
  }).toThrow(misuse('INVALID_OPTION', '@Traced requires parentheses: @Traced().'));
});

test('@Traced on a field, a parameter of a method or of the constructor is an error', () => {
  const traced = untypedTraced();
  expect(() => {
    class Orders {
      @traced total = 1;
    }
    return Orders;
  }).toThrow(/^@Traced cannot decorate a property \(Orders\.total\): apply it to a method.*\[INVALID_TARGET\]$/);
  expect(() => {
    class Orders {
      run(@traced id: string): string {
        return id;
      }
    }
    return Orders;
  }).toThrow(/^@Traced cannot decorate a parameter \(Orders\.run\): .*\[INVALID_TARGET\]$/);
  expect(() => {
    class Orders {
      constructor(@traced readonly id: string) {}
    }
    return Orders;
  }).toThrow(/^@Traced cannot decorate a parameter of the constructor \(Orders\): .*\[INVALID_TARGET\]$/);
});

test('@Untraced without parentheses, or on anything but a method, is an error', () => {
  const bare: any = Untraced;
  expect(() => {
    class Orders {
      @bare run(): void {}
    }
    return Orders;
  }).toThrow(misuse('INVALID_OPTION', '@Untraced takes no options and requires parentheses: @Untraced().'));
  const untraced: any = Untraced();
  const message = misuse('INVALID_TARGET', '@Untraced can only decorate a method.');
  expect(() => untraced(class {})).toThrow(message);
  expect(() => untraced({}, 'field')).toThrow(message);
  expect(() => untraced(undefined, { kind: 'field', name: 'field' })).toThrow(message);
});

test('an end strategy without its functions is an error when it is registered', () => {
  const message = misuse(
    'INVALID_OPTION',
    'registerEndStrategy takes an object with the functions "supports" and "follow".',
  );
  expect(() => registerEndStrategy(undefined as never)).toThrow(message);
  expect(() => registerEndStrategy({ supports: () => true } as never)).toThrow(message);
});
