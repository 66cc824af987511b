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

const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const STRINGS = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
/** Functions with one parameter, and their body. */
const ARROW = /^\(?\s*([\w$]+)\s*\)?\s*=>([\s\S]*)$/;
const FUNCTION = /^(?:function\b\s*)?[\w$]*\s*\(\s*([\w$]+)\s*\)([\s\S]*)$/;
/** Declarations, comparisons and arithmetic assignments contain `=`, but keep no object beyond the call. */
const HARMLESS_EQUALS = /\b(?:const|let|var)\s+[\w$]+\s*=(?!=)|[=!]==?|[<>]=|(?<![|&])[-+*%&|^]=/g;
/** Template strings, nested functions and classes, spread, and calls of anything that is not a name. */
const UNPROVABLE =
  /[`]|=>|\b(?:function|class|async|await|yield|this|arguments|eval|super|import)\b|[)\]]\s*\(|\?\.\(|\.\.\./;
const CALL = /(\bnew\s+)?([\w$.]+)\s*\(/g;
const KEYWORDS = new Set(['if', 'for', 'while', 'switch', 'return', 'typeof']);

/**
 * Whether a factory can be seen to keep nothing: it only resolves, constructs and chooses, such as `(c) => new
 * Repo(c.resolve(Db))`. It assigns nothing but its own variables, calls only methods of the container, and passes the
 * container to nobody. Any other factory may keep what it resolved.
 */
function onlyResolves(source: string): boolean {
  const code = source.replace(STRINGS, '0').replace(COMMENTS, ' ').trim();
  const [, container, body] = ARROW.exec(code) ?? FUNCTION.exec(code) ?? [];
  if (container === undefined || body === undefined) return false;
  if (UNPROVABLE.test(body) || body.replace(HARMLESS_EQUALS, ' ').includes('=')) return false;
  const uses = new RegExp(String.raw`(?<![\w$.])${container.replaceAll('$', String.raw`\$`)}(?![\w$])`, 'g');
  const methods = ['resolve', 'resolveAll', 'isRegistered'].map((method) => `${container}.${method}`);
  const called = [...body.matchAll(CALL)];
  const calls = called.filter(([, , name]) => methods.includes(name!)).length;
  return (
    calls === [...body.matchAll(uses)].length &&
    called.every(([, isNew, name]) => isNew !== undefined || KEYWORDS.has(name!) || methods.includes(name!))
  );
}
