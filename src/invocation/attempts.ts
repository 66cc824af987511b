import { TraceFlags } from '@opentelemetry/api';
import type { Link, SpanContext } from '@opentelemetry/api';
import type { FcContext } from '../fc/context';
import { readField, readNumber, readText } from '../safe-access';
import { ATTR_FC_TRACED_LINK } from '../semconv';

/** The number of invocations that are remembered. Retries of asynchronous calls arrive within minutes. */
const MAX_REMEMBERED = 256;

/**
 * The recorded invocations of this instance, by request id. That FC keeps the id for a retry is inferred. A retry that
 * runs in another instance gets no link.
 */
export class Attempts {
  private readonly known = new Map<string, SpanContext>();

  remember(context: FcContext, spanContext: SpanContext): void {
    const id = readText(context, 'requestId');
    if (id === undefined || (spanContext.traceFlags & TraceFlags.SAMPLED) === 0) return;
    this.known.delete(id);
    this.known.set(id, spanContext);
    if (this.known.size <= MAX_REMEMBERED) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest!);
  }

  /** Links to the previous attempt of a retried call, and to the call whose result the event reports. */
  linksOf(context: FcContext, event: unknown): readonly Link[] {
    const isRetry = (readNumber(context, 'retryCount') ?? 0) > 0;
    return [
      ...(isRetry ? this.linkTo(readText(context, 'requestId'), 'previous attempt') : []),
      ...this.linkTo(sourceOf(event), 'asynchronous call'),
    ];
  }

  private linkTo(id: string | undefined, what: string): readonly Link[] {
    const context = id === undefined ? undefined : this.known.get(id);
    return context === undefined ? [] : [{ context, attributes: { [ATTR_FC_TRACED_LINK]: what } }];
  }
}

/** The request id of the call whose result an event of an asynchronous destination reports. */
function sourceOf(event: unknown): string | undefined {
  return typeof readField(event, 'responseContext') === 'object'
    ? readText(event, 'requestContext', 'requestId')
    : undefined;
}
