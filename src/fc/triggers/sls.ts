import { readField, readText } from '../../safe-access';
import type { Trigger } from './trigger';

/** Simple Log Service: a job that names a range of a logstore. */
export const sls: Trigger = {
  name: 'sls',
  faasTrigger: 'datasource',
  matches: (event) =>
    typeof readField(event, 'jobName') === 'string' && readText(event, 'source', 'logstoreName') !== undefined,
};
