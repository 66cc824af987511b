import { context } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import * as fs from 'node:fs';

type Fs = Partial<Record<'openSync' | 'fstatSync' | 'readSync' | 'closeSync', (...args: never[]) => unknown>>;

/** Loads the module of the ids with replaced functions of `node:fs`. Counts what it does. */
function idsWith(replaced: Fs) {
  const counts = { opened: 0, closed: 0, fromCrypto: 0 };
  jest.doMock('node:fs', () => ({
    ...fs,
    openSync: (...args: Parameters<typeof fs.openSync>) => {
      const file = fs.openSync(...args);
      counts.opened += 1;
      return file;
    },
    closeSync: (file: number) => {
      counts.closed += 1;
      fs.closeSync(file);
    },
    ...replaced,
  }));
  jest.doMock('node:crypto', () => {
    const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
    return {
      randomFillSync: (buffer: Buffer) => {
        counts.fromCrypto += 1;
        return crypto.randomFillSync(buffer);
      },
    };
  });
  jest.resetModules();
  const ids = jest.requireActual<typeof import('../../src/tracing/telemetry/ids')>('../../src/tracing/telemetry/ids');
  return { ...ids, counts };
}

const manyOf = (create: () => string): string[] => Array.from({ length: 1_000 }, create);
const hasDevice = fs.existsSync('/dev/urandom');

afterEach(() => {
  jest.dontMock('node:fs');
  jest.dontMock('node:crypto');
});

test('ids come from the random device of the system where it exists, and all files are closed', () => {
  const { newSpanId, counts } = idsWith({});
  expect(new Set(manyOf(newSpanId)).size).toBe(1_000);
  expect([counts.opened > 0, counts.fromCrypto > 0]).toEqual([hasDevice, !hasDevice]);
  expect(counts.closed).toBe(counts.opened);
});

test('no bytes that were read before are used after prepared ids were discarded', () => {
  const { newTraceId, discardPreparedIds, counts } = idsWith({});
  const before = newTraceId();
  const read = counts.opened + counts.fromCrypto;
  discardPreparedIds();
  expect(newTraceId()).not.toBe(before);
  expect(counts.opened + counts.fromCrypto).toBe(read + 1);
});

test('functions of node:fs that need ids themselves, as those of an instrumentation, get other ones', () => {
  const nested: string[] = [];
  const nesting =
    <A extends unknown[], R>(fn: (...args: A) => R) =>
    (...args: A): R => {
      nested.push(newSpanId());
      const result = fn(...args);
      nested.push(newSpanId());
      return result;
    };
  const { newSpanId, counts } = idsWith({
    openSync: nesting(fs.openSync),
    readSync: nesting(fs.readSync),
    closeSync: nesting(fs.closeSync),
  });
  const ids = manyOf(newSpanId);
  expect(new Set([...ids, ...nested]).size).toBe(ids.length + nested.length);
  // Two for each function that is called, and not one for each level of a recursion.
  expect(nested.length).toBeLessThanOrEqual(6 * 4);
  expect(counts.fromCrypto).toBeGreaterThan(0);
});

test('instrumentations of node:fs record nothing of it', () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const active: Context[] = [];
  const { newSpanId } = idsWith({
    openSync: (...args: Parameters<typeof fs.openSync>) => {
      active.push(context.active());
      return fs.openSync(...args);
    },
  });
  newSpanId();
  context.disable();
  expect(active.map(isTracingSuppressed)).toEqual([true]);
});

test('functions of node:fs that are replaced later are not called', () => {
  const { newSpanId } = idsWith({});
  const spy = jest.spyOn(jest.requireMock<typeof fs>('node:fs'), 'openSync');
  newSpanId();
  expect(spy).not.toHaveBeenCalled();
});

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

test.each<[string, Fs]>([
  ['does not exist', { openSync: failing('ENOENT') }],
  ['may not be read', { openSync: failing('ERR_ACCESS_DENIED') }],
  ['is a regular file', { fstatSync: () => ({ isCharacterDevice: () => false }) }],
  ['returns fewer bytes', { readSync: () => 256 }],
  ['fails while it is read', { readSync: failing('EIO') }],
  ['is a mock that returns nothing', { openSync: () => undefined, fstatSync: () => undefined }],
])('where the random device %s, ids come from node:crypto', (_what, replaced) => {
  const { newSpanId, newTraceId, counts } = idsWith(replaced);
  expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(manyOf(newSpanId)).size).toBe(1_000);
  expect(counts.fromCrypto).toBeGreaterThan(0);
});
