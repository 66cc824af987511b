import type { Attributes } from '@opentelemetry/api';
import { readField, readNumber, readText } from '../../safe-access';
import {
  ATTR_FAAS_DOCUMENT_COLLECTION,
  ATTR_FAAS_DOCUMENT_OPERATION,
  ATTR_FAAS_DOCUMENT_TIME,
  ATTR_MESSAGING_DESTINATION_PARTITION_ID,
} from '../../semconv';
import { dataOf } from './cloud-event';
import type { CloudEvent } from './cloud-event';
import { messageCarrier, withEnvelope } from './message-record';
import type { Trigger } from './trigger';

/** A row before or after its change. A text value is a dumped ByteBuffer, its bytes in `hb`. */
export interface DtsImage {
  readonly recordSchema?: unknown;
  readonly values: readonly { readonly data: unknown; readonly charset?: string }[];
  readonly size?: number;
}

/** A change of a database that Data Transmission Service tracks. */
export interface DtsChange {
  readonly id: number;
  readonly topicPartition: { readonly hash: number; readonly partition: number; readonly topic: string };
  readonly offset: number;
  /** Seconds since 1970. */
  readonly sourceTimestamp: number;
  /** Such as `INSERT`, `UPDATE`, `DELETE`, or `DDL`. */
  readonly operationType: string;
  readonly schema: {
    readonly databaseName: string;
    readonly tableName: string;
    readonly schemaId?: string;
    readonly recordFields?: readonly unknown[];
    readonly [more: string]: unknown;
  };
  readonly beforeImage?: DtsImage;
  readonly afterImage?: DtsImage;
}

/** A record of a DTS event: a change of a row, in a CloudEvent. */
export type DtsRecord = CloudEvent<DtsChange>;

/** The event of a DTS trigger: a batch. */
export type DtsEvent = readonly DtsRecord[];

const OPERATIONS: Readonly<Record<string, string>> = { INSERT: 'insert', UPDATE: 'edit', DELETE: 'delete' };

function attributesOf(record: unknown): Attributes {
  const data = dataOf(record);
  const time = new Date((readNumber(data, 'sourceTimestamp') ?? Number.NaN) * 1_000);
  return withEnvelope(record, {
    [ATTR_MESSAGING_DESTINATION_PARTITION_ID]: readNumber(data, 'topicPartition', 'partition')?.toString(),
    [ATTR_FAAS_DOCUMENT_COLLECTION]: readText(data, 'schema', 'tableName'),
    [ATTR_FAAS_DOCUMENT_OPERATION]: OPERATIONS[readText(data, 'operationType') ?? ''],
    [ATTR_FAAS_DOCUMENT_TIME]: Number.isNaN(time.getTime()) ? undefined : time.toISOString(),
  });
}

/** DTS: changes of a database, delivered as messages. `dts` as `messaging.system` is inferred. */
export const dts: Trigger = {
  name: 'dts',
  faasTrigger: 'datasource',
  matches: (data) =>
    readText(data, 'operationType') !== undefined && readText(data, 'topicPartition', 'topic') !== undefined,
  records: {
    system: 'dts',
    carrier: (record) => messageCarrier(record, undefined),
    destination: (record) => readText(dataOf(record), 'topicPartition', 'topic'),
    attributes: attributesOf,
    group: (record) => String(readField(readField(dataOf(record), 'topicPartition'), 'partition')),
  },
};
