import { readFileSync } from 'node:fs';
import { fakeEvent } from 'fc-traced/testing';
import type { TriggerName } from '../functions/trigger-names';
import { UsageError } from '../usage-error';

/** The bytes that the option `--event` names: a file, `-` for standard input, or JSON. `undefined` without it. */
export function readEvent(event: string | undefined): Buffer | undefined {
  if (event === undefined) return undefined;
  if (/^\s*[[{"]/.test(event)) return Buffer.from(event);
  try {
    return readFileSync(event === '-' ? 0 : event);
  } catch (error) {
    throw new UsageError(`--event: ${(error as Error).message}`, { cause: error });
  }
}

function jsonOf(bytes: Buffer): object {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // The message below says what is expected.
  }
  throw new UsageError('--event: with --trigger, it must be a JSON object or array with the fields that differ');
}

/**
 * The event of a call: that of a trigger with the fields of `--event`, or `--event` itself, or else nothing. Throws a
 * `UsageError` if the event cannot be read.
 */
export function eventOf(trigger: TriggerName | undefined, event: Buffer | undefined): Buffer {
  if (trigger === undefined) return event ?? Buffer.alloc(0);
  const overrides = event === undefined ? undefined : (jsonOf(event) as Parameters<typeof fakeEvent>[1]);
  const built: unknown = fakeEvent(trigger, overrides);
  return Buffer.isBuffer(built) ? built : Buffer.from(JSON.stringify(built));
}
