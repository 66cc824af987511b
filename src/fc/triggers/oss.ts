import { readField } from '../../safe-access';
import type { Trigger } from './trigger';

/** Object Storage Service (OSS): `events[]` whose source is `acs:oss`. */
export const oss: Trigger = {
  name: 'oss',
  faasTrigger: 'datasource',
  matches: (event) => readField(readField(readField(event, 'events'), '0'), 'eventSource') === 'acs:oss',
};
