/** What an attribute may hold of a statement. What comes behind says little, and a bulk insert can be of any size. */
const MOST = 4_096;

/** The kinds of SQL whose texts differ. */
export type Dialect = 'postgresql' | 'mysql';

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /(?:0[xXbBoO][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y;
const PARAMETER = /\$\d+/y;
const DOLLAR_QUOTE = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
/** What may stand right before a quote and belongs to the literal. */
const PREFIX = /^(?:e|b|x|n|u&|_\w+)$/i;

/**
 * A statement with `?` for each value in it and without comments, for an attribute: what a statement holds beside its structure can
 * be a secret. Names of tables and columns, parameters and keywords stay.
 *
 * Reads forward only. Where it is not certain where a text ends, all that follows is one `?`.
 */
export function withoutValues(sql: string, dialect: Dialect): string {
  const text = sql.slice(0, MOST);
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
      at = endOfText(text, at, escapes);
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
  return (sql.length > MOST ? `${shown}…` : shown).trim();
}

/** Where a comment that starts here ends; nothing where none starts. */
function endOfComment(text: string, at: number, dialect: Dialect): number | undefined {
  const isLine = dialect === 'mysql' ? /^(?:#|--(?=\s|$))/ : /^--/;
  if (isLine.test(text.slice(at, at + 3))) return (text.indexOf('\n', at) + 1 || text.length + 1) - 1;
  if (!text.startsWith('/*', at)) return undefined;
  let depth = 1;
  let end = at + 2;
  // PostgreSQL's comments nest, MySQL's do not.
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

/** Where a text that starts here ends. A backslash before a quote means one thing or the other, as the server is set up: then, at the very end. */
function endOfText(text: string, start: number, escapes: boolean): number {
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

/** A name in quotes that starts here; empty where it does not end. */
function quotedName(text: string, at: number): string {
  return text.slice(at, text.indexOf(text[at]!, at + 1) + 1);
}

/** So far back a prefix can reach. To search a whole statement for it, at each of its texts, would take seconds where a long word stands in it. */
const LONGEST_PREFIX = 40;

function withoutPrefix(shown: string): string {
  const word = /[\p{L}\p{N}_&]+$/u.exec(shown.slice(-LONGEST_PREFIX))?.[0] ?? '';
  return PREFIX.test(word) ? shown.slice(0, -word.length) : shown;
}

/** The first word of a statement, for a span's name: never more than a word, whatever follows it without a space. */
export function verbOf(sql: string): string {
  return /^[\s(;]*([A-Za-z]+)/.exec(sql)?.[1] ?? 'query';
}
