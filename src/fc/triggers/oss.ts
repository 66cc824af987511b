import type { Attributes } from '@opentelemetry/api';
import { readField, readText } from '../../safe-access';
import {
  ATTR_FAAS_DOCUMENT_COLLECTION,
  ATTR_FAAS_DOCUMENT_NAME,
  ATTR_FAAS_DOCUMENT_OPERATION,
  ATTR_FAAS_DOCUMENT_TIME,
} from '../../semconv';
import type { Trigger } from './trigger';

/** The metadata of an object. Names in `userMeta` begin with `x-oss-meta-`. */
export interface OssObjectMeta {
  readonly mimeType?: string;
  readonly cacheControl?: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
  readonly accessControlAllowOrigin?: string;
  readonly userMeta?: Readonly<Record<string, string>>;
  readonly persistentMeta?: unknown;
}

/** One change of an object in a bucket. */
export interface OssRecord {
  /** Such as `ObjectCreated:PutObject`. */
  readonly eventName: string;
  readonly eventSource: 'acs:oss';
  /** ISO 8601. */
  readonly eventTime: string;
  readonly eventVersion: string;
  readonly region: string;
  readonly oss: {
    readonly ossSchemaVersion: string;
    readonly ruleId: string;
    readonly bucket: {
      readonly arn: string;
      readonly name: string;
      readonly ownerIdentity: string;
      readonly virtualBucket?: string;
    };
    readonly object: {
      readonly key: string;
      /** Bytes. */
      readonly size: number;
      /** Bytes by which the object grew. */
      readonly deltaSize: number;
      readonly eTag: string;
      readonly position?: number;
      readonly readFrom?: number;
      readonly readTo?: number;
      readonly objectMeta?: OssObjectMeta;
    };
  };
  readonly requestParameters: { readonly sourceIPAddress: string };
  readonly responseElements: { readonly requestId: string };
  readonly userIdentity: { readonly principalId: string };
}

/** The event of an OSS trigger. */
export interface OssEvent {
  readonly events: readonly OssRecord[];
}

const USER_META = /^x-oss-meta-/i;

function bucketOf(record: unknown): string | undefined {
  return readText(record, 'oss', 'bucket', 'name');
}

/** What OSS calls an event, as `faas.document.operation`; `undefined` for reads, which change nothing. */
function operationOf(eventName: string | undefined): string | undefined {
  if (eventName === undefined) return undefined;
  if (eventName.startsWith('ObjectCreated') || eventName.startsWith('ObjectReplication:ObjectCreated')) return 'insert';
  if (/^(ObjectRemoved|ObjectReplication:ObjectRemoved)/.test(eventName)) return 'delete';
  return /^(ObjectModified|ObjectReplication:ObjectModified)/.test(eventName) ? 'edit' : undefined;
}

function attributesOf(record: unknown): Attributes {
  return {
    [ATTR_FAAS_DOCUMENT_COLLECTION]: bucketOf(record),
    [ATTR_FAAS_DOCUMENT_OPERATION]: operationOf(readText(record, 'eventName')),
    [ATTR_FAAS_DOCUMENT_NAME]: readText(record, 'oss', 'object', 'key'),
    [ATTR_FAAS_DOCUMENT_TIME]: readText(record, 'eventTime'),
  };
}

/** The user metadata of the object, without the prefix of its names. That producers write it there is inferred. */
function carrierOf(record: unknown): unknown {
  const object = readField(readField(record, 'oss'), 'object');
  const userMeta = readField(readField(object, 'objectMeta'), 'userMeta');
  if (typeof userMeta !== 'object' || userMeta === null) return undefined;
  return Object.fromEntries(
    Object.keys(userMeta)
      .filter((name) => USER_META.test(name))
      .map((name) => [name.replace(USER_META, ''), readField(userMeta, name)]),
  );
}

/** Object Storage Service: `events[]` of `acs:oss`. */
export const oss: Trigger = {
  name: 'oss',
  faasTrigger: 'datasource',
  matches: (event) => readField(readField(readField(event, 'events'), '0'), 'eventSource') === 'acs:oss',
  records: {
    system: undefined,
    list: (event) => readField(event, 'events') as readonly unknown[],
    carrier: carrierOf,
    destination: bucketOf,
    attributes: attributesOf,
    group: (record) => readText(record, 'oss', 'object', 'key') ?? '',
  },
};
