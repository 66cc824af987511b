import { readField, readNumber, readText } from '../../safe-access';
import { ATTR_FAAS_DOCUMENT_COLLECTION, ATTR_FAAS_DOCUMENT_OPERATION, ATTR_FAAS_DOCUMENT_TIME } from '../../semconv';
import type { Trigger } from './trigger';

/** The event of a trigger of Simple Log Service: a range of a logstore, without its rows. */
export interface SlsEvent {
  /** What the trigger's configuration holds. */
  readonly parameter: unknown;
  readonly source: {
    readonly endpoint: string;
    readonly projectName: string;
    readonly logstoreName: string;
    readonly shardId: number;
    readonly beginCursor: string;
    readonly endCursor: string;
  };
  readonly jobName: string;
  readonly taskId: string;
  /** Seconds since 1970. */
  readonly cursorTime: number;
}

/** ISO 8601; `undefined` for what is not a time. */
function isoOf(seconds: number | undefined): string | undefined {
  const date = new Date((seconds ?? Number.NaN) * 1_000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

export const sls: Trigger = {
  name: 'sls',
  faasTrigger: 'datasource',
  matches: (event) =>
    typeof readField(event, 'jobName') === 'string' && readText(event, 'source', 'logstoreName') !== undefined,
  // That rows are inserted is inferred: a logstore knows nothing else.
  attributes: (event) => ({
    [ATTR_FAAS_DOCUMENT_COLLECTION]: readText(event, 'source', 'logstoreName'),
    [ATTR_FAAS_DOCUMENT_OPERATION]: 'insert',
    [ATTR_FAAS_DOCUMENT_TIME]: isoOf(readNumber(event, 'cursorTime')),
  }),
};
