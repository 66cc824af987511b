import { readField, readText } from '../../safe-access';
import type { Trigger } from './trigger';

/** Simple Log Service (SLS): a job that names a range of a Logstore. */
export const sls: Trigger = {
  name: 'sls',
  faasTrigger: 'datasource',
  matches: (event) =>
    typeof readField(event, 'jobName') === 'string' && readText(event, 'source', 'logstoreName') !== undefined,
};
