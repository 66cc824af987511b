import { readField, readText } from '../../safe-access';
import { ATTR_FAAS_TIME } from '../../semconv';
import type { Trigger } from './trigger';

/** The event of a time trigger. */
export interface TimerEvent {
  /** ISO 8601, in UTC. */
  readonly triggerTime: string;
  readonly triggerName: string;
  /** The text that the trigger's configuration holds. */
  readonly payload: string;
}

export const timer: Trigger = {
  name: 'timer',
  faasTrigger: 'timer',
  matches: (event) =>
    typeof readField(event, 'triggerTime') === 'string' && typeof readField(event, 'triggerName') === 'string',
  attributes: (event) => ({ [ATTR_FAAS_TIME]: readText(event, 'triggerTime') }),
};
