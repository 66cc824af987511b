// Markdown: tables, code, and anchors as GitHub makes them.

/** A code span that is also correct in a table. */
export const code = (text) => `\`${text.replaceAll('|', '\\|')}\``;

/** The text of a doc comment as one line of a table. */
export const cell = (text) => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/(?<!\\)\|/g, '\\|');

export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A block of code that is no complete program. Blocks with the language `ts` are compiled by the tests. */
export const block = (text, language = 'typescript') => `\`\`\`${language}\n${text}\n\`\`\``;

export const anchor = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** The anchors of the headings of a page, in order. GitHub numbers those that are equal, as of `Traced` and `traced`. */
export function anchorsOf(headings) {
  const counts = new Map();
  return headings.map((heading) => {
    const name = anchor(heading);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}-${count}`;
  });
}
