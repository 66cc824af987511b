import type { Attributes, Context, Span } from '@opentelemetry/api';
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
import { contextWithSpan, invocationIn, endContext, spanIn } from '../context/linked-context';
import { followContinued, followSettled } from '../end-strategies/follow-value';
import type { FollowedCall } from '../end-strategies/followed-call';
import { attributeValues, extract } from './attributes';
import type { Extracted, Extractor } from './attributes';
import { isClientError, isDisconnect, recordFailure } from './failure';
import { addEventSafely, endSafely, OpenSpan } from './open-calls';
import type { OpenCall } from './open-calls';
import { startSpanOf } from './span-spec';
import type { CallSite } from './span-spec';

const NO_ARGUMENTS: ArrayLike<unknown> = [];

/** A traced call whose span is open. The first end counts; later ones are ignored. */
export class RunningCall implements FollowedCall, OpenCall {
  place = -1;
  /** Whether the span has ended, while there is no `openSpan`. */
  hasEnded = false;
  private invocation: Invocation | undefined;
  private openSpan: OpenSpan | undefined;
  private isWorking = false;
  /** What knows whether the span has ended. Read at each step of an iteration. */
  private ending: { hasEnded: boolean } = this;
  private followers: FollowedCall[] | undefined;

  constructor(
    readonly span: Span,
    private readonly site: CallSite,
    /** The context in which the span is active. */
    private readonly active: Context,
  ) {}

  get isFresh(): boolean {
    return this.site.spec.isAsync;
  }

  get followedBefore(): number {
    return this.site.followedBefore;
  }

  get isEnded(): boolean {
    return this.ending.hasEnded;
  }

  get counts(): boolean {
    return this.site.spec.options.countStream === true;
  }

  run(fn: (...args: never[]) => unknown, self: unknown, args: ArrayLike<unknown>): unknown {
    return this.isEnded ? Reflect.apply(fn, self, args) : callIn(this.active, fn, self, args);
  }

  succeed(value?: unknown): void {
    if (this.isEnded) return;
    const { resultAttributes } = this.site.spec.options;
    if (resultAttributes !== undefined) {
      this.add(extract('resultAttributes', resultAttributes as Extractor, this.site.self, [value]));
    }
    this.end();
    this.followers?.forEach((call) => call.succeed(value));
  }

  fail(error: unknown): void {
    if (this.isEnded) return;
    const { isExpected } = this.site.spec;
    if (isDisconnect(error) || this.isCancelled(error)) this.addEvent(EVENT_FC_TRACED_CANCELLED);
    else if (isExpected !== undefined && isExpected(error)) this.addEvent(EVENT_FC_TRACED_EXPECTED_ERROR);
    else if (!isClientError(error)) {
      recordFailure(this.span, error, spanIn(this.site.context), this.active);
    }
    this.end();
    this.followers?.forEach((call) => call.fail(error));
  }

  cancel(): void {
    if (this.isEnded) return;
    this.addEvent(EVENT_FC_TRACED_CANCELLED);
    this.end();
    this.followers?.forEach((call) => call.cancel());
  }

  /** Ends a call that is still open when its invocation ends. */
  abandon(): void {
    if (this.isEnded) return;
    addEventSafely(this.span, EVENT_FC_TRACED_ABANDONED);
    this.end();
  }

  annotate(attributes: Attributes): void {
    if (!this.isEnded) this.span.setAttributes(attributeValues(attributes));
  }

  /** The new call belongs to the active context, which may be that of another invocation. */
  again(): RunningCall {
    const context = activeContext();
    const telemetry = telemetryOfCall(context);
    const site = { ...this.site, context, telemetry: telemetry ?? this.site.telemetry };
    const span = telemetry && startSpanOf(site);
    const call = new RunningCall(
      span ?? this.span,
      site,
      span === undefined ? this.active : contextWithSpan(context, span),
    );
    if (span === undefined) call.hasEnded = true;
    else call.joinInvocation();
    return call;
  }

  settled(value: unknown): unknown {
    return this.isEnded ? value : followSettled(value, this);
  }

  continueWith(value: object): unknown {
    return followContinued(value, this);
  }

  stayOpen(value: object): void {
    if (this.isEnded) return;
    this.ending = this.openSpan ??= this.lightened();
    this.openSpan.hold(value);
    this.followers?.forEach((call) => call.stayOpen(value));
  }

  startWork(): void {
    this.isWorking = true;
    this.openSpan?.release();
    this.followers?.forEach((call) => call.startWork());
  }

  addFollower(call: FollowedCall, value: object): void {
    if (this.isEnded) return call.succeed(value);
    call.stayOpen(value);
    if (this.isWorking) call.startWork();
    (this.followers ??= []).push(call);
  }

  joinInvocation(): boolean {
    this.invocation = invocationIn(this.site.context);
    this.invocation?.open.add(this);
    return this.invocation !== undefined;
  }

  /** Replaces this call in the list of open calls, because a call refers to its arguments, and so to its value. */
  private lightened(): OpenSpan {
    const invocation = this.invocation ?? invocationIn(this.site.context);
    this.invocation?.open.delete(this);
    return new OpenSpan(this.span, this.active, invocation?.open);
  }

  private isCancelled(error: unknown): boolean {
    // Without objects among the arguments, there is no signal. Loaded when it is needed.
    if (!Array.from(this.site.args).some((value) => typeof value === 'object' && value !== null)) return false;
    return (require('./cancellation') as typeof import('./cancellation')).isCancellation(error, this.site.args);
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
    this.hasEnded = true;
    if (this.openSpan === undefined) {
      this.invocation?.open.delete(this);
      // A promise that never settles keeps the call, and so its arguments.
      this.site.args = NO_ARGUMENTS;
      this.site.self = undefined;
    } else this.openSpan.close();
    endSafely(this.span);
    endContext(this.active);
  }
}
