// In the order in which they are looked for: quoted strings, a comment, what separates commands, and words.
const TOKEN =
  /"((?:[^"\\]|\\.)*)"|'([^']*)'|(?<![^\s;&|(])#[^\n]*|([;&|\n(){}]+)|((?:[^\s;&|(){}"'\\$]|\\.|\$\([^)]*\)|\$\{[^}]*\}|\$)+)|\s/gs;
const REDIRECTION = /\d*[<>]{1,2}(?:&\d+|\s*\S+)/g;
const KEYWORD = new Set(['if', 'then', 'else', 'elif', 'do', '!', 'exec', 'nohup', 'time', 'env', 'command']);
const ASSIGNMENT = /^\w+=/;

/**
 * The simple commands of a shell script, as words without quotes: what is between `;`, `&&`, `|` and line breaks,
 * without assignments and what only prefixes a command, such as `exec`. Nothing is expanded.
 */
export function shellCommands(script: string): string[][] {
  const text = script
    .replace(/^#!.*/, '')
    .replaceAll(/\\\r?\n/g, ' ')
    .replaceAll('\r', '')
    .replaceAll(REDIRECTION, ' ');
  const commands: string[][] = [[]];
  let isWord = false;
  for (const [whole, double, single, separator, bare] of text.matchAll(TOKEN)) {
    const word = double ?? single ?? bare;
    const current = commands.at(-1)!;
    if (separator !== undefined) commands.push([]);
    else if (word === undefined) isWord = false;
    // Quoted and bare parts without a space between them are one word.
    else if (isWord && current.length > 0) current[current.length - 1] += unescaped(word);
    else current.push(unescaped(word));
    isWord = word !== undefined && whole !== '';
  }
  return commands.map(withoutPrefixes).filter(({ length }) => length > 0);
}

const unescaped = (word: string): string => word.replaceAll(/\\(?=["'\\ $])/g, '');

function withoutPrefixes(words: readonly string[]): string[] {
  const start = words.findIndex((word) => !KEYWORD.has(word) && !ASSIGNMENT.test(word));
  return start < 0 ? [] : words.slice(start);
}
