import { propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { resolveConfig } from '../config';
import type { Config } from '../config';
import { readText } from '../fc/context';
import type { FcContext } from '../fc/context';
import { decodeEvent } from '../fc/event';
import { callIn, ensureContextManager } from '../tracing/active-context';
import { countAndTell, takeCounts, tellOnce } from '../tracing/counters';
import { ensureDiagLogger } from '../tracing/diag-logger';
import { recordFailure } from '../tracing/failure';
import { discardPreparedIds } from '../tracing/ids';
import type { Invocation } from '../tracing/invocation';
import { contextOfInvocation } from '../tracing/linked-context';
import { OpenCalls } from '../tracing/open-calls';
import { rememberSecret } from '../tracing/redaction';
import { state } from '../tracing/state';
import type { Entry, HandlerDefinition } from './entries';
import { functionAttributes, invocationAttributes } from './faas-attributes';
import { flushBudget } from './flush-budget';
import { parentContext, planInvocation } from './invocation-plan';
import type { InvocationPlan } from './invocation-plan';
import { ScopeFactory } from './scope';
import type { Scope } from './scope';
import { TelemetrySource } from './telemetry-source';

/** A handler class in one instance of the function: what it keeps between invocations, and the way of each one through. */
export class FunctionInstance {
  private readonly config: Config;
  private readonly source: TelemetrySource;
  private readonly scopes: ScopeFactory;
  private isCold = true;

  constructor(private readonly definition: HandlerDefinition) {
    this.config = resolveConfig(definition.options);
    state.exceptionSignal = this.config.exceptionSignal;
    ensureDiagLogger(this.config.logLevel);
    this.source = new TelemetrySource(this.config);
    this.scopes = new ScopeFactory(definition.handlerClass, definition.options.container);
  }

  /** Builds the container, and loads what a recorded invocation will need. Rejects with the developer's mistake, if there is one. */
  async initialize(context: FcContext): Promise<void> {
    ensureContextManager();
    this.config.warnings.forEach(tellOnce);
    const invocation: Invocation = { context, event: undefined, telemetry: undefined, open: new OpenCalls() };
    callIn(contextOfInvocation(invocation, undefined), () => this.scopes.prepare(), undefined, []);
    try {
      const destination = this.source.destinationOf(context);
      if (destination !== undefined) this.source.telemetryFor(destination, context);
    } catch {
      countAndTell('fc_traced.telemetry_errors', 1, 'the tracing SDK could not be loaded or set up in initialize');
    }
  }

  /** One invocation: from FC's bytes to the answer, its trace delivered before. Settles as the entry method does. */
  async invoke(entry: Entry, bytes: unknown, context: FcContext): Promise<unknown> {
    const entered = performance.now();
    const coldStart = this.takeColdStart();
    ensureContextManager();
    const event = decodeEvent(bytes);
    const plan = planInvocation(this.source, this.definition.options, this.config.sampleRatio, event, context);
    const span = this.startSpan(plan, entry, context, coldStart);
    const recorded = span === undefined ? undefined : plan.telemetry;
    const invocation: Invocation = { context, event, telemetry: recorded, open: new OpenCalls() };
    const base = plan.parentage.baggage === undefined ? ROOT_CONTEXT : propagation.setBaggage(ROOT_CONTEXT, plan.parentage.baggage);
    const active = contextOfInvocation(invocation, span ?? trace.wrapSpanContext(plan.passedOn), base);
    if (recorded !== undefined) rememberCredentials(context);
    let scope: Scope | undefined;
    try {
      scope = this.scopes.open(invocation);
      return await callIn(active, callEntry, undefined, [scope, entry.method, event, context]);
    } catch (error) {
      if (span !== undefined) recordFailure(span, error, undefined, active);
      throw error;
    } finally {
      const budget = (): number => flushBudget(this.config.flushTimeoutMillis, context, performance.now() - entered);
      if (scope !== undefined) await (callIn(active, scope.dispose, undefined, [budget() / 2]) as Promise<void>);
      if (span !== undefined) {
        invocation.open.abandonAll();
        endInvocation(span);
        await recorded?.flush(budget());
      }
    }
  }

  /** Delivers what is still held: what ended after an answer, or did not make it in time. Never rejects. */
  async flush(): Promise<void> {
    await this.source.flush(this.config.flushTimeoutMillis);
  }

  private takeColdStart(): boolean {
    const coldStart = this.isCold;
    this.isCold = false;
    if (coldStart) {
      this.config.warnings.forEach(tellOnce);
      discardPreparedIds();
    }
    return coldStart;
  }

  /** The invocation span, or nothing when it is not recorded. */
  private startSpan({ telemetry, trigger, parentage, traceId }: InvocationPlan, entry: Entry, context: FcContext, coldStart: boolean): Span | undefined {
    if (telemetry === undefined) return undefined;
    const { instance } = this.config;
    const name = entry.spanName ?? readText(context, 'function', 'name') ?? instance.functionName ?? this.definition.handlerClass.name;
    const attributes = invocationAttributes(context, trigger.faasTrigger, coldStart);
    if (!telemetry.ownsResource) Object.assign(attributes, functionAttributes(context, instance), { 'service.name': undefined });
    try {
      const span = telemetry.startInvocation(name, { kind: SpanKind.SERVER, attributes, links: [...parentage.links] }, parentContext(parentage), traceId);
      return span.isRecording() ? span : undefined;
    } catch {
      countAndTell('fc_traced.telemetry_errors', 1, 'the invocation span could not be started: a span processor, sampler or tracer provider threw');
      return undefined;
    }
  }
}

/** Credentials are never put on a span; where the program lets them slip into one, they are replaced. */
function rememberCredentials(context: FcContext): void {
  // An endpoint of Alibaba Cloud has a token in its path.
  rememberSecret(readText(context, 'tracing', 'jaegerEndpoint'), true);
  for (const key of ['accessKeyId', 'accessKeySecret', 'securityToken']) rememberSecret(readText(context, 'credentials', key), true);
}

function callEntry(scope: Scope, method: string, event: unknown, context: FcContext): unknown {
  const handler = scope.resolveHandler() as Record<string, (event: unknown, context: FcContext) => unknown>;
  return handler[method]!(event, context);
}

function endInvocation(span: Span): void {
  try {
    const counts = takeCounts();
    if (counts !== undefined) span.setAttributes(counts);
    span.end();
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, 'the invocation span could not be ended: a span processor threw');
  }
}
