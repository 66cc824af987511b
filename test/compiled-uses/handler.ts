// Compiled by `npm run typecheck`, never run: correct uses compile, and wrong ones are type errors.
import {
  createHandler,
  Handler,
  InjectContext,
  InjectEvent,
  InjectSpan,
  InjectTracer,
  Service,
  TRACER,
} from 'fc-traced';
import type { FcContext, FcFunction, FcHook, HandlerOptions, Span, Tracer } from 'fc-traced';

@Service({ scope: 'singleton', inject: [TRACER] })
class Stock {
  constructor(readonly tracer: Tracer) {}
}
@Handler({ name: 'orders', flushTimeoutMillis: 500, sampleRatio: 0.005 })
class Orders {
  constructor(
    readonly stock: Stock,
    @InjectTracer() readonly tracer: Tracer,
    @InjectSpan() readonly span: Span,
    @InjectContext() readonly context: FcContext,
    @InjectEvent() readonly event: { id: number },
  ) {}
  handle(event: { id: number }, context: FcContext): string {
    return `${event.id} ${context.requestId}`;
  }
  @Handler() async ship(): Promise<void> {}
  @Handler({ name: 'cancellation' }) cancel(): void {}
}

const functions = createHandler(Orders, { endpoint: 'https://collector.example/v1/traces' });
export const handler: FcFunction = functions.handler;
// Only a method with @Handler() becomes a function, and its type does not show whether it has that.
export const perhaps: FcFunction | undefined = functions.ship;
// @ts-expect-error -- for the same reason
export const unsure: FcFunction = functions.ship;
export const { ship, cancel }: { ship: FcFunction; cancel: FcFunction } = createHandler(Orders, {
  entries: ['ship', 'cancel'],
});
// @ts-expect-error -- with the option entries, there are only these functions and the hooks
export const unnamed: unknown = createHandler(Orders, { entries: ['ship'] }).handler;
// @ts-expect-error -- not a method of the class
createHandler(Orders, { entries: ['send'] });
class Walker {
  walk(): string {
    return 'walk';
  }
}
export const walk: FcFunction = createHandler(Walker, { method: 'walk' }).handler;
// @ts-expect-error -- a class without `handle` may not have the function `handler`
export const unsureToo: FcFunction = createHandler(Walker).handler;
export const initialize: FcHook = functions.initialize;
export const both: FcHook[] = [functions.preFreeze, functions.preStop];

export async function call(context: FcContext): Promise<unknown> {
  const nothing: undefined = handler(Buffer.from('{}'), context, (error, value) => void [error, value]);
  const promise: Promise<unknown> = handler(Buffer.from('{}'), context);
  const hook: Promise<unknown> = initialize(context);
  await hook;
  return [nothing, await promise];
}

export const parents: HandlerOptions['parent'][] = [
  undefined,
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  { traceparent: 'x' },
  { traceId: 'a', spanId: 'b', traceFlags: 1 },
  (event, context) => `${String(event)} ${context.requestId}`,
];

// @ts-expect-error -- unknown option
Handler({ nam: 'orders' });
// @ts-expect-error -- a number of milliseconds is required
createHandler(Orders, { flushTimeoutMillis: '500' });
// @ts-expect-error -- unknown protocol
createHandler(Orders, { protocol: 'zipkin' });
// @ts-expect-error -- a handler is a class, not its instance
createHandler(new Orders({} as Stock, {} as Tracer, {} as Span, {} as FcContext, { id: 1 }));
// @ts-expect-error -- an arrow function is not a class
createHandler(() => {});
// @ts-expect-error -- the class has no such method
export const missing: FcFunction = functions.refund;
// @ts-expect-error -- unknown scope
Service({ scope: 'request' });
// @ts-expect-error -- a number is not a token
Service({ inject: [7] });
// @ts-expect-error -- the parent cannot be a promise
createHandler(Orders, { parent: async () => undefined });

export class Wrong {
  // @ts-expect-error -- on a field
  @Handler() field = 1;
  // @ts-expect-error -- without parentheses
  @Handler bare(): void {}
  // @ts-expect-error -- on a parameter
  run(@Handler() _event: string): void {}
}
// @ts-expect-error -- without parentheses
@Service
export class Bare {}
