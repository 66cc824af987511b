/** The values of OpenTelemetry's `faas.trigger`. */
export type FaasTrigger = 'http' | 'pubsub' | 'datasource' | 'timer' | 'other';

/** What started an invocation. */
export interface Trigger {
  /** FC's own name of the trigger. */
  readonly name: string;
  readonly faasTrigger: FaasTrigger;
  /** Whether a decoded event has this trigger's shape. Total: takes any value, never throws on plain data. */
  matches(event: unknown): boolean;
  /** Where the event carries request headers, those. */
  headers?(event: unknown): unknown;
}
