import type { Context, Span } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import { EVENT_FC_TRACED_ABANDONED } from '../../semconv';
import { endContext } from '../context/linked-context';
import type { LinkedContext } from '../context/linked-context';

/** Adds an event to a span. If that throws, it is counted. */
export function addEventSafely(span: Span, event: string): void {
  try {
    span.addEvent(event);
  } catch {
    countError('an event could not be added to a span');
  }
}

/** Ends a span. If a span processor throws, that is counted. */
export function endSafely(span: Pick<Span, 'end'>): void {
  try {
    span.end();
  } catch {
    countError('a span could not be ended: a span processor threw');
  }
}

const MUTATORS = [
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
 * Ends a span that was left open. Its mutators then do nothing: its owner does not know that it has ended, so the SDK
 * must not warn about an operation on an ended span.
 */
export function abandonSpan(span: Span): void {
  addEventSafely(span, EVENT_FC_TRACED_ABANDONED);
  endSafely(span);
  for (const mutator of MUTATORS) {
    Reflect.defineProperty(span, mutator, { value: () => span, configurable: true, writable: true });
  }
}

/** The number of spans or contexts at which ended ones are removed for the first time. */
const MIN_TO_PRUNE = 64;

/** How many ended calls keep their span as the active one. A power of two. Each is copied by several collections. */
const MAX_ENDED = 64;

/** A list of spans, from which those that have ended are removed from time to time. */
class SpanList {
  private spans: Span[] = [];
  private pruneAt = MIN_TO_PRUNE;

  add(span: Span): void {
    if (!span.isRecording()) return;
    if (this.spans.length >= this.pruneAt) {
      this.spans = this.recording();
      this.pruneAt = Math.max(MIN_TO_PRUNE, 2 * this.spans.length);
    }
    this.spans.push(span);
  }

  recording(): Span[] {
    return this.spans.length === 0 ? this.spans : this.spans.filter((span) => span.isRecording());
  }
}

/** A call whose work continues after its method returned. */
export interface OpenCall {
  readonly span: Span;
  /** The index in the array of open calls, set by `OpenCalls`. */
  place: number;
  /** Ends the span with an event that says that it was abandoned. */
  abandon(): void;
}

/**
 * The open calls of an invocation. An array with stored indexes is faster than a Set, and every async call is added
 * here.
 */
export class OpenCalls {
  private readonly calls: OpenCall[] = [];
  /** Created with the first span, as the following lists are: most invocations that are not recorded need none. */
  private spans: SpanList | undefined;
  private others: SpanList | undefined;
  /** Contexts by their span, which is that of a library. */
  private contexts: Map<Span, LinkedContext> | undefined;
  private pruneContextsAt = MIN_TO_PRUNE;
  /** The contexts of the calls that ended last, the next one in the place `endedAt`. */
  private ended: LinkedContext[] | undefined;
  private endedAt = 0;
  private over = false;

  /** Whether the invocation has ended. Work that it started may still run, but does not belong to it any more. */
  get isOver(): boolean {
    return this.over;
  }

  /** Whether a traced call has not ended. */
  get hasOpenCalls(): boolean {
    return this.calls.length > 0;
  }

  add(call: OpenCall): void {
    // It would keep the arguments of a call that never ends for as long as the invocation is referred to.
    if (this.over) return;
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

  /** Adds a span that was not started by a traced call, such as one of a library. It ends with the invocation. */
  addSpan(span: Span): void {
    if (!this.over) (this.spans ??= new SpanList()).add(span);
  }

  /** Adds a span that the program ends itself, also after the invocation. It is only listed while it is open. */
  watchSpan(span: Span): void {
    if (!this.over) (this.others ??= new SpanList()).add(span);
  }

  /** Returns the spans that are open, in no particular order. */
  openSpans(): Span[] {
    const spans = this.calls.map(({ span }) => span).filter((span) => span.isRecording());
    return [...spans, ...(this.spans?.recording() ?? []), ...(this.others?.recording() ?? [])];
  }

  /** The context with a span that was added before. */
  contextOf(span: Span): LinkedContext | undefined {
    return this.contexts?.get(span);
  }

  /** Adds a context whose span is released when it has ended, and with the invocation at the latest. */
  addContext(span: Span, context: LinkedContext): void {
    if (this.over) return;
    const contexts = (this.contexts ??= new Map());
    if (contexts.size >= this.pruneContextsAt) {
      for (const [one, itsContext] of contexts) {
        if (one.isRecording()) continue;
        itsContext.release();
        contexts.delete(one);
      }
      this.pruneContextsAt = Math.max(MIN_TO_PRUNE, 2 * contexts.size);
    }
    contexts.set(span, context);
  }

  /**
   * Adds a context whose span has ended. What runs in it still finds that span, until the invocation or many more calls
   * have ended.
   */
  addEnded(context: LinkedContext): void {
    const ended = (this.ended ??= []);
    ended[this.endedAt]?.release();
    ended[this.endedAt] = context;
    this.endedAt = (this.endedAt + 1) & (MAX_ENDED - 1);
  }

  /** Ends all open calls and spans, and releases the contexts of spans. */
  abandonAll(): void {
    this.over = true;
    this.spans?.recording().forEach(abandonSpan);
    this.spans = undefined;
    this.others = undefined;
    if (this.calls.length > 0) for (const call of [...this.calls]) call.abandon();
    this.contexts?.forEach((context) => context.release());
    this.contexts = undefined;
    this.ended?.forEach((context) => context.release());
    this.ended = undefined;
  }
}

const collected = new FinalizationRegistry<OpenSpan>((open) => open.valueCollected());

/**
 * The span of a call whose value the program may drop, such as a query that is never awaited. The span ends with the
 * invocation at the latest, and before that when the values are garbage-collected. It refers to nothing but the span, so
 * that it keeps none of the values: they do not pile up until the invocation ends.
 */
export class OpenSpan implements OpenCall {
  place = -1;
  hasEnded = false;
  private values = 0;

  constructor(
    readonly span: Span,
    /** The context in which the span is active. */
    private readonly context: Context,
    private readonly openCalls: OpenCalls | undefined,
  ) {
    openCalls?.add(this);
  }

  /** Keeps the span open while the program holds a value. */
  hold(value: object): void {
    this.values += 1;
    collected.register(value, this, this);
  }

  /** Keeps the span open even if the values are garbage-collected. */
  release(): void {
    this.values = 0;
    collected.unregister(this);
  }

  /** The call ends the span itself. */
  close(): void {
    this.hasEnded = true;
    this.openCalls?.delete(this);
    this.release();
    endContext(this.context);
  }

  valueCollected(): void {
    this.values -= 1;
    if (this.values === 0) this.abandon();
  }

  abandon(): void {
    if (this.hasEnded) return;
    this.close();
    addEventSafely(this.span, EVENT_FC_TRACED_ABANDONED);
    endSafely(this.span);
  }
}
