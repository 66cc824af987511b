import { isSpanContextValid, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, SpanContext } from '@opentelemetry/api';
import { types } from 'node:util';
import type { FcContext } from '../fc/context';
import { readField } from '../fc/context';
import type { HandlerOptions } from '../config/options';
import { resolveParent } from '../propagation/parent';
import type { Parentage } from '../propagation/parent';
import { countAndTell } from '../diagnostics';
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
    countAndTell('fc_traced.malformed_carriers', 1, 'the option parent returned a promise and is passed over');
  } catch {
    countAndTell('fc_traced.malformed_carriers', 1, 'the option parent threw and is passed over');
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
