import { ScopeFactory } from '../container/scope';
import type { Scope } from '../container/scope';
import type { FcContext } from '../fc/context';
import { bytesOfEvent, decodeEvent, triggerNamed } from '../fc/event';
import type { HttpSink, Outcome } from '../http/http-exchange';
import type { IncomingCall } from '../invocation/incoming-call';
import { InvocationRunner } from '../invocation/invocation-runner';
import type { Work } from '../invocation/invocation-runner';
import type { Entry, HandlerDefinition } from './entries';
import { checkEvent } from './expected-trigger';
import type { CheckedEvent } from './expected-trigger';
import type { RequestFacts } from './http-invocation';

/** What an event adds to the invocation span. Evaluated lazily, for recorded invocations only. */
function descriptionOf({
  trigger,
  event,
}: CheckedEvent): Pick<IncomingCall, 'attributes' | 'links' | 'messageCarrier'> {
  if (trigger.attributes === undefined && trigger.records === undefined) return {};
  const load = (): typeof import('../batch/batch-span') =>
    require('../batch/batch-span') as typeof import('../batch/batch-span');
  let made: ReturnType<ReturnType<typeof load>['eventOnInvocation']> | undefined;
  const describe = (): NonNullable<typeof made> => (made ??= load().eventOnInvocation(trigger, event));
  return {
    attributes: () => describe().attributes,
    links: () => describe().links,
    messageCarrier: () => load().onlyMessageCarrier(trigger, event),
  };
}

/** Loaded with the first HTTP request. */
function http(): typeof import('./http-invocation') {
  return require('./http-invocation') as typeof import('./http-invocation');
}

/** Runs the invocations of a handler class, and holds its state between them: runner and containers. */
export class FunctionInstance {
  readonly runner: InvocationRunner;
  private readonly scopes: ScopeFactory;
  private readonly className: string;

  constructor(definition: HandlerDefinition) {
    const { name } = definition.handlerClass as { readonly name: unknown };
    this.className = typeof name === 'string' && name !== '' ? name : 'The handler';
    this.runner = new InvocationRunner(definition.options, name);
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
    const checked = checkEvent(this.runner.options.trigger, decodeEvent(bytes), this.className);
    const { event, trigger } = checked;
    if (trigger.faasTrigger === 'http' && this.runner.options.http !== false) {
      const sink = http().fcSink();
      await this.respond(entry, checked, context, sink);
      return format(sink.response);
    }
    const call: IncomingCall = {
      event,
      ...(this.runner.options.event === 'bytes' && { bytes: bytesOfEvent(bytes) }),
      context,
      trigger: trigger.faasTrigger,
      triggerName: trigger.name,
      headers: trigger.headers?.(event),
      spanName: entry.spanName,
      ...descriptionOf(checked),
    };
    const work = this.workOf(entry, call, checked);
    return this.runner.run(call, {
      run: async (running) => format(await work.run(running)),
      cleanup: work.cleanup,
    });
  }

  /** An event in the format of FC 3.0 that was made of an HTTP request. */
  httpEvent(event: unknown): CheckedEvent {
    return checkEvent(this.runner.options.trigger, event, this.className, triggerNamed('http'));
  }

  /**
   * Runs one HTTP request. Passes the response to `sink`, exports the spans, and resolves. Only then may the end of the
   * response be sent. Never rejects.
   */
  respond(
    entry: Entry,
    checked: CheckedEvent,
    context: FcContext,
    sink: HttpSink,
    facts: RequestFacts = {},
  ): Promise<Outcome> {
    const { httpCall, respondingWork } = http();
    const call = httpCall(entry, checked, context, this.runner.options.route, facts);
    return this.runner.run(call, respondingWork(this.workOf(entry, call, checked), context, sink));
  }

  /** Exports the remaining spans. Never rejects. */
  async flush(cause: 'preFreeze' | 'preStop'): Promise<void> {
    await this.runner.flush(cause);
  }

  /** The work of an invocation: construct a handler in a scope of its own and call the entry method. */
  private workOf(
    entry: Entry,
    { context }: IncomingCall,
    { event, trigger, refusal }: CheckedEvent,
  ): Required<Work<unknown>> {
    let scope: Scope | undefined;
    return {
      run: ({ invocation, active, span, coldStart }) => {
        if (refusal !== undefined) throw refusal;
        const opened = this.scopes.open(invocation);
        scope = opened;
        const resolved =
          coldStart === undefined
            ? opened.resolveHandler()
            : coldStart.buildInInvocation(invocation.telemetry, active, () => opened.resolveHandler());
        const handler = resolved as Record<string, (event: unknown, context: FcContext) => unknown>;
        const handle = (): unknown => handler[entry.method]!(invocation.event, context);
        const { telemetry } = invocation;
        if (span === undefined || telemetry === undefined || trigger.records?.system === undefined) return handle();
        const { runInBatchSpan } = require('../batch/batch-span') as typeof import('../batch/batch-span');
        return runInBatchSpan(event, trigger.records, { telemetry, active, span, given: invocation.event }, handle);
      },
      cleanup: () => {
        const opened = scope;
        return opened?.hasDisposables === true ? (timeoutMillis) => opened.dispose(timeoutMillis) : undefined;
      },
    };
  }
}
