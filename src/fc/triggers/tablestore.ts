import type { Trigger } from './trigger';

// A CBOR map of two entries whose first key is the text `Version` or `Records`.
const OPENINGS = [Buffer.from('\xa2\x67Version', 'latin1'), Buffer.from('\xa2\x67Records', 'latin1')];

/** Tablestore: the one trigger that sends CBOR, so its event arrives undecoded. */
export const tablestore: Trigger = {
  name: 'tablestore',
  faasTrigger: 'datasource',
  matches: (event) =>
    event instanceof Uint8Array && OPENINGS.some((opening) => opening.equals(event.subarray(0, opening.length))),
};
