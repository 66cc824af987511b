import { context } from '@opentelemetry/api';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SUPPRESSED_CONTEXT } from './suppression';

const BYTES = 4_096;
// The same random numbers as those of node:crypto, which takes long to load. Not on Windows.
const DEVICE = '/dev/urandom';
const NO_SPAN_ID = '0'.repeat(16);
const NO_TRACE_ID = '0'.repeat(32);
// The functions of now: a spy of a test, or an instrumentation, that replaces them later does not see these calls.
const files = { openSync, fstatSync, readSync, closeSync };
let isReading = false;
let digits = '';
let used = 0;

/** Fills `buffer`. Returns whether it could be filled. */
function readDevice(buffer: Buffer): boolean {
  // They can be patched already: an instrumentation may start a span, which needs an id while this reads ids.
  if (isReading) return false;
  isReading = true;
  try {
    return context.with(SUPPRESSED_CONTEXT, () => {
      const file = files.openSync(DEVICE, 'r');
      try {
        return files.fstatSync(file).isCharacterDevice() && files.readSync(file, buffer) === BYTES;
      } finally {
        files.closeSync(file);
      }
    });
  } catch {
    // No such device, no permission, or no free file descriptor.
    return false;
  } finally {
    isReading = false;
  }
}

function take(length: number): string {
  if (used + length > digits.length) {
    // A new buffer: a patched function may fill one meanwhile.
    const buffer = Buffer.allocUnsafeSlow(BYTES);
    if (!readDevice(buffer)) (require('node:crypto') as typeof import('node:crypto')).randomFillSync(buffer);
    digits = buffer.toString('hex');
    used = 0;
  }
  const id = digits.slice(used, used + length);
  used += length;
  return id === NO_SPAN_ID || id === NO_TRACE_ID ? take(length) : id;
}

/**
 * Returns a random 128-bit trace id: 32 lower-case hex digits, never all zero. It is random as the random flag of W3C
 * Trace Context Level 2 requires.
 */
export function newTraceId(): string {
  return take(32);
}

/** Returns a random 64-bit span id: 16 lower-case hex digits, never all zero. */
export function newSpanId(): string {
  return take(16);
}

/**
 * Discards the prepared random digits, so that instances restored from the same snapshot do not create the same ids.
 */
export function discardPreparedIds(): void {
  digits = '';
  used = 0;
}
