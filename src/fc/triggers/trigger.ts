/** The values of the attribute `faas.trigger`. */
export type FaasTrigger = 'http' | 'pubsub' | 'datasource' | 'timer' | 'other';

/** The source of an invocation. */
export interface Trigger {
  /** FC's name of the trigger. */
  readonly name: string;
  readonly faasTrigger: FaasTrigger;
  /**
   * Whether a decoded event has the shape of this trigger's events. Accepts any value; may throw where a getter throws.
   */
  matches(event: unknown): boolean;
  /** The request headers in an event, if this trigger's events contain them. */
  headers?(event: unknown): unknown;
}
