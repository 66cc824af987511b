// Reads expressions from stdin, feeds each with long texts that are made of its own characters, and prints those that
// take too long: by CPU time, with limits that an expression of quadratic time exceeds a hundredfold.
const { readFileSync } = require('node:fs');

const SHORT = 10_000;
const LONG = 1_000_000;
const SHORT_MILLIS = 20;
const LONG_MILLIS = 1_000;

/** Characters that the classes of an expression contain, and its own ones. */
function charactersOf(pattern) {
  const found = new Set(['a', 'A', '0', ' ']);
  const bare = pattern
    .replace(/\\([dDwWsSbB])/g, '')
    .replace(/\\[pP]\{[^}]*\}/g, '')
    .replace(/\(\?(?:[:=!]|<[=!])/g, '');
  for (const [, code] of bare.matchAll(/\\(?:x([0-9a-f]{2}))/g)) {
    found.add(String.fromCharCode(Number.parseInt(code, 16)));
  }
  for (const [, char] of bare.matchAll(/\\([^xudDwWsSbB\w])/g)) found.add(char);
  for (const char of bare.replace(/\\./g, '')) if (!/[[\]{}|*+?^$]/.test(char)) found.add(char);
  return [...found];
}

/** Literal texts of an expression, which an attack can repeat. */
function wordsOf(pattern) {
  return [...pattern.replace(/\\([^\w])/g, '$1').matchAll(/[\w:/"'&%;#-]{2,}/g)].map(([word]) => word);
}

const repeated = new Map();
/** A text of a length that repeats another one. Kept, because most expressions have the same characters. */
function repeat(text, length) {
  const key = `${length} ${text}`;
  const known = repeated.get(key);
  if (known !== undefined) return known;
  const made = text.repeat(Math.ceil(length / text.length)).slice(0, length);
  repeated.set(key, made);
  return made;
}

function* textsFor({ pattern }) {
  const characters = charactersOf(pattern).slice(0, 16);
  const words = wordsOf(pattern).slice(0, 6);
  for (const end of ['', '\u0000', 'a"']) {
    for (const one of characters) {
      for (const start of ['', 'a', ...words]) yield { text: start + repeat(one, SHORT) + end, limit: SHORT_MILLIS };
    }
  }
  const parts = [...characters, ...words];
  for (const one of parts) {
    for (const other of parts) {
      if (one !== other) yield { text: `${repeat(one + other, SHORT)}\u0000`, limit: SHORT_MILLIS };
    }
  }
  for (const one of [...characters.slice(-4), pattern]) {
    yield { text: `${repeat(one, LONG)}\u0000`, limit: LONG_MILLIS };
  }
}

function cpuMillis(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const slow = [];
for (const expression of JSON.parse(readFileSync(0, 'utf8'))) {
  const regexp = new RegExp(expression.pattern, expression.flags);
  // The first one is printed before it runs: it may take hours.
  process.stdout.write(`\n${JSON.stringify(expression)}`);
  for (const { text, limit } of textsFor(expression)) {
    const run = () => {
      regexp.lastIndex = 0;
      return cpuMillis(() => (regexp.global ? text.replace(regexp, '') : regexp.test(text)));
    };
    // Twice, as the process may collect garbage.
    if (run() > limit && run() > limit) {
      slow.push({ ...expression, text: text.slice(0, 20), length: text.length });
      break;
    }
  }
}
process.stdout.write(`\n${JSON.stringify({ slow })}\n`);
