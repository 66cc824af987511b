// What cannot be seen, or changes how other text is shown: controls, format characters such as those for bidirectional
// text, lone surrogates, line separators, and letters without a shape.
const INVISIBLE = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u3164]/gu;
// Joiners are parts of emoji and of words of some scripts. Elsewhere they only make texts look the same that are not.
const LONE_JOINER = /(?<![\p{L}\p{M}\p{Extended_Pictographic}\ufe0f])[\u200c\u200d]|(?<=[A-Za-z0-9])[\u200c\u200d]/gu;

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}

/**
 * Makes a text harmless to read: characters that cannot be seen, or that change how other text is shown, are replaced by
 * their code, such as `⟨U+202E⟩`. Line breaks and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, codeOf).replace(LONE_JOINER, codeOf);
}

/** The text as one line of at most `limit` characters. The mark at the end says how long a shortened text is. */
export function visibleLine(text: string, limit = 300): string {
  if (text.length <= limit) return visibleText(text).replace(/\s*[\n\t]\s*/g, ' ');
  return `${visibleLine(shortened(text, limit), Infinity)}… (${text.length.toLocaleString('en-US')})`;
}

/** The first characters of a text, without half of a surrogate pair at the end. */
export function shortened(text: string, limit: number): string {
  const cut = text.slice(0, limit);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
