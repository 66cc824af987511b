import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { warnOnce } from '../diagnostics';
import { isSuppressed } from '../tracing/context/suppressed-tracing';
import { PROBE_LIMITS } from './direct-span';
import { timed } from './start-clock';

const SDK = '@opentelemetry/sdk-trace-base';

function warn(packageName: string, member: string, lost: string): void {
  warnOnce(`${member} of this version of ${packageName} is not as fc-traced expects: ${lost}`);
}

/** Whether writing to the attributes, events and links of a span changes what is exported. */
function isMutable(span: ReadableSpan): boolean {
  const set = (attributes: Attributes | undefined): unknown => attributes && (attributes.probe = 'changed');
  const [event] = span.events;
  const [link] = span.links;
  if (event === undefined || link === undefined) return false;
  event.name = 'changed';
  for (const attributes of [span.attributes, event.attributes, link.attributes]) set(attributes);
  const { attributes, events, links } = span;
  const changed = [attributes.probe, events[0]?.name, events[0]?.attributes?.probe, links[0]?.attributes?.probe];
  return changed.every((value) => value === 'changed');
}

function probeSpan(): ReadableSpan {
  const provider = new BasicTracerProvider({ sampler: new AlwaysOnSampler(), spanLimits: PROBE_LIMITS });
  const tracer = provider.getTracer('fc-traced');
  const parent = tracer.startSpan('probe').spanContext();
  const probe = { probe: 'original' };
  const span = tracer.startSpan('probe', { attributes: probe, links: [{ context: parent, attributes: { ...probe } }] });
  return span.addEvent('probe', { ...probe }) as unknown as ReadableSpan;
}

/**
 * Checks the private members of the SDK that are used, and logs once for each what is lost if it is missing or works
 * differently. `hasDirectSpans` says whether the constructor of the span class is the expected one. Never throws.
 */
export function warnOfChangedMembers(hasDirectSpans: boolean): void {
  try {
    if (!hasDirectSpans) warn(SDK, 'the constructor of Span', 'spans are started by the tracer, which is slower');
    const span = probeSpan();
    if (timed(span) === undefined) {
      warn(SDK, 'Span._performanceStartTime or _startTimeProvided', 'spans start at whole milliseconds');
    }
    if (!isMutable(span)) warn(SDK, 'Span.attributes, events or links', 'secrets are not removed from spans');
    if (!isSuppressed(suppressTracing(ROOT_CONTEXT))) {
      warn('@opentelemetry/core', 'the context key of suppressTracing', 'requests of exporters carry trace context');
    }
  } catch {
    warn(SDK, 'BasicTracerProvider', 'start times may be inexact, and secrets may not be removed from spans');
  }
}
