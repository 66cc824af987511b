import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { fieldsOf } from './yaml-fields';
import type { Fields } from './yaml-fields';

/** What the references in a file of Serverless Devs can name. */
export interface ReferenceScope {
  /** The whole file, with what it extends. */
  readonly document: Fields;
  /** The resource for `${this.…}`. */
  readonly own?: Fields;
  readonly env: NodeJS.ProcessEnv;
  /** The folder for `file()` and `path()`. */
  readonly folder: string;
}

/** The value of a reference that is known only when `s` deploys the function, such as `${config('AccountID')}`. */
export const UNKNOWN = Symbol('unknown');

const REFERENCE = /\$\{\s*([^{}]+?)\s*\}/g;
const WHOLE = /^\$\{\s*([^{}]+?)\s*\}$/;
const TOKEN = /\s*(?:'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)(?![\w.-])|(\|\||[(),.[\]])|([\w$@/-]+))/y;
const UNQUOTED = /^(\w+)\(\s*([^'"(),]+?)\s*\)$/;
// A reference to something that refers back is not followed forever.
const MAX_DEPTH = 10;

interface Token {
  readonly kind: 'text' | 'number' | 'sign' | 'name';
  readonly text: string;
}

function tokensOf(expression: string): Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const [, single, double, number, sign, name] = TOKEN.exec(expression) ?? [];
    const text = single ?? double;
    if (text !== undefined) tokens.push({ kind: 'text', text });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else return undefined;
  }
  return tokens;
}

/** Evaluates one expression: a path, a literal, a call, or several of them with `||`. */
class Evaluation {
  #at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly scope: ReferenceScope,
    private readonly depth: number,
  ) {}

  value(): unknown {
    const value = this.#either();
    return this.#at === this.tokens.length ? value : UNKNOWN;
  }

  #takes(sign: string): boolean {
    const { kind, text } = this.tokens[this.#at] ?? {};
    const isSign = kind === 'sign' && text === sign;
    if (isSign) this.#at += 1;
    return isSign;
  }

  #either(): unknown {
    let value = this.#term();
    while (this.#takes('||')) {
      const other = this.#term();
      // What is unknown may be anything.
      if (value !== UNKNOWN && !value) value = other;
    }
    return value;
  }

  #term(): unknown {
    const token = this.tokens[this.#at];
    this.#at += 1;
    if (token === undefined || token.kind === 'sign') return UNKNOWN;
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return Number(token.text);
    if (this.#takes('(')) return this.#call(token.text);
    const path = [token.text];
    for (;;) {
      if (this.#takes('.')) path.push(this.tokens[this.#at++]?.text ?? '');
      else if (this.#takes('[')) {
        path.push(this.tokens[this.#at++]?.text ?? '');
        if (!this.#takes(']')) return UNKNOWN;
      } else return this.#path(path);
    }
  }

  #call(name: string): unknown {
    const values: unknown[] = [];
    while (!this.#takes(')')) {
      if (this.#at >= this.tokens.length) return UNKNOWN;
      values.push(this.#either());
      this.#takes(',');
    }
    return called(name, values, this.scope);
  }

  #path([first = '', ...path]: readonly string[]): unknown {
    const { document, own, env } = this.scope;
    if (first === 'env') return env[path.join('.')] ?? UNKNOWN;
    if (first === 'vars') return this.#follow(document['vars'], path, own);
    if (first === 'this') return own === undefined ? UNKNOWN : this.#follow(own, path, own);
    // FC 2.0 names other services directly.
    const [section, [name = '', ...rest]] =
      first === 'resources' ? (['resources', path] as const) : (['services', [first, ...path]] as const);
    const other = fieldsOf(fieldsOf(document[section])[name]);
    return rest[0] === 'props' ? this.#follow(other, rest, other) : UNKNOWN;
  }

  #follow(start: unknown, path: readonly string[], own: Fields | undefined): unknown {
    const found = path.reduce<unknown>((value, key) => (value as Fields | undefined | null)?.[key], start);
    if (found === undefined || found === null) return UNKNOWN;
    return resolveReferences(found, { ...this.scope, ...(own !== undefined && { own }) }, this.depth + 1);
  }
}

function called(name: string, [value, fallback]: readonly unknown[], { env, folder }: ReferenceScope): unknown {
  if (value === UNKNOWN) return UNKNOWN;
  const text = String(value);
  const place = isAbsolute(text) ? text : join(folder, text);
  try {
    switch (name) {
      case 'env':
        return env[text] || (fallback ?? UNKNOWN);
      case 'file':
        return readFileSync(place, 'utf8');
      case 'path':
        return existsSync(place) ? place : UNKNOWN;
      case 'json':
        return JSON.parse(text) as unknown;
      case 'yaml':
        return parse(text) as unknown;
      case 'str':
        return text;
      default:
        // Such as `config` and `secret`.
        return UNKNOWN;
    }
  } catch {
    return UNKNOWN;
  }
}

function evaluate(expression: string, scope: ReferenceScope, depth: number): unknown {
  if (depth > MAX_DEPTH) return UNKNOWN;
  const [, name, argument] = UNQUOTED.exec(expression) ?? [];
  if (name !== undefined && !/^(?:vars|this|resources)\b/.test(argument!)) return called(name, [argument], scope);
  const tokens = tokensOf(expression);
  return tokens === undefined ? UNKNOWN : new Evaluation(tokens, scope, depth).value();
}

function resolveText(text: string, scope: ReferenceScope, depth: number): unknown {
  const whole = WHOLE.exec(text)?.[1];
  // A reference alone can be an object or a number.
  if (whole !== undefined) return evaluate(whole, scope, depth);
  let isUnknown = false;
  const resolved = text.replaceAll(REFERENCE, (_whole, expression: string) => {
    const value = evaluate(expression, scope, depth);
    isUnknown ||= value === UNKNOWN || (typeof value === 'object' && value !== null);
    return String(value === UNKNOWN ? '' : value);
  });
  return isUnknown ? new PartlyUnknown(resolved) : resolved;
}

/** A string of which a part is {@link UNKNOWN}. */
class PartlyUnknown {
  constructor(readonly text: string) {}
}

/**
 * Replaces the references in a value as Serverless Devs does: `${vars.name}`, `${this.props.name}`,
 * `${resources.name.props.name}`, `${env('NAME', 'default')}`, `${file('name')}`, `${path('name')}`, `${json(…)}`,
 * `${yaml(…)}` and `${str(…)}`. Others are {@link UNKNOWN}.
 */
export function resolveReferences(value: unknown, scope: ReferenceScope, depth = 0): unknown {
  if (typeof value === 'string') return resolveText(value, scope, depth);
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, scope, depth));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolveReferences(inner, scope, depth)]));
}

/** Whether a resolved value, or a part of it, is not known before the deployment. */
export function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN || value instanceof PartlyUnknown) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(isUnknown);
}

/** A resolved value in which what is unknown is empty. */
export function knownPart(value: unknown): unknown {
  if (value === UNKNOWN) return '';
  if (value instanceof PartlyUnknown) return value.text;
  if (Array.isArray(value)) return value.map(knownPart);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, knownPart(inner)]));
}
