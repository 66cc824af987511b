import { FcTracedError } from '../errors';
import { detectTrigger, isEventOf, triggerNamed } from '../fc/event';
import { elementsOf } from '../fc/triggers/cloud-event';
import type { Trigger, TriggerName } from '../fc/triggers/trigger';

/** An event, as the handler receives it, and its trigger. */
export interface CheckedEvent {
  readonly event: unknown;
  readonly trigger: Trigger;
  /** The error for an event of a trigger that the handler does not accept. */
  readonly refusal?: FcTracedError;
}

/**
 * Detects the trigger of a decoded event. With the option `trigger`, events of other triggers are refused, and array
 * elements that are JSON strings are parsed. `detected`: the trigger of the event, if it is known.
 */
export function checkEvent(
  expected: TriggerName | undefined,
  event: unknown,
  className: string,
  detected = detectTrigger(event),
): CheckedEvent {
  if (expected === undefined) return { event, trigger: detected };
  const trigger = triggerNamed(expected);
  if (isEventOf(trigger, detected, event)) return { event: Array.isArray(event) ? elementsOf(event) : event, trigger };
  const got = detected.name === 'other' ? 'an event of an unknown shape' : `one of "${detected.name}"`;
  const refusal = new FcTracedError(
    'INVALID_EVENT',
    `${className} accepts events of the trigger "${expected}" and received ${got}: correct the option trigger or the trigger of the function.`,
  );
  return { event, trigger: detected, refusal };
}
