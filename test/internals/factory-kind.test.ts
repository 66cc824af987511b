import 'reflect-metadata';
import type { DependencyContainer } from 'tsyringe';
import { factoryKindOf } from '../../src/container/factory-kind';

/** A factory from its source text, as a compiler or a bundler writes it. */
function factoryOf(source: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is the subject of the test
  return new Function('memo', 'Db', 'Repo', 'once', 'db_1', `return (${source});`)(
    {},
    class {},
    class {},
    (make: (c: DependencyContainer) => unknown) => make,
    {},
  );
}

test.each([
  '(c) => c.resolve(Db)',
  'c=>c.resolve(Db)',
  '(container) => new Repo(container.resolve(Db), container.resolve("url"))',
  'function(c){return c.resolve(db_1.Db);}',
  'function named (c) { const db = c.resolve(Db); return new Repo(db); }',
  '(c) => (c.isRegistered(Db) ? c.resolve(Db) : undefined)',
  '(c) => ({ all: c.resolveAll(Db), first: c.resolve(Db) })',
  '(c) => { let n = 0; n += 1; for (let i = 0; i < 2; i++) { if (n === 3) return c.resolve(Db); } return c.resolve(Repo); }',
  '(c) => /* = (memo) */ c.resolve("=memo(") /* = c */',
  '(c) => { // memo = c\n return c.resolve(Db); }',
  '($) => $.resolve(Db)',
])('a factory that only resolves keeps nothing: %s', (source) => {
  expect(factoryKindOf(factoryOf(source))).toBe('call');
});

test.each([
  '(c) => (memo.db ??= c.resolve(Db))',
  '(c) => (memo.db &&= c.resolve(Db))',
  '(c) => memo.db || (memo.db = c.resolve(Db))',
  '(c) => { memo[c.resolve("tenant")] ||= c.resolve(Db); return memo.a; }',
  '(c) => once(c.resolve(Db))',
  'once((c) => once(c))',
  '(c) => memo.set(Db, c.resolve(Db))',
  '(c) => new Repo(c)',
  '(c) => new Repo(c.resolve)',
  '(c) => () => c.resolve(Db)',
  '(c) => { const { resolve } = c; return resolve(Db); }',
  '(c) => { const own = c; return (memo.db = own); }',
  '(c) => (0, db_1.make)(c.resolve(Db))',
  '(c) => once`${c.resolve(Db)}`',
  '(c) => memo.make?.(c.resolve(Db))',
  '(c) => [...c.resolveAll(Db)]',
  '(c, memo = {}) => c.resolve(Db)',
  '({ resolve }) => resolve(Db)',
  '(...all) => all[0].resolve(Db)',
  'function (c) { this.db = this.db ?? c.resolve(Db); return this.db; }',
  'async (c) => c.resolve(Db)',
  'function* (c) { yield c.resolve(Db); }',
  '() => memo.db',
  '((c) => c.resolve(Db)).bind(undefined)',
])('any other factory may keep what it resolves: %s', (source) => {
  expect(factoryKindOf(factoryOf(source))).toBe('unknown');
});

test.each([undefined, null, 7, {}, 'resolve'])('what is no function may keep anything: %p', (value) => {
  expect(factoryKindOf(value)).toBe('unknown');
});
