import { SpanKind } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { activeContext, callIn } from './active-context';
import { tracerFor } from './ambient-tracer';
import { attributesOf } from './attributes';
import { countAndTell } from './counters';
import { recordFailure } from './failure';
import { follow } from './lifetimes/follow';
import type { SpanEnd } from './lifetimes/lifetime';
import { contextWithSpan, spanIn } from './linked-context';
import { spanNameOf } from './span-spec';
import type { SpanSpec } from './span-spec';

type Method = (...args: never[]) => unknown;

/**
 * The tracer for a call, or nothing when the call is not to be traced: no SDK, or a parent that is neither recording nor
 * sampled. This is all that an untraced call costs, so it allocates nothing.
 */
export function tracerOfCall(context: Context): Tracer | undefined {
  const tracer = tracerFor(context);
  if (tracer === undefined) return undefined;
  const parent = spanIn(context);
  if (parent === undefined || parent.isRecording() || (parent.spanContext().traceFlags & 1) === 1) return tracer;
  return undefined;
}

/** The running part of a traced call: ends its span once, whichever way the call ends. */
class RunningCall implements SpanEnd {
  private ended = false;

  constructor(
    private readonly span: Span,
    private readonly parent: Span | undefined,
  ) {}

  succeed(): void {
    if (this.ended) return;
    this.ended = true;
    endSafely(this.span);
  }

  fail(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    recordFailure(this.span, error, this.parent);
    endSafely(this.span);
  }
}

/** Calls a method inside a span of its own. Gives and throws what the method does; telemetry's own failures stay here. */
export function runInSpan(spec: SpanSpec, tracer: Tracer, context: Context, method: Method, self: unknown, args: ArrayLike<unknown>): unknown {
  const parent = spanIn(context);
  const span = startSafely(spec, tracer, context, parent, self, args);
  if (span === undefined) return Reflect.apply(method, self, args);
  const active = contextWithSpan(context, span);
  let value: unknown;
  try {
    value = callIn(active, method, self, args);
  } catch (error) {
    recordFailure(span, error, parent);
    endSafely(span);
    throw error;
  }
  if (typeof value !== 'object' || value === null) {
    endSafely(span);
    return value;
  }
  return follow(value, new RunningCall(span, parent), spec.isAsync);
}

function startSafely(spec: SpanSpec, tracer: Tracer, context: Context, parent: Span | undefined, self: unknown, args: ArrayLike<unknown>): Span | undefined {
  try {
    if (spec.attributes === undefined && !spec.root) {
      return tracer.startSpan(spanNameOf(spec, self), spec.kind === SpanKind.INTERNAL ? undefined : { kind: spec.kind }, context);
    }
    const { attributes, problem } = attributesOf(spec, self, args);
    const options: SpanOptions = { kind: spec.kind };
    if (attributes !== undefined) options.attributes = attributes;
    if (spec.root) {
      options.root = true;
      if (parent !== undefined) options.links = [{ context: parent.spanContext() }];
    }
    const span = tracer.startSpan(spanNameOf(spec, self), options, context);
    if (problem !== undefined) span.addEvent('fc_traced.problem', { 'fc_traced.problem': problem });
    return span;
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, `a span could not be started: a span processor, sampler or tracer provider threw`);
    return undefined;
  }
}

function endSafely(span: Span): void {
  try {
    span.end();
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, 'a span could not be ended: a span processor threw');
  }
}

/** Calls a method in a span where the active context asks for one, and directly where it does not. */
export function callTraced(spec: SpanSpec, method: Method, self: unknown, args: ArrayLike<unknown>): unknown {
  const context = activeContext();
  const tracer = tracerOfCall(context);
  return tracer === undefined ? Reflect.apply(method, self, args) : runInSpan(spec, tracer, context, method, self, args);
}
