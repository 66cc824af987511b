import type { Attributes, Span } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import {
  ATTR_FC_TRACED_PROBLEM,
  EVENT_FC_TRACED_ABANDONED,
  EVENT_FC_TRACED_CANCELLED,
  EVENT_FC_TRACED_EXPECTED_ERROR,
} from '../../semconv';
import { activeContext, callIn } from '../context/active-context';
import { telemetryOfCall } from '../context/ambient-telemetry';
import type { Invocation } from '../context/invocation';
import { contextWithSpan, invocationIn, spanIn } from '../context/linked-context';
import { followSettled } from '../end-strategies/follow-value';
import type { FollowedCall } from '../end-strategies/follow-value';
import { attributeValues, extract } from './attributes';
import type { Extracted, Extractor } from './attributes';
import { isCancellation, recordFailure } from './failure';
import { endSafely, noteOn } from './open-calls';
import type { OpenCall } from './open-calls';
import { startSpanOf } from './span-spec';
import type { CallSite } from './span-spec';

/** Spans that nobody's invocation ends are ended when the value that they stand for is collected. Holds the span alone: a call holds its arguments. */
const collected = new FinalizationRegistry<Span>((span) => {
  noteOn(span, EVENT_FC_TRACED_ABANDONED);
  endSafely(span);
});

/** A traced call whose span is open. Whichever end comes first counts. */
export class RunningCall implements FollowedCall, OpenCall {
  place = -1;
  private ended = false;
  private keeper: Invocation | undefined;
  private isRegistered = false;
  private along: FollowedCall[] | undefined;

  constructor(
    private readonly span: Span,
    private readonly site: CallSite,
  ) {}

  get isFresh(): boolean {
    return this.site.spec.isAsync;
  }

  get began(): number {
    return this.site.began;
  }

  get counts(): boolean {
    return this.site.spec.options.countStream === true;
  }

  run(fn: (...args: never[]) => unknown, self: unknown, args: ArrayLike<unknown>): unknown {
    return this.ended
      ? Reflect.apply(fn, self, args)
      : callIn(contextWithSpan(this.site.context, this.span), fn, self, args);
  }

  succeed(value?: unknown): void {
    if (this.ended) return;
    const { resultAttributes } = this.site.spec.options;
    if (resultAttributes !== undefined) {
      this.add(extract('resultAttributes', resultAttributes as Extractor, this.site.self, [value]));
    }
    this.end();
    this.along?.forEach((call) => call.succeed(value));
  }

  fail(error: unknown): void {
    if (this.ended) return;
    const { isExpected } = this.site.spec;
    if (isCancellation(error, this.site.args)) this.note(EVENT_FC_TRACED_CANCELLED);
    else if (isExpected !== undefined && isExpected(error)) this.note(EVENT_FC_TRACED_EXPECTED_ERROR);
    else recordFailure(this.span, error, spanIn(this.site.context), contextWithSpan(this.site.context, this.span));
    this.end();
    this.along?.forEach((call) => call.fail(error));
  }

  cancel(): void {
    if (this.ended) return;
    this.note(EVENT_FC_TRACED_CANCELLED);
    this.end();
    this.along?.forEach((call) => call.cancel());
  }

  /** Ends a call whose value was dropped, or outlived its invocation. */
  abandon(): void {
    if (this.ended) return;
    this.note(EVENT_FC_TRACED_ABANDONED);
    this.end();
  }

  annotate(attributes: Attributes): void {
    if (!this.ended) this.span.setAttributes(attributeValues(attributes));
  }

  /** Belongs to whoever starts the work again, which may be another invocation. */
  again(): RunningCall {
    const context = activeContext();
    const telemetry = telemetryOfCall(context);
    const site = { ...this.site, context, telemetry: telemetry ?? this.site.telemetry };
    const span = telemetry && startSpanOf(site);
    const call = new RunningCall(span ?? this.span, site);
    if (span === undefined) call.ended = true;
    else call.keep();
    return call;
  }

  settled(value: unknown): unknown {
    return followSettled(value, this);
  }

  stayOpen(value: object): void {
    if (this.keep()) return;
    this.isRegistered = true;
    collected.register(value, this.span, this);
  }

  endAlong(call: FollowedCall, value: object): void {
    if (this.ended) return call.succeed(value);
    call.stayOpen(value);
    (this.along ??= []).push(call);
  }

  keep(): boolean {
    this.keeper = invocationIn(this.site.context);
    this.keeper?.open.add(this);
    return this.keeper !== undefined;
  }

  private add({ attributes, problem }: Extracted): void {
    try {
      if (attributes !== undefined) this.span.setAttributes(attributes);
      if (problem !== undefined) this.span.addEvent(ATTR_FC_TRACED_PROBLEM, { [ATTR_FC_TRACED_PROBLEM]: problem });
    } catch {
      countError('a span took no attributes');
    }
  }

  private note(event: string): void {
    noteOn(this.span, event);
  }

  private end(): void {
    this.ended = true;
    this.keeper?.open.delete(this);
    if (this.isRegistered) collected.unregister(this);
    endSafely(this.span);
  }
}
