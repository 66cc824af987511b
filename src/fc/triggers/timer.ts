import { readField } from '../../safe-access';
import type { Trigger } from './trigger';

/** Time trigger: an object with `triggerTime`, `triggerName` and `payload`. */
export const timer: Trigger = {
  name: 'timer',
  faasTrigger: 'timer',
  matches: (event) =>
    typeof readField(event, 'triggerTime') === 'string' && typeof readField(event, 'triggerName') === 'string',
};
