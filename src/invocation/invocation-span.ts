import { isSpanContextValid, SpanKind } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { InstanceFacts } from '../fc/attributes';
import { readText } from '../fc/context';
import { baggageAttributes } from '../tracing/calls/attributes';
import { countAndTell, takeCounts } from '../diagnostics';
import { functionAttributes, invocationAttributes } from '../fc/attributes';
import type { IncomingCall } from './incoming-call';
import { parentContext } from './invocation-plan';
import type { InvocationPlan } from './invocation-plan';

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
        { 'service.name': undefined },
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
    countAndTell(
      'fc_traced.telemetry_errors',
      1,
      'the invocation span could not be started: a span processor, sampler or tracer provider threw',
    );
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
    countAndTell('fc_traced.telemetry_errors', 1, 'the invocation span could not be ended: a span processor threw');
  }
}
