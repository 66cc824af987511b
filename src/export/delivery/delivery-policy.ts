/** The most requests to one endpoint that are in progress at a time. */
const MOST_REQUESTS = 8;
/** With an endpoint that responds faster than this, one request at a time is enough, and contains more spans. */
const SLOW_MILLIS = 30;
/** If the process waits this long for a request, another one may start, although the endpoint used to be faster. */
const HANGING_MILLIS = 100;
/** The delay before the first retry is random, up to this; the limit doubles with each further failure. */
const FIRST_RETRY_MILLIS = 100;
/** No retry is earlier than this. */
const SHORTEST_RETRY_MILLIS = 10;
/** The limit of the delay between two attempts. */
const LONGEST_RETRY_MILLIS = 5_000;
/** A longer `Retry-After` is reduced to this. */
const LONGEST_RETRY_AFTER_MILLIS = 300_000;
/** After this many failures in a row, responses do not wait until a request succeeds. */
const FAILURES_OF_OUTAGE = 4;
/** The part of the budget that a success restores at least. */
const RESTORED_SHARE = 0.1;
/** After fewer successes than this, the next outage is not a new one: the endpoint is unstable. */
const SUCCESSES_OF_RECOVERY = 20;
/** The weight of the latest response in the average time of a response. */
const LATEST_WEIGHT = 0.3;

/** The settings of a {@link DeliveryPolicy}. */
export interface PolicySettings {
  /** How long responses may wait in vain in one outage, in milliseconds. */
  readonly budgetMillis: number;
  /** Returns a random number from 0 to 1, excluding 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * After an outage, the interval between requests is this part of the usual one until the backlog is sent: instances that
 * catch up together must not overload the endpoint.
 */
const CATCH_UP_SHARE = 0.9;
/** After so many requests the interval shrinks with each further one: otherwise, more could end than is sent. */
const PACED_REQUESTS = 20;
const SHRINKING = 0.8;
/** The interval between requests that is assumed at first, and the limit of the measured one. */
const USUAL_GAP_MILLIS = 1_000;
const LONGEST_GAP_MILLIS = 5_000;

/** The requests to the endpoint that are in progress, and what would be sent next. */
export interface RequestsInProgress {
  readonly startTimes: readonly number[];
  /** How long the process has only waited since the first of them started, in milliseconds: it was not busy. */
  readonly idleMillis: number;
  /** Whether as many spans wait as one request may contain. */
  readonly isFull: boolean;
}

/** What an event means for the log: an outage of the endpoint has begun, or is over. */
export type Transition = 'outage began' | 'outage ended' | undefined;

/**
 * Decides when to send to one endpoint, how many requests at a time, and how long a response may wait for it. It has no
 * clock, timers or I/O: each method gets the current time in milliseconds, of any monotonic clock.
 *
 * Waiting in vain uses up the budget, however many requests it takes. When nothing is left, or after several failures in
 * a row, an outage begins, and no response waits. Then requests are sent in the background, one at a time, at random
 * intervals up to 5 seconds. The first success ends the outage and restores the budget. If some requests succeed and
 * others do not, or if outages follow one another, each success restores at least a tenth, or twice the time it took. A success that took longer than the
 * budget restores nothing and ends no outage, because waiting for it is in vain.
 */
export class DeliveryPolicy {
  private readonly random: () => number;
  /** How long responses may still wait in vain. */
  private left: number;
  private failuresInARow = 0;
  private earliest = Number.NEGATIVE_INFINITY;
  private acknowledgedAt = Number.NEGATIVE_INFINITY;
  private averageMillis = 0;
  private outageSince: number | undefined;
  /** The interval between requests, and their number, while a backlog is sent. */
  private catchUp: { gapMillis: number; requests: number } | undefined;
  private startedAt: number | undefined;
  private averageGapMillis: number | undefined;
  private successes = SUCCESSES_OF_RECOVERY;
  private isUnstable = false;

  constructor(private readonly settings: PolicySettings) {
    this.random = settings.random ?? Math.random;
    this.left = settings.budgetMillis;
  }

  /** Whether no response waits, because the endpoint does not accept spans. */
  get isOutage(): boolean {
    return this.outageSince !== undefined;
  }

  /** The time before which nothing may be sent. */
  get nextSendAt(): number {
    return this.earliest;
  }

  /** When the current outage began. */
  get beganAt(): number | undefined {
    return this.outageSince;
  }

  /**
   * Whether another request may start at `now`. To an endpoint that is slow, several requests are sent at a time, spread
   * over the time of a response, so that each contains what ended in between. Full batches do not wait for that.
   */
  maySend(now: number, { startTimes, idleMillis, isFull }: RequestsInProgress): boolean {
    if (now < this.earliest || startTimes.length >= MOST_REQUESTS) return false;
    if (startTimes.length === 0) return true;
    if (this.isCatchingUp) return false;
    const sinceLast = now - Math.max(...startTimes);
    if (this.isFailing) return sinceLast >= this.failingMillis;
    if (this.averageMillis < SLOW_MILLIS) return idleMillis >= HANGING_MILLIS && sinceLast >= HANGING_MILLIS;
    return isFull || sinceLast >= this.averageMillis / MOST_REQUESTS;
  }

  /** When to ask {@link maySend} again after it was false, unless a response arrives earlier; may be infinite. */
  askAgainAt(now: number, { startTimes }: RequestsInProgress): number {
    if (now < this.earliest) return this.earliest;
    if (startTimes.length >= MOST_REQUESTS || startTimes.length === 0) return Number.POSITIVE_INFINITY;
    if (this.isCatchingUp) return Number.POSITIVE_INFINITY;
    const last = Math.max(...startTimes);
    if (this.isFailing) return last + this.failingMillis;
    return this.averageMillis < SLOW_MILLIS
      ? Math.max(now, last) + HANGING_MILLIS
      : last + this.averageMillis / MOST_REQUESTS;
  }

  /** A request starts at `now`. */
  started(now: number): void {
    if (this.startedAt !== undefined && !this.isFailing && !this.isCatchingUp) {
      const gap = Math.min(LONGEST_GAP_MILLIS, now - this.startedAt);
      const average = this.averageGapMillis ?? gap;
      this.averageGapMillis = average + (gap - average) * LATEST_WEIGHT;
    }
    this.startedAt = now;
  }

  /** A response is about to wait for this many batches at `now`. The last one need not wait for its turn. */
  needed(now: number, batches: number): void {
    if (this.isCatchingUp && batches <= 1) this.earliest = Math.min(this.earliest, now);
  }

  /**
   * How long a response that starts to wait for this many batches at `now` may wait, in milliseconds; at most
   * `remainingMillis`.
   */
  waitMillis(now: number, remainingMillis: number, batches = 1): number {
    if (this.isOutage || (this.isCatchingUp && batches > 1)) return 0;
    const limit = Math.min(remainingMillis, this.left);
    return limit > 0 && this.earliest - now < limit ? limit : 0;
  }

  /** A response has waited for `millis`, until `now`, for spans that have not arrived, or that were refused. */
  waited(now: number, millis: number): Transition {
    this.left = Math.max(0, this.left - millis);
    const isSilent = now - this.acknowledgedAt >= this.settings.budgetMillis;
    // Half a millisecond: timers fire a little early.
    return this.left < 0.5 && isSilent ? this.begin(now) : undefined;
  }

  /**
   * A request that took `millis` was accepted at `now`. `idleMillis` of them the process only waited: the rest of the
   * time it was busy, and more requests would not help. `batches` still wait.
   */
  acknowledged(now: number, millis: number, idleMillis = millis, batches = 0): Transition {
    const { budgetMillis } = this.settings;
    this.averageMillis += (idleMillis - this.averageMillis) * (this.averageMillis === 0 ? 1 : LATEST_WEIGHT);
    this.acknowledgedAt = now;
    this.failuresInARow = 0;
    this.earliest = now + this.paceMillis(batches);
    if (millis >= budgetMillis) return undefined;
    const part = Math.max(budgetMillis * RESTORED_SHARE, 2 * millis);
    const restored = this.isOutage && !this.isUnstable ? budgetMillis : part;
    this.successes = this.isOutage ? 1 : this.successes + 1;
    this.left = Math.min(budgetMillis, this.left + restored);
    if (this.outageSince === undefined) return undefined;
    this.outageSince = undefined;
    return 'outage ended';
  }

  /** A request failed at `now`, and may be sent again. `retryAfterMillis` is what the endpoint asked for. */
  failed(now: number, retryAfterMillis?: number): Transition {
    this.failuresInARow += 1;
    const limit = Math.min(LONGEST_RETRY_MILLIS, FIRST_RETRY_MILLIS * 2 ** (this.failuresInARow - 1));
    // All of the delay is random: otherwise, instances that failed together would come back together.
    const delay = Math.max(SHORTEST_RETRY_MILLIS, this.random() * limit);
    const asked = Math.min(retryAfterMillis ?? 0, LONGEST_RETRY_AFTER_MILLIS);
    this.earliest = Math.max(this.earliest, now + asked + delay);
    return this.failuresInARow >= FAILURES_OF_OUTAGE ? this.begin(now) : undefined;
  }

  /** A request that took `millis` was refused at `now`. Waiting for it was in vain. */
  refused(now: number, millis: number): Transition {
    return this.waited(now, millis);
  }

  /** An instance is about to stop: the next request may be sent at once. */
  hurry(now: number): void {
    this.catchUp = undefined;
    this.earliest = Math.min(this.earliest, now);
  }

  /** How long the next request has to wait after a success, if `batches` still wait. */
  private paceMillis(batches: number): number {
    if (batches === 0) this.catchUp = undefined;
    else if (this.isOutage) {
      const gapMillis = CATCH_UP_SHARE * (this.averageGapMillis ?? USUAL_GAP_MILLIS);
      this.catchUp = { gapMillis, requests: 0 };
    }
    if (this.catchUp === undefined) return 0;
    this.catchUp.requests += 1;
    if (this.catchUp.requests > PACED_REQUESTS) this.catchUp.gapMillis *= SHRINKING;
    return this.catchUp.gapMillis;
  }

  private get isCatchingUp(): boolean {
    return this.catchUp !== undefined;
  }

  private get isFailing(): boolean {
    return this.isOutage || this.failuresInARow > 0;
  }

  /** A request that hangs for this long does not prevent the one that notices the recovery. */
  private get failingMillis(): number {
    return Math.max(HANGING_MILLIS, this.settings.budgetMillis);
  }

  private begin(now: number): Transition {
    if (this.outageSince !== undefined) return undefined;
    this.outageSince = now;
    this.isUnstable = this.successes < SUCCESSES_OF_RECOVERY;
    return 'outage began';
  }
}
