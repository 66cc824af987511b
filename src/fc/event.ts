import { isUtf8 } from 'node:buffer';
import { apiGateway } from './triggers/api-gateway';
import { cdn } from './triggers/cdn';
import { eventStream } from './triggers/eventbridge';
import { http } from './triggers/http';
import { mns } from './triggers/mns';
import { oss } from './triggers/oss';
import { sls } from './triggers/sls';
import { tablestore } from './triggers/tablestore';
import { timer } from './triggers/timer';
import type { Trigger } from './triggers/trigger';

/**
 * The event as the program wants it: FC hands over bytes; bytes that are JSON (RFC 8259, so UTF-8) become the value they
 * spell, everything else is handed on as it came, the very same object. Never throws.
 */
export function decodeEvent(event: unknown): unknown {
  if (typeof event === 'string') return parseJson(event, event);
  // `isView` first: unlike `instanceof`, it asks the object nothing, and an object may fail when it is asked.
  if (!ArrayBuffer.isView(event) || !(event instanceof Uint8Array) || event.byteLength === 0 || !isUtf8(event)) {
    return event;
  }
  const bytes = Buffer.isBuffer(event) ? event : Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  return parseJson(bytes.toString('utf8'), event);
}

function parseJson(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return otherwise;
  }
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
