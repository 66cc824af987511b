import type { Attributes } from '@opentelemetry/api';
import { readField, readNumber, readText } from '../../safe-access';
import { ATTR_FAAS_DOCUMENT_OPERATION, ATTR_FAAS_DOCUMENT_TIME } from '../../semconv';
import type { Trigger } from './trigger';

/** A value of a column. Whole numbers beyond 2^53 are of type `bigint`, so that none loses a digit. */
export type TablestoreValue = string | number | bigint | boolean | Uint8Array;

/** One changed row of a table. */
export interface TablestoreRecord {
  readonly Type: 'PutRow' | 'UpdateRow' | 'DeleteRow';
  /** `Timestamp`: microseconds since 1970. */
  readonly Info: { readonly Timestamp: number };
  readonly PrimaryKey: readonly { readonly ColumnName: string; readonly Value: TablestoreValue }[];
  readonly Columns: readonly {
    readonly Type: 'Put' | 'DeleteOneVersion' | 'DeleteAllVersions';
    readonly ColumnName: string;
    readonly Value?: TablestoreValue;
    /** Milliseconds since 1970. */
    readonly Timestamp: number;
  }[];
}

/** The event of a Tablestore trigger. FC passes it as CBOR. */
export interface TablestoreEvent {
  readonly Version: string;
  readonly Records: readonly TablestoreRecord[];
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The decoder returns each 64-bit number as a bigint: those that a number can hold become one. */
function withSafeNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= MAX_SAFE && value >= -MAX_SAFE ? Number(value) : value;
  if (Array.isArray(value)) return value.map(withSafeNumbers);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSafeNumbers(inner)]));
}

/**
 * Decodes the CBOR that Tablestore sends; `undefined` for everything else. Loads the decoder at the first call. Never
 * throws.
 */
export function decodeTablestoreEvent(bytes: Uint8Array): TablestoreEvent | undefined {
  try {
    const { Decoder } = require('cbor-x/decode-no-eval') as typeof import('cbor-x/decode-no-eval');
    const event = withSafeNumbers(new Decoder({ mapsAsObjects: true, useRecords: false }).decode(bytes));
    return tablestore.matches(event) ? (event as TablestoreEvent) : undefined;
  } catch {
    return undefined;
  }
}

const OPERATIONS: Readonly<Record<string, string>> = { PutRow: 'insert', UpdateRow: 'edit', DeleteRow: 'delete' };

/** The event names neither instance nor table, so `faas.document.collection` is missing. */
function attributesOf(record: unknown): Attributes {
  const micros = readNumber(readField(record, 'Info'), 'Timestamp');
  const time = micros === undefined ? undefined : new Date(micros / 1_000);
  return {
    [ATTR_FAAS_DOCUMENT_OPERATION]: OPERATIONS[readText(record, 'Type') ?? ''],
    [ATTR_FAAS_DOCUMENT_TIME]: time === undefined || Number.isNaN(time.getTime()) ? undefined : time.toISOString(),
  };
}

export const tablestore: Trigger = {
  name: 'tablestore',
  faasTrigger: 'datasource',
  matches: (event) => readText(event, 'Version') !== undefined && Array.isArray(readField(event, 'Records')),
  records: {
    system: undefined,
    list: (event) => readField(event, 'Records') as readonly unknown[],
    destination: () => undefined,
    attributes: attributesOf,
  },
};
