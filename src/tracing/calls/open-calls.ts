import type { Span } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import { EVENT_FC_TRACED_ABANDONED } from '../../semconv';

/** Puts an event on a span; a processor that throws at it is counted. */
export function noteOn(span: Span, event: string): void {
  try {
    span.addEvent(event);
  } catch {
    countError('a span took no event');
  }
}

/** Ends a span; a processor that throws at it is counted. */
export function endSafely(span: Pick<Span, 'end'>): void {
  try {
    span.end();
  } catch {
    countError('a span could not be ended: a span processor threw');
  }
}

const CHANGES = [
  'setAttribute',
  'setAttributes',
  'addEvent',
  'addLink',
  'addLinks',
  'setStatus',
  'updateName',
  'recordException',
  'end',
] as const;

/**
 * Ends a span that whoever started it left open. What they still do with it comes too late and changes nothing: it is no mistake
 * of theirs, so the SDK must not tell it as one.
 */
export function abandonSpan(span: Span): void {
  noteOn(span, EVENT_FC_TRACED_ABANDONED);
  endSafely(span);
  for (const change of CHANGES) {
    Reflect.defineProperty(span, change, { value: () => span, configurable: true, writable: true });
  }
}

/** Below this many spans, nobody looks which of them have ended. */
const FEW_SPANS = 64;

/** A call whose work goes on after its method returned. */
export interface OpenCall {
  /** Where it stands among the open ones; kept by these. */
  place: number;
  /** Ends its span, which then says so. */
  abandon(): void;
}

/** The calls of an invocation that are not at their end. An array with places instead of a Set: every async call comes and goes here. */
export class OpenCalls {
  private readonly calls: OpenCall[] = [];
  private spans: Span[] = [];
  private manySpans = FEW_SPANS;
  private over = false;

  /** Whether the invocation is at its end: what began in it may still run, and what comes later is none of it. */
  get isOver(): boolean {
    return this.over;
  }

  add(call: OpenCall): void {
    call.place = this.calls.length;
    this.calls.push(call);
  }

  delete(call: OpenCall): void {
    const { place } = call;
    if (this.calls[place] !== call) return;
    const last = this.calls.pop()!;
    if (last === call) return;
    this.calls[place] = last;
    last.place = place;
  }

  /** Takes a span that is no call's, such as a library's, which does not say when it ended. */
  addSpan(span: Span): void {
    if (this.over || !span.isRecording()) return;
    if (this.spans.length >= this.manySpans) {
      this.spans = this.spans.filter((one) => one.isRecording());
      this.manySpans = Math.max(FEW_SPANS, 2 * this.spans.length);
    }
    this.spans.push(span);
  }

  /** Ends what is still open. */
  abandonAll(): void {
    this.over = true;
    for (const span of this.spans) if (span.isRecording()) abandonSpan(span);
    this.spans = [];
    for (const call of [...this.calls]) call.abandon();
  }
}
