import { SpanKind } from '@opentelemetry/api';
import type { Context, Span, SpanOptions } from '@opentelemetry/api';
import { callIn } from './active-context';
import { telemetryIn } from './ambient-telemetry';
import { attributesOf } from './attributes';
import { countAndTell } from './counters';
import { recordFailure } from './failure';
import { follow } from './lifetimes/follow';
import type { SpanEnd } from './lifetimes/lifetime';
import { contextWithSpan, spanIn } from './linked-context';
import { spanNameOf } from './span-spec';
import type { SpanSpec } from './span-spec';
import type { Telemetry } from './telemetry';

type Method = (...args: never[]) => unknown;

/**
 * What records a call in `context`, or nothing when it is not to be traced: no SDK, or a parent that is neither recording nor
 * sampled. This is all that an untraced call costs, so it allocates nothing.
 */
export function telemetryOfCall(context: Context): Telemetry | undefined {
  const telemetry = telemetryIn(context);
  if (telemetry === undefined) return undefined;
  const parent = spanIn(context);
  if (parent === undefined || parent.isRecording() || (parent.spanContext().traceFlags & 1) === 1) return telemetry;
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
export function runInSpan(spec: SpanSpec, telemetry: Telemetry, context: Context, method: Method, self: unknown, args: ArrayLike<unknown>): unknown {
  const parent = spanIn(context);
  const span = startSafely(spec, telemetry, context, parent, self, args);
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

function startSafely(spec: SpanSpec, telemetry: Telemetry, context: Context, parent: Span | undefined, self: unknown, args: ArrayLike<unknown>): Span | undefined {
  try {
    if (spec.attributes === undefined && !spec.root) {
      return telemetry.startCall(spanNameOf(spec, self), spec.kind === SpanKind.INTERNAL ? undefined : { kind: spec.kind }, context, parent);
    }
    const { attributes, problem } = attributesOf(spec, self, args);
    const options: SpanOptions = { kind: spec.kind };
    if (attributes !== undefined) options.attributes = attributes;
    if (spec.root) {
      options.root = true;
      if (parent !== undefined) options.links = [{ context: parent.spanContext() }];
    }
    const span = telemetry.startCall(spanNameOf(spec, self), options, context, parent);
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
