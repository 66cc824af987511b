import type { HandlerOptions } from '../config/options';

/** Decides whether the response of an invocation waits for the delivery of its spans, by the option `delivery`. */
export class DeliveryMode {
  private running = 0;
  /** Whether FC has called `preFreeze` since the last invocation. */
  private isFollowed = false;
  private waits = true;

  constructor(private readonly mode: NonNullable<HandlerOptions['delivery']>) {}

  /** An invocation starts. Returns whether its response waits. Invocations that overlap have the same answer. */
  start(): boolean {
    if (this.running === 0) this.waits = this.mode === 'beforeResponse' || (this.mode === 'auto' && !this.isFollowed);
    this.running += 1;
    this.isFollowed = false;
    return this.waits;
  }

  /** Whether the responses of the invocations that are running wait. */
  get isWaiting(): boolean {
    return this.waits;
  }

  /** An invocation has ended. */
  end(): void {
    this.running -= 1;
  }

  /** FC calls the hook `preFreeze`. */
  preFreeze(): void {
    this.isFollowed = this.running === 0;
  }
}
