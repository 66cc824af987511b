import { ScopeFactory } from '../container/scope';
import type { Scope } from '../container/scope';
import type { FcContext } from '../fc/context';
import { decodeEvent, detectTrigger } from '../fc/event';
import { CollectingSink, fcHttpAnswer } from '../http/fc-answer';
import { requestAttributes, routeOf, spanNameOf } from '../http/http-attributes';
import type { KnownBeside } from '../http/http-attributes';
import { exchange } from '../http/http-exchange';
import type { HttpSink, Outcome } from '../http/http-exchange';
import type { IncomingCall } from '../invocation/incoming-call';
import { InvocationRunner } from '../invocation/invocation-runner';
import type { Work } from '../invocation/invocation-runner';
import { readField } from '../safe-access';
import { ATTR_HTTP_ROUTE } from '../semconv';
import type { Entry, HandlerDefinition } from './entries';

/** A handler class in one instance of the function: what it keeps between invocations, and the way of each one through. */
export class FunctionInstance {
  readonly runner: InvocationRunner;
  private readonly scopes: ScopeFactory;

  constructor(definition: HandlerDefinition) {
    this.runner = new InvocationRunner(definition.options, definition.handlerClass.name);
    this.scopes = new ScopeFactory(definition.handlerClass, definition.options.container);
  }

  /** Builds the container, and loads what a recorded invocation will need. Rejects with the developer's mistake, if there is one. */
  async initialize(context: FcContext): Promise<void> {
    this.runner.prepare(context, () => this.scopes.prepare());
  }

  /** One invocation: from FC's bytes to the answer, its trace delivered before. Settles as the entry method does. */
  async invoke(entry: Entry, bytes: unknown, context: FcContext): Promise<unknown> {
    const event = decodeEvent(bytes);
    const trigger = detectTrigger(event);
    if (trigger.faasTrigger === 'http' && this.runner.options.http !== false) {
      const sink = new CollectingSink(fcHttpAnswer);
      await this.respond(entry, event, context, sink);
      return sink.taken;
    }
    const call: IncomingCall = {
      event,
      context,
      trigger: trigger.faasTrigger,
      headers: trigger.headers?.(event),
      spanName: entry.spanName,
    };
    return this.runner.run(call, this.workOf(entry, call));
  }

  /**
   * One HTTP request, whose event has FC 3.0's shape: the sink takes the response but for its very end, which is to follow when this
   * resolves, the trace delivered. Never rejects.
   */
  async respond(
    entry: Entry,
    event: unknown,
    context: FcContext,
    sink: HttpSink,
    beside?: KnownBeside,
  ): Promise<Outcome> {
    const route = routeOf(this.runner.options.route, event);
    const call: IncomingCall = {
      event,
      context,
      trigger: 'http',
      headers: readField(event, 'headers'),
      spanName: entry.spanName ?? (route === undefined ? undefined : spanNameOf(event, route)),
      attributes: () => ({
        ...requestAttributes(event, beside),
        ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
      }),
    };
    const work = this.workOf(entry, call);
    return this.runner.run(call, {
      ...work,
      run: (running) => exchange({ context, sink, ...running }, () => work.run(running)),
    });
  }

  /** Delivers what is still held. Never rejects. */
  async flush(): Promise<void> {
    await this.runner.flush();
  }

  /** The entry method of a handler that is made for this invocation, with all it needs. */
  private workOf(entry: Entry, { event, context }: IncomingCall): Work<unknown> {
    let scope: Scope | undefined;
    return {
      run: async ({ invocation, active, coldStart }) => {
        const opened = this.scopes.open(invocation);
        scope = opened;
        const resolved =
          coldStart === undefined
            ? opened.resolveHandler()
            : coldStart.buildWithin(invocation.telemetry, active, opened.resolveHandler);
        const handler = resolved as Record<string, (event: unknown, context: FcContext) => unknown>;
        return handler[entry.method]!(event, context);
      },
      close: async (timeoutMillis) => scope?.dispose(timeoutMillis),
    };
  }
}
