import { types } from 'node:util';
import type { Trigger } from './trigger';

// The start of a CBOR map with two entries whose first key is `Version` or `Records`.
const PREFIXES = [Buffer.from('\xa2\x67Version', 'latin1'), Buffer.from('\xa2\x67Records', 'latin1')];

/** Tablestore. Its events are CBOR, which is not decoded, so the program gets the bytes. */
export const tablestore: Trigger = {
  name: 'tablestore',
  faasTrigger: 'datasource',
  matches: (event) =>
    types.isUint8Array(event) && PREFIXES.some((prefix) => prefix.equals(event.subarray(0, prefix.length))),
};
