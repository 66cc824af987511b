// Compiled by `npm run typecheck`, once with legacy and once with standard decorators, never run: correct uses compile,
// and wrong ones are type errors. Features of one kind only are in legacy-methods.ts and
// test/standard/compiled-uses/standard-methods.ts.
import { Annotate, Traced, traced, Untraced } from 'fc-traced';
import type { SpanContext } from 'fc-traced';
import { Readable } from 'node:stream';
import type { Observable } from 'rxjs';

interface Order {
  readonly id: number;
  readonly items: readonly string[];
}

/** Returns a function that accepts only values of exactly this type. */
export function exactly<T>() {
  return <U>(value: U & ([T] extends [U] ? ([U] extends [T] ? unknown : never) : never)): U => value;
}

export class Right {
  private readonly city: string = 'Hangzhou';
  readonly tag: string = 'x';

  @Traced() plain(): void {}
  @Traced('orders.ship') named(): void {}
  @Traced({ name: 'n', kind: 'client', root: true, nameFromInstanceClass: true, callback: false, countStream: false })
  options(): void {}
  @Traced() static open(_id: number): Right {
    return new Right();
  }
  @Traced() [Symbol.iterator](): Iterator<number> {
    return [1].values();
  }
  @Traced() generic<T>(value: T): T {
    return value;
  }
  @Traced() optional(_id?: number, ..._rest: string[]): void {}
  @Traced() get size(): number {
    return 1;
  }
  @Traced() set count(_count: number) {}
  @Traced() protected hidden(): void {}
  @Traced() private secret(): string {
    return this.city;
  }
  use = (): string => this.secret();

  @Traced({
    attributes: (order, express) => {
      exactly<Order>()(order);
      exactly<boolean | undefined>()(express);
      return { id: order.id };
    },
    resultAttributes: (receipt) => {
      exactly<string>()(receipt);
      return { receipt };
    },
    links: (order) => order.items.map((): SpanContext => ({ traceId: '', spanId: '', traceFlags: 0 })),
    expectedErrors: [RangeError, class Own extends Error {}],
  })
  async ship(order: Order, _express?: boolean): Promise<string> {
    return String(order.id);
  }

  @Traced({ resultAttributes: (total) => ({ total: exactly<number>()(total) }) })
  *pages(): Generator<string, number, boolean> {
    yield 'a';
    return 1;
  }

  @Traced({ resultAttributes: (total) => ({ total: exactly<number>()(total) }) })
  async *pagesLater(): AsyncGenerator<string, number> {
    yield 'a';
    return 1;
  }

  @Traced({ resultAttributes: (value) => ({ value: exactly<number | undefined>()(value) }) })
  maybe(): Promise<number> | undefined {
    return undefined;
  }

  @Traced({ resultAttributes: (stream) => ({ flowing: exactly<Readable>()(stream).readableFlowing }) })
  async stream(): Promise<Readable> {
    return Readable.from([]);
  }

  @Traced({ countStream: true }) feed(source: Observable<number>): Observable<number> {
    return source;
  }

  @Traced({
    attributes(id) {
      return { tag: this.tag, id: exactly<number>()(id) };
    },
    resultAttributes(text) {
      return { text: exactly<string>()(text), from: exactly<string>()(this.tag) };
    },
  })
  withThis(id: number): string {
    return this.tag + id;
  }

  @Traced({ attributes: { team: 'shop', sizes: [1, 2] }, expectedErrors: (error) => error instanceof Error })
  fixed(): void {}

  @Annotate({
    attributes: (id) => ({ id: exactly<number>()(id) }),
    resultAttributes: (name) => ({ name: exactly<string>()(name) }),
  })
  async annotated(id: number): Promise<string> {
    return String(id);
  }

  @Untraced() ping(): void {}
}

@Traced()
export class Whole {}

@Traced({ kind: 'client', nameFromInstanceClass: true, expectedErrors: [Error], filter: (method) => method !== 'ping' })
export class WholeWithOptions {
  constructor(readonly id: number) {}
}

export abstract class Base {
  abstract run(): void;
  @Traced() shared(): void {}
}

export class Wrong {
  readonly tag: string = 'x';

  @Traced({
    attributes() {
      // @ts-expect-error -- unknown member of the class
      return { tag: this.gat };
    },
  })
  withThis(): void {}

  // @ts-expect-error -- unknown option
  @Traced({ nmae: 'x' }) option(): void {}

  // @ts-expect-error -- unknown kind
  @Traced({ kind: 'customer' }) kind(): void {}

  // @ts-expect-error -- a number has no `id`
  @Traced({ attributes: (order) => ({ id: order.id }) }) argument(_order: number): void {}

  // @ts-expect-error -- the awaited value, not the promise
  @Traced({ resultAttributes: (value) => ({ value: value.then }) }) async awaited(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- attributes are an object
  @Traced({ attributes: () => 7 }) shape(): void {}

  // @ts-expect-error -- links are an iterable
  @Traced({ links: () => 7 }) links(): void {}

  // @ts-expect-error -- expected errors are classes
  @Traced({ expectedErrors: ['RangeError'] }) expected(): void {}

  // @ts-expect-error -- neither of the options
  @Annotate({ name: 'x' }) annotated(): void {}
}

export const price = traced((items: number, rate: string) => items + rate.length, {
  attributes: (items, rate) => ({ items: exactly<number>()(items), rate: exactly<string>()(rate) }),
  resultAttributes: (total) => ({ total: exactly<number>()(total) }),
});
export const total: number = price(1, 'a');
export const same = traced(async <T>(value: T): Promise<T> => value, 'same');
export const text: Promise<string> = same('x');

// @ts-expect-error -- it keeps the type of the function
price('1', 2);

// @ts-expect-error -- not a function
traced(7);

// @ts-expect-error -- a filter returns a boolean
@Traced({ filter: () => 'yes' })
export class WrongFilter {}
