import { isAsyncFunction } from '../tracing/end-strategies/object-methods';

/** Wrappers of async methods. Each call returns a new promise, as that of an async method does. */
const wrappers = new WeakSet<object>();

/**
 * The body of an async function that was compiled to a target below ES2017: it begins with the return of a call of
 * TypeScript's `__awaiter`, esbuild's `__async` (its name is shorter in a minified file), or Babel's and swc's
 * `asyncToGenerator`. Declarations of variables may precede.
 */
const COMPILED_BODY = new RegExp(
  String.raw`^\s*(?:=>\s*)?` +
    String.raw`(?:\{\s*(?:(?:var|let|const)\s[^;{}()]*;\s*)*return\b\s*)?` +
    String.raw`(?:` +
    String.raw`(?:\(0,\s*)?(?:[\w$]+\.)*(?:__awaiter|__async|_?async_to_generator|_?asyncToGenerator)(?:\.(?:_|default))?\)?\(` +
    String.raw`|[\w$.]+\(this,\s*(?:null|arguments|void 0)\s*,(?:\s*void 0\s*,)?\s*function\s*\*` +
    String.raw`)`,
);

/** Returns the source of a function after its parameters. */
function bodyOf(source: string): string {
  const arrow = /^[\w$]+\s*(?==>)/.exec(source);
  if (arrow !== null) return source.slice(arrow[0].length);
  let depth = 0;
  for (let index = source.indexOf('('); index >= 0 && index < source.length; index += 1) {
    if (source[index] === '(') depth += 1;
    else if (source[index] === ')' && (depth -= 1) === 0) return source.slice(index + 1);
  }
  return '';
}

/**
 * Returns whether a method is async, so that only its caller holds the promise that it returns: a native async
 * function, one that was compiled to a lower target, or a wrapper of one by a decorator of this package.
 */
export function isAsyncMethod(method: object): boolean {
  return (
    isAsyncFunction(method) ||
    wrappers.has(method) ||
    COMPILED_BODY.test(bodyOf(Function.prototype.toString.call(method)))
  );
}

/** Records that a wrapper returns the promises of an async method. */
export function markAsync(wrapper: object): void {
  wrappers.add(wrapper);
}
