import { scanImports } from './import-scan';

describe('the import scan behind the layering test', () => {
  test.each([
    ["import { a } from './a';", './a', 'eager'],
    ["import a, { b } from './a';", './a', 'eager'],
    ["import * as a from './a';", './a', 'eager'],
    ["import './a';", './a', 'eager'],
    ["import {\n  a,\n  b,\n} from './a';", './a', 'eager'],
    ["export { a } from './a';", './a', 'eager'],
    ["export * from './a';", './a', 'eager'],
    ["import type { A } from './a';", './a', 'type'],
    ["export type { A } from './a';", './a', 'type'],
    ["import { type A, type B } from './a';", './a', 'type'],
    ["import { type A, b } from './a';", './a', 'eager'],
    ["const a = require('./a');", './a', 'lazy'],
    ["const a = await import('./a');", './a', 'lazy'],
    ["let a: typeof import('./a');", './a', 'type'],
    ["let a: import('./a').A;", './a', 'type'],
  ])('reads %j', (source, specifier, mode) => {
    expect(scanImports(source)).toEqual([{ specifier, mode }]);
  });

  test('reads a lazy require and its type assertion as two imports', () => {
    expect(scanImports("const a = require('./a') as typeof import('./a');")).toEqual([
      { specifier: './a', mode: 'lazy' },
      { specifier: './a', mode: 'type' },
    ]);
  });

  test('does not read examples in comments or strings as imports', () => {
    expect(
      scanImports("/** import { a } from 'x'; */\n// require('y')\nconst url = 'http://z'; export const from = 'w';"),
    ).toEqual([]);
  });
});
