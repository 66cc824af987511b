import { FcTracedError } from '../errors';
import { detectTrigger, isEventOf, triggerNamed } from '../fc/event';
import { elementsOf } from '../fc/triggers/cloud-event';
import type { Trigger, TriggerName } from '../fc/triggers/trigger';

/** An event, as the handler gets it, and its trigger. */
export interface CheckedEvent {
  readonly event: unknown;
  readonly trigger: Trigger;
  /** The error that answers an event of a trigger that the handler does not expect. */
  readonly refusal?: FcTracedError;
}

/**
 * Finds the trigger of a decoded event. Where the option `trigger` names one, events of others are refused, and elements of an array that are
 * strings of JSON are parsed, so that the event has the type of that trigger.
 */
export function checkEvent(expected: TriggerName | undefined, event: unknown, className: string): CheckedEvent {
  const detected = detectTrigger(event);
  if (expected === undefined) return { event, trigger: detected };
  const trigger = triggerNamed(expected);
  if (isEventOf(trigger, detected, event)) return { event: Array.isArray(event) ? elementsOf(event) : event, trigger };
  const got = detected.name === 'other' ? 'an event of no known shape' : `one of "${detected.name}"`;
  const refusal = new FcTracedError(
    'INVALID_EVENT',
    `${className} takes events of the trigger "${expected}" and got ${got}: correct the option trigger, or the trigger of the function.`,
  );
  return { event, trigger: detected, refusal };
}
