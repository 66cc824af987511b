// The page of an entry point: each public name with its declaration, doc comment and example.
import { anchor, anchorsOf, block, cell, code, table } from './markdown.mjs';
import { complain } from './problems.mjs';

const GROUPS = [
  ['decorator', 'Decorators'],
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['constant', 'Constants'],
  ['type', 'Types'],
];

/** Whether a public name is an interface of options, which are on a page of their own. */
export const isOptions = ({ name }) => name.endsWith('Options');

function memberTable(owner, members) {
  const rows = members.map((member) => {
    const text = cell(member.comment.text);
    const name = member.isOptional ? `${member.name}?` : member.name;
    return [code(name), member.type === undefined ? '' : code(member.type), text];
  });
  return table(['member', 'type', 'meaning'], rows);
}

/** Links error codes to their page. Only they are written in capital letters in the part about errors. */
const linkCodes = (text) =>
  text.replaceAll(/`([A-Z]+(?:_[A-Z]+)+)`/g, (shown, name) => `[${shown}](errors.md#${name.toLowerCase()})`);

/** What is written below the heading of a name. */
function described(published) {
  const { name, kind, signatures, comment, members } = published;
  const parts = [];
  if (kind === 'type' && isOptions(published)) {
    parts.push(comment.text, `[Options](options.md#${anchor(name)}) lists them.`);
    return parts.filter((part) => part !== '');
  }
  const isTable = kind === 'type' && members.length > 0;
  if (isTable) parts.push(comment.text, memberTable(name, members));
  else parts.push(block(signatures.join('\n')), comment.text);
  const parameters = comment.parameters.map(
    ({ name, text }) => `- ${code(name)}: ${text.replaceAll(/\s*\n\s*/g, ' ')}`,
  );
  if (parameters.length > 0) parts.push(`Parameters:\n\n${parameters.join('\n')}`);
  if (comment.returns !== undefined) parts.push(`Returns ${comment.returns}.`.replace(/\.\.$/, '.'));
  for (const thrown of comment.throws) parts.push(linkCodes(`Throws ${thrown}.`.replace(/\.\.$/, '.')));
  for (const example of comment.examples) parts.push(example.replace(/^```ts$/m, '```typescript'));
  if (isTable && signatures[0]?.includes('<'))
    parts.splice(1, 0, block(signatures[0].split('\n')[0].replace(/ \{$/, '')));
  return parts.filter((part) => part !== '');
}

/** Returns the page of an entry point. `introduction` says what it is for. */
export function namesPage({ module, names }, introduction) {
  const own = names.filter(({ kind }) => kind !== 'foreign');
  for (const { name, comment, kind } of own) {
    if (comment.text === '') complain(`${module}: ${name} has no doc comment`);
    if (['decorator', 'function'].includes(kind) && comment.examples.length === 0) {
      complain(`${module}: ${name} has no @example`);
    }
  }
  const parts = [`# ${code(module)}`, introduction];
  const groups = GROUPS.map(([kind, title]) => ({ title, members: own.filter((name) => name.kind === kind) })).filter(
    ({ members }) => members.length > 0,
  );
  const headings = groups.flatMap(({ title, members }) => [title, ...members.map(({ name }) => name)]);
  const anchors = anchorsOf([module, ...headings]).slice(1);
  const link = ({ name }) => `[${code(name)}](#${anchors[headings.indexOf(name)]})`;
  parts.push(
    table(
      ['', 'names'],
      groups.map(({ title, members }) => [title.toLowerCase(), members.map(link).join(' · ')]),
    ),
  );
  for (const { title, members } of groups) {
    parts.push(`## ${title}`);
    for (const published of members) parts.push(`### ${code(published.name)}`, ...described(published));
  }
  const foreign = names.filter(({ kind }) => kind === 'foreign');
  for (const from of new Set(foreign.map((name) => name.from))) {
    const list = foreign.filter((name) => name.from === from).map(({ name }) => code(name));
    parts.push(
      `## Types of ${code(from)}`,
      `Exported again, so that you need no import of that package: ${list.join(', ')}.`,
    );
  }
  return parts.join('\n\n');
}
