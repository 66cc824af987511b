import { isUtf8 } from 'node:buffer';
import { types } from 'node:util';
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
 * Decodes the event that FC passes. Bytes or a string that are JSON (RFC 8259, in UTF-8) become the parsed value.
 * Anything else is returned unchanged, as the same object. Never throws.
 */
export function decodeEvent(event: unknown): unknown {
  if (typeof event === 'string') return parseJson(event, event);
  if (!types.isUint8Array(event) || event.byteLength === 0 || !isUtf8(event)) return event;
  const bytes = Buffer.isBuffer(event) ? event : Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  return parseJson(bytes.toString('utf8'), event);
}

function parseJson(text: string, fallback: unknown): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return fallback;
  }
}

const TRIGGERS: readonly Trigger[] = [http, apiGateway, timer, oss, cdn, sls, mns, eventStream, tablestore];

const OTHER: Trigger = { name: 'other', faasTrigger: 'other', matches: () => true };

/**
 * Detects the trigger by the shape of the decoded event. Returns the trigger `other` if no shape matches. Never throws.
 */
export function detectTrigger(event: unknown): Trigger {
  if (typeof event !== 'object' || event === null) return OTHER;
  try {
    return TRIGGERS.find((trigger) => trigger.matches(event)) ?? OTHER;
  } catch {
    return OTHER;
  }
}
