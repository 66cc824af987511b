import { instanceCachingFactory, instancePerContainerCachingFactory } from 'tsyringe';

/**
 * How long the objects of a factory live: `instance` if it returns one object for ever, `call` if it keeps nothing, or
 * one object for each container, and `unknown` if it may keep what it resolved.
 */
export type FactoryKind = 'instance' | 'call' | 'unknown';

const CACHING = String(instanceCachingFactory(() => undefined));
const CACHING_PER_CONTAINER = String(instancePerContainerCachingFactory(() => undefined));
const kinds = new WeakMap<object, FactoryKind>();

/** Returns how long the objects of a factory live. */
export function factoryKindOf(factory: unknown): FactoryKind {
  if (typeof factory !== 'function') return 'unknown';
  const known = kinds.get(factory);
  if (known !== undefined) return known;
  const source = String(factory);
  const kind =
    source === CACHING
      ? 'instance'
      : source === CACHING_PER_CONTAINER || onlyResolves(source)
        ? 'call'
        : ('unknown' as const);
  kinds.set(factory, kind);
  return kind;
}

/** Functions with one parameter, and their body. Each whitespace is one space. */
const ARROW = /^\(? ?([\w$]+) ?\)? ?=>([^]*)$/;
const FUNCTION = /^(?:function\b ?)?[\w$]* ?\( ?([\w$]+) ?\)([^]*)$/;
/** Declarations, comparisons and arithmetic assignments contain `=`, but keep no object beyond the call. */
const HARMLESS_EQUALS = /\b(?:const|let|var)\s+[\w$]+\s*=(?!=)|[=!]==?|[<>]=|(?<![|&])[-+*%&|^]=/g;
/** Template strings, nested functions and classes, spread, and calls of anything that is not a name. */
const UNPROVABLE =
  /[`]|=>|\b(?:function|class|async|await|yield|this|arguments|eval|super|import)\b|[)\]]\s*\(|\?\.\(|\.\.\./;
const CALL = /(?<![\w$.])(new )?([\w$.]+) ?\(/g;
const NAME = /[\w$.]+/g;
const KEYWORDS = new Set(['if', 'for', 'while', 'switch', 'return', 'typeof']);

/** Replaces each string by `0` and each comment by a space. */
function withoutStringsAndComments(source: string): string {
  let code = '';
  for (let at = 0; at < source.length;) {
    const char = source[at]!;
    if (char === '"' || char === "'") {
      at = endOfString(source, at, char);
      code += '0';
    } else if (source.startsWith('/*', at)) {
      at = indexOrEnd(source, '*/', at + 2) + 2;
      code += ' ';
    } else if (source.startsWith('//', at)) {
      at = indexOrEnd(source, '\n', at);
      code += ' ';
    } else {
      code += char;
      at += 1;
    }
  }
  return code;
}

function endOfString(source: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function indexOrEnd(source: string, text: string, from: number): number {
  const at = source.indexOf(text, from);
  return at === -1 ? source.length : at;
}

/**
 * Whether a factory can be seen to keep nothing: it only resolves, constructs and chooses, such as `(c) => new
 * Repo(c.resolve(Db))`. It assigns nothing but its own variables, calls only methods of the container, and passes the
 * container to nobody. Any other factory may keep what it resolved.
 */
function onlyResolves(source: string): boolean {
  const code = withoutStringsAndComments(source).replace(/\s+/g, ' ').trim();
  const [, container, body] = ARROW.exec(code) ?? FUNCTION.exec(code) ?? [];
  if (container === undefined || body === undefined) return false;
  if (UNPROVABLE.test(body) || body.replace(HARMLESS_EQUALS, ' ').includes('=')) return false;
  const uses = [...body.matchAll(NAME)].filter(([name]) => name === container || name.startsWith(`${container}.`));
  const methods = ['resolve', 'resolveAll', 'isRegistered'].map((method) => `${container}.${method}`);
  const called = [...body.matchAll(CALL)];
  const calls = called.filter(([, , name]) => methods.includes(name!)).length;
  return (
    calls === uses.length &&
    called.every(([, isNew, name]) => isNew !== undefined || KEYWORDS.has(name!) || methods.includes(name!))
  );
}
