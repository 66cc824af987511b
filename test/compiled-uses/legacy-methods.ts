// Compiled by `npm run typecheck`, never run: features of legacy decorators only.
import { SpanAttribute, Traced } from 'fc-traced';

export class Right {
  @Traced() marked(@SpanAttribute('order.id') _id: number): void {}
}

export class Wrong {
  // @ts-expect-error -- a key is a string
  marked(@SpanAttribute(7) _id: number): void {}
}
