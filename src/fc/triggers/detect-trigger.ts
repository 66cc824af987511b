import { apiGateway } from './api-gateway';
import { cdn } from './cdn';
import { eventStream } from './eventbridge';
import { http } from './http';
import { mns } from './mns';
import { oss } from './oss';
import { sls } from './sls';
import { tablestore } from './tablestore';
import { timer } from './timer';
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
