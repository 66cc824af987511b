import type { Attributes } from '@opentelemetry/api';
import { readField, readText } from '../../safe-access';
import {
  ATTR_FAAS_DOCUMENT_COLLECTION,
  ATTR_FAAS_DOCUMENT_NAME,
  ATTR_FAAS_DOCUMENT_OPERATION,
  ATTR_FAAS_DOCUMENT_TIME,
} from '../../semconv';
import type { Trigger } from './trigger';

/** What CDN calls its events. */
export type CdnEventName =
  | 'LogFileCreated'
  | 'CachedObjectsRefreshed'
  | 'CachedObjectsPushed'
  | 'CachedObjectsBlocked'
  | 'CdnDomainStarted'
  | 'CdnDomainStopped'
  | 'CdnDomainAdded'
  | 'CdnDomainDeleted';

/** One event of a CDN domain. */
export interface CdnRecord {
  readonly eventName: CdnEventName;
  readonly eventVersion: string;
  readonly eventSource: string;
  readonly region: string;
  /** ISO 8601, with an offset. */
  readonly eventTime: string;
  /** CDN's own id, which is not a trace id of W3C. */
  readonly traceId: string;
  readonly resource: { readonly domain: string };
  /** Differs by `eventName`. `filePath` is a signed URL: a secret. */
  readonly eventParameter: {
    readonly domain?: string;
    readonly filePath?: string;
    readonly fileSize?: number;
    readonly startTime?: number;
    readonly endTime?: number;
    readonly objectPath?: readonly string[];
    readonly objectType?: string;
    readonly createTime?: number;
    readonly completeTime?: number;
    readonly taskId?: number;
    readonly status?: string;
  };
  readonly userIdentity: { readonly aliUid: string };
}

/** The event of a CDN trigger. */
export interface CdnEvent {
  readonly events: readonly CdnRecord[];
}

/** The operations are inferred: OpenTelemetry names `insert`, `edit` and `delete` alone, CDN's documents none. */
function operationOf(eventName: string | undefined): string {
  if (eventName === 'LogFileCreated' || eventName === 'CdnDomainAdded') return 'insert';
  return eventName === 'CdnDomainDeleted' ? 'delete' : 'edit';
}

/** The address of a log file without user, query and fragment: it is signed in its query. */
function unsigned(url: string | undefined): string | undefined {
  return url?.replace(/[?#][^]*$/, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}

function domainOf(record: unknown): string | undefined {
  return readText(record, 'resource', 'domain');
}

function attributesOf(record: unknown): Attributes {
  return {
    [ATTR_FAAS_DOCUMENT_COLLECTION]: domainOf(record),
    [ATTR_FAAS_DOCUMENT_OPERATION]: operationOf(readText(record, 'eventName')),
    [ATTR_FAAS_DOCUMENT_NAME]: unsigned(readText(record, 'eventParameter', 'filePath')),
    [ATTR_FAAS_DOCUMENT_TIME]: readText(record, 'eventTime'),
  };
}

/** CDN events: `events[]` with a domain as their resource. */
export const cdn: Trigger = {
  name: 'cdn',
  faasTrigger: 'datasource',
  matches: (event) => {
    const first = readField(readField(event, 'events'), '0');
    return domainOf(first) !== undefined && typeof readField(first, 'eventName') === 'string';
  },
  records: {
    system: undefined,
    list: (event) => readField(event, 'events') as readonly unknown[],
    destination: domainOf,
    attributes: attributesOf,
  },
};
