import { isSpanContextValid, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { types } from 'node:util';
import type { HandlerOptions } from '../config/options';
import { countError, countMalformed, takeCounts } from '../diagnostics';
import { functionAttributes, invocationAttributes } from '../fc/attributes';
import type { InstanceFacts } from '../fc/attributes';
import type { FcContext } from '../fc/context';
import { resolveParent } from '../propagation/parent';
import type { Parentage } from '../propagation/parent';
import { readField, readText } from '../safe-access';
import { ATTR_SERVICE_NAME } from '../semconv';
import { baggageAttributes } from '../tracing/calls/attributes';
import { newSpanId, newTraceId } from '../tracing/telemetry/ids';
import { sampleRoot } from '../tracing/telemetry/sampling';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import type { IncomingCall } from './incoming-call';
import type { TelemetrySource } from './telemetry-source';

/** What is decided of an invocation before anything of the program runs. */
export interface InvocationPlan {
  readonly parentage: Parentage;
  /** What records it; nothing when it is not recorded. */
  readonly telemetry: Telemetry | undefined;
  /** The trace id that sampling was decided by, for a new trace. */
  readonly traceId: string | undefined;
  /** Where it is not recorded: what is passed on to those whom the program calls. */
  readonly passedOn: SpanContext;
}

function explicitParent(option: HandlerOptions['parent'], event: unknown, context: FcContext): unknown {
  if (typeof option !== 'function') return option;
  try {
    const given: unknown = option(event, context);
    if (!types.isPromise(given)) return given;
    // An invocation cannot wait for it; its rejection must not end the process.
    given.catch(() => {});
    countMalformed(1, 'the option parent returned a promise and is passed over');
  } catch {
    countMalformed(1, 'the option parent threw and is passed over');
  }
  return undefined;
}

function telemetryOf(
  source: TelemetrySource,
  context: FcContext,
  parent: SpanContext | undefined,
  traceId: string | undefined,
  sampleRatio: number,
): Telemetry | undefined {
  try {
    const destination = source.destinationOf(context);
    if (destination === undefined) {
      source.tellNowhere();
      source.passOn();
      return undefined;
    }
    // The application's provider has a sampler of its own, which sees the parent's flag.
    const isSampled =
      destination.kind === 'provider' ||
      (parent === undefined ? sampleRoot(traceId!, sampleRatio) : (parent.traceFlags & 1) === 1);
    if (isSampled) return source.telemetryFor(destination, context);
    source.passOn();
    return undefined;
  } catch (error) {
    source.countNotLoaded(error);
    return undefined;
  }
}

/** Decides where an invocation comes from and whether it is recorded. Never throws; loads the SDK only when it is recorded. */
export function planInvocation(
  source: TelemetrySource,
  options: HandlerOptions,
  sampleRatio: number,
  { event, context, headers }: IncomingCall,
): InvocationPlan {
  const parentage = resolveParent({
    explicit: explicitParent(options.parent, event, context),
    headers,
    tracing: readField(context, 'tracing'),
  });
  const { parent } = parentage;
  const traceId = parent === undefined ? newTraceId() : undefined;
  const telemetry = telemetryOf(source, context, parent, traceId, sampleRatio);
  const passedOn = parent ?? { traceId: traceId!, spanId: newSpanId(), traceFlags: 0 };
  return { parentage, telemetry, traceId, passedOn };
}

/** The context that the invocation span starts in: the caller's span and baggage, and nothing of whatever ran before. */
export function parentContext({ parent, baggage }: Parentage): Context {
  const base = baggage === undefined ? ROOT_CONTEXT : propagation.setBaggage(ROOT_CONTEXT, baggage);
  return parent === undefined || !isSpanContextValid(parent) ? base : trace.setSpanContext(base, parent);
}

/** What the instance adds to an invocation span. */
export interface InstanceSide {
  readonly instance: InstanceFacts;
  /** The name where nothing else gives one. */
  readonly programName: string;
  readonly coldStart: boolean;
  /** Keys of baggage that become attributes; on a set-up of ours every span gets them elsewhere. */
  readonly baggageKeys: readonly string[];
}

/** Starts the invocation span, or gives nothing when there is none. One that the application's provider does not record says what that decided. */
export function startInvocationSpan(
  { telemetry, parentage, traceId }: InvocationPlan,
  call: IncomingCall,
  { instance, programName, coldStart, baggageKeys }: InstanceSide,
): Span | undefined {
  if (telemetry === undefined) return undefined;
  const { context } = call;
  const name = call.spanName ?? readText(context, 'function', 'name') ?? instance.functionName ?? programName;
  try {
    const attributes = { ...call.attributes?.(), ...invocationAttributes(context, call.trigger, coldStart) };
    if (!telemetry.ownsResource) {
      Object.assign(
        attributes,
        functionAttributes(context, instance),
        { [ATTR_SERVICE_NAME]: undefined },
        baggageAttributes(parentContext(parentage), baggageKeys),
      );
    }
    const span = telemetry.startInvocation(
      name,
      { kind: SpanKind.SERVER, attributes, links: [...parentage.links] },
      parentContext(parentage),
      traceId,
    );
    return span.isRecording() || isSpanContextValid(span.spanContext()) ? span : undefined;
  } catch {
    countError('the invocation span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

/** Ends the invocation span; it carries out what was counted since the last one. */
export function endInvocationSpan(span: Span): void {
  try {
    const counts = takeCounts();
    if (counts !== undefined) span.setAttributes(counts);
    span.end();
  } catch {
    countError('the invocation span could not be ended: a span processor threw');
  }
}
