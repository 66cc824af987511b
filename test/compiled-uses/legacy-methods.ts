// Compiled by `npm run typecheck`, never run: what legacy decorators alone have.
import { SpanAttribute, Traced } from 'fc-traced';

export class Right {
  @Traced() marked(@SpanAttribute('order.id') _id: number): void {}
}

export class Wrong {
  // @ts-expect-error -- a key is a text
  marked(@SpanAttribute(7) _id: number): void {}
}
