import { ScopeFactory } from '../container/scope';
import type { Scope } from '../container/scope';
import type { FcContext } from '../fc/context';
import { decodeEvent, detectTrigger } from '../fc/event';
import { CollectingSink, fcHttpAnswer } from '../http/fc-answer';
import { requestAttributes, routeOf, spanNameOf } from '../http/http-attributes';
import type { UrlParts } from '../http/http-attributes';
import { exchange } from '../http/http-exchange';
import type { HttpSink, Outcome } from '../http/http-exchange';
import type { IncomingCall } from '../invocation/incoming-call';
import { InvocationRunner } from '../invocation/invocation-runner';
import type { Work } from '../invocation/invocation-runner';
import { readField } from '../safe-access';
import { ATTR_HTTP_ROUTE } from '../semconv';
import type { Entry, HandlerDefinition } from './entries';

/** Runs the invocations of a handler class, and holds its state between them: runner and containers. */
export class FunctionInstance {
  readonly runner: InvocationRunner;
  private readonly scopes: ScopeFactory;

  constructor(definition: HandlerDefinition) {
    this.runner = new InvocationRunner(definition.options, definition.handlerClass.name);
    this.scopes = new ScopeFactory(definition.handlerClass, definition.options.container);
  }

  /** Constructs singletons and loads the SDK. Rejects if the handler or a singleton cannot be constructed. */
  async initialize(context: FcContext): Promise<void> {
    this.runner.prepare(context, () => this.scopes.prepare());
  }

  /**
   * Runs one invocation on the bytes that FC passes and exports its spans. Settles as the entry method does, with what
   * `format` returns for its result. An error of `format` is one of the invocation.
   */
  async invoke(
    entry: Entry,
    bytes: unknown,
    context: FcContext,
    format: (value: unknown) => unknown = (value) => value,
  ): Promise<unknown> {
    const event = decodeEvent(bytes);
    const trigger = detectTrigger(event);
    if (trigger.faasTrigger === 'http' && this.runner.options.http !== false) {
      const sink = new CollectingSink(fcHttpAnswer);
      await this.respond(entry, event, context, sink);
      return format(sink.response);
    }
    const call: IncomingCall = {
      event,
      context,
      trigger: trigger.faasTrigger,
      headers: trigger.headers?.(event),
      spanName: entry.spanName,
    };
    const work = this.workOf(entry, call);
    return this.runner.run(call, { ...work, run: async (running) => format(await work.run(running)) });
  }

  /**
   * Runs one HTTP request, whose event is in the format of FC 3.0. Passes the response to `sink`, exports the spans,
   * and resolves. Only then may the end of the response be sent. Never rejects.
   */
  async respond(entry: Entry, event: unknown, context: FcContext, sink: HttpSink, url?: UrlParts): Promise<Outcome> {
    const route = routeOf(this.runner.options.route, event);
    const call: IncomingCall = {
      event,
      context,
      trigger: 'http',
      headers: readField(event, 'headers'),
      spanName: entry.spanName ?? (route === undefined ? undefined : spanNameOf(event, route)),
      attributes: () => ({
        ...requestAttributes(event, url),
        ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
      }),
    };
    const work = this.workOf(entry, call);
    return this.runner.run(call, {
      ...work,
      run: (running) => exchange({ context, sink, ...running }, () => work.run(running)),
    });
  }

  /** Exports the remaining spans. Never rejects. */
  async flush(): Promise<void> {
    await this.runner.flush();
  }

  /** The work of an invocation: construct a handler in a scope of its own and call the entry method. */
  private workOf(entry: Entry, { event, context }: IncomingCall): Work<unknown> {
    let scope: Scope | undefined;
    return {
      run: async ({ invocation, active, coldStart }) => {
        const opened = this.scopes.open(invocation);
        scope = opened;
        const resolved =
          coldStart === undefined
            ? opened.resolveHandler()
            : coldStart.buildInInvocation(invocation.telemetry, active, opened.resolveHandler);
        const handler = resolved as Record<string, (event: unknown, context: FcContext) => unknown>;
        return handler[entry.method]!(event, context);
      },
      close: async (timeoutMillis) => scope?.dispose(timeoutMillis),
    };
  }
}
