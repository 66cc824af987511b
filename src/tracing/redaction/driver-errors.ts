import { readField, readText } from '../../safe-access';

/** The drivers of databases whose error messages contain values. */
export type Driver = 'postgresql' | 'mysql' | 'redis' | 'mongodb';

const REMOVED = '?';

/** Words before a quoted text that say that it is a name in the schema, not a value. */
const NAMES = new Set(
  [
    'relation table column constraint index type function procedure schema database role user sequence view operator',
    'trigger parameter extension language collation domain enum key for in from server cursor savepoint tablespace',
  ].flatMap((line) => line.split(' ')),
);

/** What follows the value in messages of MySQL, in which quotes are not escaped. */
const AFTER_VALUE = ["' for key '", "' for column ", "' for function ", "' at line ", "' at row "];

function wordBefore(text: string, index: number): string {
  let end = index;
  while (end > 0 && text[end - 1] === ' ') end -= 1;
  let start = end;
  while (start > 0 && /[a-z]/i.test(text[start - 1]!)) start -= 1;
  return text.slice(start, end).toLowerCase();
}

/**
 * Replaces the quoted texts in a message by `?`, except names of the schema. Quotes within a value are not escaped, so a
 * value extends to the last quote, or to what a message has after it.
 */
function withoutQuotedValues(message: string, quote: string): string {
  for (let at = message.indexOf(quote); at !== -1; at = message.indexOf(quote, at + 1)) {
    // An apostrophe.
    if (at > 0 && /[a-z0-9]/i.test(message[at - 1]!)) continue;
    if (NAMES.has(wordBefore(message, at))) {
      const end = message.indexOf(quote, at + 1);
      if (end === -1) return message;
      at = end;
      continue;
    }
    const known = quote === "'" ? AFTER_VALUE.map((text) => message.lastIndexOf(text)).filter((end) => end > at) : [];
    const last = known.length > 0 ? Math.min(...known) : message.lastIndexOf(quote);
    const tail = last > at ? message.slice(last + 1) : '';
    return `${message.slice(0, at)}${quote}${REMOVED}${quote}${tail}`;
  }
  return message;
}

/** Cuts a message after a text that precedes values. */
function cutAfter(message: string, ...texts: readonly string[]): string {
  const ends = texts.flatMap((text) => {
    const at = message.indexOf(text);
    return at === -1 ? [] : [at + text.length];
  });
  return ends.length === 0 ? message : `${message.slice(0, Math.min(...ends))} ${REMOVED}`;
}

/** Removes the values from a message of a driver. Names of tables, columns and constraints stay. */
export function withoutDriverValues(message: string, driver: Driver): string {
  switch (driver) {
    case 'postgresql':
      return withoutQuotedValues(cutAfter(message, '\nDETAIL:', 'Failing row contains', 'Key ('), '"');
    case 'mysql':
      return withoutQuotedValues(message, "'");
    case 'redis':
      return withoutQuotedValues(cutAfter(message, 'with args beginning with:', 'user_script'), "'");
    case 'mongodb':
      return withoutQuotedValues(cutAfter(message, 'dup key:', 'failed validation', 'Document:'), '"');
  }
}

/** The driver that an error comes from, by its members: classes differ between versions and bundles. */
export function driverOf(error: object): Driver | undefined {
  const name = readText(error, 'name');
  if (typeof readField(error, 'sqlMessage') === 'string') return 'mysql';
  const code = readField(error, 'code');
  if (typeof code === 'string' && code.length === 5 && readText(error, 'severity') !== undefined) return 'postgresql';
  if (name === 'ReplyError' || name === 'ErrorReply' || name === 'SimpleError') return 'redis';
  return name !== undefined && name.startsWith('Mongo') ? 'mongodb' : undefined;
}

/** How many errors of a chain are looked at, and how deep. */
const MAX_ERRORS = 16;

/** The messages of drivers' errors in a chain of causes, each with one that has no values. */
function driverMessages(error: unknown, seen: Set<unknown>, found: Map<string, string>): void {
  if (typeof error !== 'object' || error === null || seen.size >= MAX_ERRORS || seen.has(error)) return;
  seen.add(error);
  const driver = driverOf(error);
  for (const text of driver === undefined ? [] : [readText(error, 'message'), readText(error, 'sqlMessage')]) {
    if (text === undefined) continue;
    const clean = withoutDriverValues(text, driver!);
    if (clean !== text) found.set(text, clean);
  }
  for (const key of ['cause', 'driverError', 'originalError', 'original', 'parent']) {
    driverMessages(readField(error, key), seen, found);
  }
  const errors = readField(error, 'errors');
  if (Array.isArray(errors)) for (const one of errors.slice(0, MAX_ERRORS)) driverMessages(one, seen, found);
}

/**
 * Returns a function that removes from a text the values that the messages of drivers contain: that of the error, of its
 * causes, and where another error repeats them, such as that of an ORM. `undefined` if there are none.
 */
export function driverValueRemover(error: unknown): ((text: string) => string) | undefined {
  const found = new Map<string, string>();
  driverMessages(error, new Set(), found);
  if (found.size === 0) return undefined;
  const longestFirst = [...found].sort(([a], [b]) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, [message, clean]) => rest.replaceAll(message, clean), text);
}
