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
import { isCancellation, isClientError, isDisconnect, recordFailure } from './failure';
import { addEventSafely, endSafely } from './open-calls';
import type { OpenCall } from './open-calls';
import { startSpanOf } from './span-spec';
import type { CallSite } from './span-spec';

/**
 * Ends the span of a call outside of any invocation when its returned value is garbage-collected. Holds the span only,
 * because a call keeps its arguments alive.
 */
const collected = new FinalizationRegistry<Span>((span) => {
  addEventSafely(span, EVENT_FC_TRACED_ABANDONED);
  endSafely(span);
});

/** A traced call whose span is open. The first end counts; later ones are ignored. */
export class RunningCall implements FollowedCall, OpenCall {
  place = -1;
  private ended = false;
  private invocation: Invocation | undefined;
  private isRegistered = false;
  private followers: FollowedCall[] | undefined;

  constructor(
    private readonly span: Span,
    private readonly site: CallSite,
  ) {}

  get isFresh(): boolean {
    return this.site.spec.isAsync;
  }

  get followedBefore(): number {
    return this.site.followedBefore;
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
    this.followers?.forEach((call) => call.succeed(value));
  }

  fail(error: unknown): void {
    if (this.ended) return;
    const { isExpected } = this.site.spec;
    if (isDisconnect(error) || isCancellation(error, this.site.args)) this.addEvent(EVENT_FC_TRACED_CANCELLED);
    else if (isExpected !== undefined && isExpected(error)) this.addEvent(EVENT_FC_TRACED_EXPECTED_ERROR);
    else if (!isClientError(error)) {
      recordFailure(this.span, error, spanIn(this.site.context), contextWithSpan(this.site.context, this.span));
    }
    this.end();
    this.followers?.forEach((call) => call.fail(error));
  }

  cancel(): void {
    if (this.ended) return;
    this.addEvent(EVENT_FC_TRACED_CANCELLED);
    this.end();
    this.followers?.forEach((call) => call.cancel());
  }

  /** Ends a call that is still open when its invocation ends. */
  abandon(): void {
    if (this.ended) return;
    this.addEvent(EVENT_FC_TRACED_ABANDONED);
    this.end();
  }

  annotate(attributes: Attributes): void {
    if (!this.ended) this.span.setAttributes(attributeValues(attributes));
  }

  /** The new call belongs to the active context, which may be that of another invocation. */
  again(): RunningCall {
    const context = activeContext();
    const telemetry = telemetryOfCall(context);
    const site = { ...this.site, context, telemetry: telemetry ?? this.site.telemetry };
    const span = telemetry && startSpanOf(site);
    const call = new RunningCall(span ?? this.span, site);
    if (span === undefined) call.ended = true;
    else call.joinInvocation();
    return call;
  }

  settled(value: unknown): unknown {
    return followSettled(value, this);
  }

  stayOpen(value: object): void {
    if (this.joinInvocation()) return;
    this.isRegistered = true;
    collected.register(value, this.span, this);
  }

  addFollower(call: FollowedCall, value: object): void {
    if (this.ended) return call.succeed(value);
    call.stayOpen(value);
    (this.followers ??= []).push(call);
  }

  joinInvocation(): boolean {
    this.invocation = invocationIn(this.site.context);
    this.invocation?.open.add(this);
    return this.invocation !== undefined;
  }

  private add({ attributes, problem }: Extracted): void {
    try {
      if (attributes !== undefined) this.span.setAttributes(attributes);
      if (problem !== undefined) this.span.addEvent(ATTR_FC_TRACED_PROBLEM, { [ATTR_FC_TRACED_PROBLEM]: problem });
    } catch {
      countError('attributes could not be set on a span');
    }
  }

  private addEvent(event: string): void {
    addEventSafely(this.span, event);
  }

  private end(): void {
    this.ended = true;
    this.invocation?.open.delete(this);
    if (this.isRegistered) collected.unregister(this);
    endSafely(this.span);
  }
}
