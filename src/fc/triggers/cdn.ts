import { readField } from '../../safe-access';
import type { Trigger } from './trigger';

/** CDN events: `events[]` whose resource is a domain. */
export const cdn: Trigger = {
  name: 'cdn',
  faasTrigger: 'datasource',
  matches: (event) => {
    const first = readField(readField(event, 'events'), '0');
    return (
      typeof readField(readField(first, 'resource'), 'domain') === 'string' &&
      typeof readField(first, 'eventName') === 'string'
    );
  },
};
