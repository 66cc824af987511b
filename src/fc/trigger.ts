import { apiGateway } from './triggers/api-gateway';
import { cdn } from './triggers/cdn';
import { eventStream } from './triggers/event-stream';
import { http } from './triggers/http';
import { mns } from './triggers/mns';
import { oss } from './triggers/oss';
import { sls } from './triggers/sls';
import { tablestore } from './triggers/tablestore';
import { timer } from './triggers/timer';

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

const TRIGGERS: readonly Trigger[] = [http, apiGateway, timer, oss, cdn, sls, mns, eventStream, tablestore];

const OTHER: Trigger = { name: 'other', faasTrigger: 'other', matches: () => true };

/** The trigger whose shape the decoded event has; one named `other` when none fits. */
export function detectTrigger(event: unknown): Trigger {
  if (typeof event !== 'object' || event === null) return OTHER;
  try {
    return TRIGGERS.find((trigger) => trigger.matches(event)) ?? OTHER;
  } catch {
    return OTHER;
  }
}
