/** The part of a statement that is recorded, in characters. A bulk insert can have any length. */
const MAX_LENGTH = 4_096;

/** The SQL dialects whose literals are known. */
export type Dialect = 'postgresql' | 'mysql';

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /(?:0[xXbBoO][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y;
const PARAMETER = /\$\d+/y;
const DOLLAR_QUOTE = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
/** The prefixes of a string literal. */
const PREFIX = /^(?:e|b|x|n|u&|_\w+)$/i;

/**
 * Replaces each value in a statement with `?` and removes comments, because both may contain secrets. Keywords, names
 * of tables and columns, and parameters stay.
 *
 * If the end of a literal is ambiguous, everything after its start becomes one `?`.
 */
export function withoutValues(sql: string, dialect: Dialect): string {
  const text = sql.slice(0, MAX_LENGTH);
  let shown = '';
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const char = text[at]!;
    const comment = endOfComment(text, at, dialect);
    if (comment !== undefined) {
      at = comment;
      shown += ' ';
      continue;
    }
    if (char === "'" || (char === '"' && dialect === 'mysql')) {
      const escapes = dialect === 'postgresql' && /(?<![\p{L}\p{N}_$])e$/iu.test(text.slice(Math.max(0, at - 2), at));
      at = endOfLiteral(text, at, escapes);
      shown = withoutPrefix(shown) + '?';
      continue;
    }
    const tag = dialect === 'postgresql' ? match(DOLLAR_QUOTE) : undefined;
    if (tag !== undefined) {
      const end = text.indexOf(tag, at + tag.length);
      at = end === -1 ? text.length : end + tag.length;
      shown += '?';
      continue;
    }
    const name = char === '"' || char === '`' ? quotedName(text, at) : (match(PARAMETER) ?? match(WORD));
    if (name === '') break;
    if (name !== undefined) {
      at += name.length;
      shown += name;
      continue;
    }
    const number = match(NUMBER);
    at += number?.length ?? 1;
    shown += number === undefined ? char : '?';
  }
  return (sql.length > MAX_LENGTH ? `${shown}…` : shown).trim();
}

/** The end of the comment that starts at `at`, or `undefined` if none starts there. */
function endOfComment(text: string, at: number, dialect: Dialect): number | undefined {
  const isLine = dialect === 'mysql' ? /^(?:#|--(?=\s|$))/ : /^--/;
  if (isLine.test(text.slice(at, at + 3))) return (text.indexOf('\n', at) + 1 || text.length + 1) - 1;
  if (!text.startsWith('/*', at)) return undefined;
  let depth = 1;
  let end = at + 2;
  // Comments nest in PostgreSQL, but not in MySQL.
  while (end < text.length && depth > 0) {
    if (text.startsWith('*/', end)) depth -= 1;
    else if (dialect === 'postgresql' && text.startsWith('/*', end)) depth += 1;
    else {
      end += 1;
      continue;
    }
    end += 2;
  }
  return end;
}

/**
 * The end of the string literal that starts at `start`. Whether a backslash escapes a quote depends on the server's
 * configuration. If that is ambiguous, the literal extends to the end of the text.
 */
function endOfLiteral(text: string, start: number, escapes: boolean): number {
  const quote = text[start]!;
  let end = start + 1;
  while (end < text.length) {
    if (text[end] === '\\') {
      let last = end;
      while (text[last + 1] === '\\') last += 1;
      const isOdd = (last - end) % 2 === 0;
      if (isOdd && text[last + 1] === quote && !escapes) return text.length;
      end = isOdd ? last + 2 : last + 1;
    } else if (text[end] !== quote) end += 1;
    else if (text[end + 1] === quote) end += 2;
    else return end + 1;
  }
  return text.length;
}

/** The quoted name that starts at `at`; empty if it is not closed. */
function quotedName(text: string, at: number): string {
  return text.slice(at, text.indexOf(text[at]!, at + 1) + 1);
}

/** The longest prefix that is removed. Searching the whole statement for each literal could take seconds. */
const LONGEST_PREFIX = 40;

function withoutPrefix(shown: string): string {
  const end = shown.slice(-LONGEST_PREFIX);
  let start = end.length;
  while (start > 0 && /[\p{L}\p{N}_&]/u.test(end[start - 1]!)) start -= 1;
  const word = end.slice(start);
  return PREFIX.test(word) ? shown.slice(0, -word.length) : shown;
}

/** The first word of a statement, for the name of a span; `query` if it does not start with a word. */
export function verbOf(sql: string): string {
  return /^[\s(;]*([A-Za-z]+)/.exec(sql)?.[1] ?? 'query';
}

/** The number of arguments that are shown, each as `?`. */
const MAX_ARGUMENTS = 8;

/** A Redis command without its arguments: keys as well as values may be secret. */
export function commandText(command: string, args: readonly unknown[]): string {
  const shown = Math.min(args.length, MAX_ARGUMENTS);
  return `${command}${' ?'.repeat(shown)}${args.length > MAX_ARGUMENTS ? ' …' : ''}`;
}
