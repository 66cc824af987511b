import { isSpanContextValid, propagation, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import type { Context, Link, Span, SpanContext } from '@opentelemetry/api';
import { types } from 'node:util';
import type { Config } from '../config/config';
import type { HandlerOptions } from '../config/options';
import { countError, countLoss, countMalformed, takeCounts, warnOnce } from '../diagnostics';
import { functionAttributes, invocationAttributes } from '../fc/attributes';
import type { InstanceFacts } from '../fc/attributes';
import type { FcContext } from '../fc/context';
import { readFcParent, readFcTracing } from '../propagation/carriers';
import { resolveParent } from '../propagation/parent';
import type { Parentage } from '../propagation/parent';
import { readField, readText } from '../safe-access';
import { ATTR_SERVICE_NAME } from '../semconv';
import { baggageAttributes } from '../tracing/calls/attributes';
import { NewTraceId } from '../tracing/context/inert-spans';
import { maySample, ratioOf, sampleRoot, withThreshold } from '../tracing/telemetry/sampling';
import type { NewTrace, Telemetry } from '../tracing/telemetry/telemetry';
import type { IncomingCall } from './incoming-call';
import type { KeepCandidate } from './keep-candidate';
import type { Destination, TelemetrySource } from './telemetry-source';

const KEEP_WITHOUT_EFFECT =
  'the option keep has no effect: the program registered a tracer provider, whose sampler decides what is recorded';

/** The decisions about an invocation that are made before the program runs. */
export interface InvocationPlan {
  readonly parentage: Parentage;
  /** Records the invocation; `undefined` if it is not recorded. */
  readonly telemetry: Telemetry | undefined;
  /** The new trace; `undefined` if the caller's trace is continued. */
  readonly root: NewTrace | undefined;
  /** Set if the trace is not sampled, but may be kept at the end of the invocation. */
  readonly candidate: KeepCandidate | undefined;
  /** The id of the new trace; `undefined` if the caller's trace is continued. */
  readonly traceId: NewTraceId | undefined;
}

function explicitParent(option: HandlerOptions['parent'], { event, context, messageCarrier }: IncomingCall): unknown {
  if (option === 'message') return messageCarrier?.();
  if (typeof option !== 'function') return option;
  try {
    const given: unknown = option(event, context);
    if (!types.isPromise(given)) return given;
    // The invocation does not wait for it. An unhandled rejection would end the process.
    given.catch(() => {});
    countMalformed(1, 'the option parent returned a promise and was ignored');
  } catch {
    countMalformed(1, 'the option parent threw and was ignored');
  }
  return undefined;
}

function telemetryOf(
  source: TelemetrySource,
  context: FcContext,
  isRecorded: (isOwnProvider: boolean) => boolean,
): Telemetry | undefined {
  try {
    const destination = source.destinationOf(context);
    if (destination === undefined) {
      source.warnNoDestination();
      source.enablePropagation();
      return undefined;
    }
    // The sampler of the application's provider decides itself: it gets the parent's sampled flag.
    if (isRecorded(destination.kind === 'provider')) return source.telemetryFor(destination, context);
    source.enablePropagation();
    return undefined;
  } catch (error) {
    source.countLoadError(error);
    return undefined;
  }
}

/** Determines the parent of an invocation and whether it is recorded. Loads the SDK only if it is. Never throws. */
export function planInvocation(
  source: TelemetrySource,
  options: HandlerOptions,
  config: Pick<Config, 'sampleRatio' | 'keep'>,
  call: IncomingCall,
): InvocationPlan {
  const { context, headers } = call;
  const parentage = resolveParent({
    explicit: explicitParent(options.parent, call),
    headers,
    tracing: readField(context, 'tracing'),
  });
  const { parent } = parentage;
  const traceId = parent === undefined ? new NewTraceId() : undefined;
  let root: NewTrace | undefined;
  let candidate: KeepCandidate | undefined;
  const isSampled = (): boolean => {
    if (traceId === undefined) return (parent!.traceFlags & 1) === 1;
    const decision = sampleRoot(traceId, ratioOf(config.sampleRatio, call.triggerName, context));
    if (decision.isSampled) root = { traceId: traceId.value, decision };
    return decision.isSampled;
  };
  const telemetry = telemetryOf(source, context, (isOwnProvider) => {
    if (isOwnProvider) {
      if (config.keep !== undefined) warnOnce(KEEP_WITHOUT_EFFECT);
      return true;
    }
    if (isSampled()) return true;
    if (config.keep === undefined || (parent !== undefined && !config.keep.overrideCaller)) return false;
    const { KeepCandidate: Candidate } = require('./keep-candidate') as typeof import('./keep-candidate');
    candidate = new Candidate(config.keep);
    const given = parent?.traceState;
    const traceState = given === undefined ? undefined : withThreshold(given, undefined);
    root = {
      traceId: traceId?.value ?? parent!.traceId,
      decision: { isSampled: false, traceState },
      buffer: candidate,
    };
    return true;
  });
  return { parentage, telemetry, root, candidate, traceId };
}

/**
 * Whether an invocation that follows the initializer is likely to be recorded, so that the initializer loads the SDK.
 * FC calls the initializer for a request, whose sampled flag is in the context. Without a caller, as on a provisioned
 * instance, any invocation may follow.
 */
export function expectsRecording(
  { sampleRatio, keep }: Pick<Config, 'sampleRatio' | 'keep'>,
  context: FcContext,
  destination: Destination,
): boolean {
  if (destination.kind === 'provider' || destination.recorded) return true;
  const caller = readFcTracing(readField(context, 'tracing')).spanContext;
  if (caller !== undefined) return (caller.traceFlags & TraceFlags.SAMPLED) !== 0 || keep?.overrideCaller === true;
  return keep !== undefined || maySample(sampleRatio);
}

/** Whether FC calls the initializer for a request that its caller sampled, so that a recorded call follows at once. */
export function followsRecordedCall(context: FcContext): boolean {
  const caller = readFcTracing(readField(context, 'tracing')).spanContext;
  return caller !== undefined && (caller.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** The context of {@link parentContext}, in which spans of a kept trace start although its caller did not sample it. */
export function keptParentContext({ parent, ...parentage }: Parentage, kept: SpanContext): Context {
  const { traceState } = kept;
  return parentContext({
    ...parentage,
    parent: parent && { ...parent, traceFlags: parent.traceFlags | 1, ...(traceState && { traceState }) },
  });
}

/** The context in which the invocation span starts: the caller's span and baggage only. */
export function parentContext({ parent, baggage }: Parentage): Context {
  const base = baggage === undefined ? ROOT_CONTEXT : propagation.setBaggage(ROOT_CONTEXT, baggage);
  return parent === undefined || !isSpanContextValid(parent) ? base : trace.setSpanContext(base, parent);
}

/**
 * The context of a cold start, given that of the invocation: with the span of the whole request. The parent of the
 * invocation is FC's span `Invocation`, which begins when the instance has started. FC names the parent of that span,
 * which is also the parent of FC's own span of the cold start. Otherwise the parent of the invocation is that of the
 * cold start.
 */
export function requestContext(parent: Context, { context }: IncomingCall): Context {
  const caller = trace.getSpanContext(parent);
  const request = readFcParent(readField(context, 'tracing'));
  if (caller === undefined || request?.traceId !== caller.traceId) return parent;
  return trace.setSpanContext(parent, { ...caller, spanId: request.spanId });
}

/** What an invocation span needs that is not part of the call. */
export interface InvocationSpanOptions {
  readonly instance: InstanceFacts;
  /** The name of the span if neither an option nor FC sets one. */
  readonly programName: string;
  readonly coldStart: boolean;
  /** Links to earlier invocations of this instance, such as the previous attempt of a retried call. */
  readonly attemptLinks: readonly Link[];
  /**
   * Keys of baggage entries that become attributes. Used with the application's provider only: our pipeline adds them
   * to every span.
   */
  readonly baggageKeys: readonly string[];
}

/**
 * Starts the invocation span. Returns `undefined` if the invocation is not recorded. A span that the sampler of the
 * application's provider dropped is returned too, because its context holds that decision.
 */
export function startInvocationSpan(
  telemetry: Telemetry,
  { parentage, root }: InvocationPlan,
  call: IncomingCall,
  { instance, programName, coldStart, attemptLinks, baggageKeys }: InvocationSpanOptions,
): Span | undefined {
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
      { kind: SpanKind.SERVER, attributes, links: [...parentage.links, ...(call.links?.() ?? []), ...attemptLinks] },
      parentContext(parentage),
      root,
    );
    return span.isRecording() || isSpanContextValid(span.spanContext()) ? span : undefined;
  } catch {
    countLoss('the invocation span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

/**
 * Ends the invocation span and records on it the failures that were counted since the last one, unless its trace is not
 * kept.
 */
export function endInvocationSpan(span: Span, isKept: boolean): void {
  // Its invocation was cut off.
  if (!span.isRecording()) return;
  try {
    const counts = isKept ? takeCounts() : undefined;
    if (counts !== undefined) span.setAttributes(counts);
    span.end();
  } catch {
    countError('the invocation span could not be ended: a span processor threw');
  }
}
