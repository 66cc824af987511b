import { apiGateway } from './triggers/api-gateway';
import { cdn } from './triggers/cdn';
import { eventStream } from './triggers/event-stream';
import { http } from './triggers/http';
import { mns } from './triggers/mns';
import { oss } from './triggers/oss';
import { sls } from './triggers/sls';
import { tablestore } from './triggers/tablestore';
import { timer } from './triggers/timer';
import type { Trigger } from './trigger';

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
