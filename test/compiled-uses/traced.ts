// Compiled by `npm run typecheck`, never run: correct uses compile, and wrong ones are type errors.
import { SpanKind } from '@opentelemetry/api';
import { Traced } from 'fc-traced';
import type { TracedOptions } from 'fc-traced';

interface Order {
  readonly id: string;
  readonly quantity: number;
}

export class Right {
  @Traced() plain(): void {}
  @Traced('name') named(): void {}
  @Traced({ name: 'x', kind: 'client', root: true, attributes: { a: 1, b: ['c'] } }) all(): void {}
  @Traced({ kind: SpanKind.PRODUCER }) byValue(): void {}
  @Traced() async promise(_id: number): Promise<string> {
    return '';
  }
  @Traced() static shared(): void {}
  @Traced() [Symbol.for('s')](): void {}
  @Traced() generic<T>(value: T): T {
    return value;
  }
  @Traced({ attributes: (order: Order, note?: string) => ({ 'order.id': order.id, note }) }) written(
    _order: Order,
    _note?: string,
  ): void {}
  @Traced({ attributes: () => undefined }) nothing(): void {}
  @Traced({ attributes: (...args: unknown[]) => ({ count: args.length }) }) rest(..._ids: number[]): void {}
  @Traced({
    attributes(this: Right) {
      return { has: this.plain.length };
    },
  })
  self(this: Right): void {}
}

export class Inferred {
  // The argument types are inferred from the method below.
  @Traced({
    attributes: (order, count) => ({ 'order.id': order.id, upper: order.id.toUpperCase(), count: count.toFixed() }),
  })
  async ship(_order: Order, _count: number): Promise<void> {}
}

const reusable: TracedOptions<(order: Order) => Promise<void>> = {
  attributes: (order) => ({ id: order.id, quantity: order.quantity }),
};
export class Reuses {
  @Traced(reusable) async ship(_order: Order): Promise<void> {}
}

export class Wrong {
  // @ts-expect-error -- unknown option
  @Traced({ nam: 'x' }) option(): void {}
  // @ts-expect-error -- unknown kind
  @Traced({ kind: 'remote' }) kind(): void {}
  // @ts-expect-error -- a name is a string
  @Traced(7) name(): void {}
  // @ts-expect-error -- root is true or false
  @Traced({ root: 'yes' }) root(): void {}
  // @ts-expect-error -- an attributes function is not awaited
  @Traced({ attributes: async () => ({ a: 1 }) }) promise(): void {}
  // @ts-expect-error -- the method takes a number
  @Traced({ attributes: (id: string) => ({ id }) }) argument(_id: number): void {}
  // @ts-expect-error -- the method has one parameter
  @Traced({ attributes: (_id: number, second: number) => ({ second }) }) tooMany(_id: number): void {}
  // @ts-expect-error -- the order has no such field
  @Traced({ attributes: (order: Order) => ({ id: order.identifier }) }) field(_order: Order): void {}
  // @ts-expect-error -- without parentheses
  @Traced bare(): void {}
  // @ts-expect-error -- legacy decorators cannot decorate the value of a field
  @Traced() property = 1;
  // @ts-expect-error -- on a parameter
  parameter(@Traced() _id: number): void {}
}
