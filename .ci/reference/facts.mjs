// The facts about an option that its doc comment states: its default, unit and environment variables.

import { complain } from './problems.mjs';

/** The sentence `Default: ….` of a doc comment, and the rest of the comment. */
function splitDefault(text) {
  const match = /\s*\bDefault: ((?:[^.`]|`[^`]*`|\.(?=\S))+)\.(?=\s|$)/s.exec(text);
  if (match === null) return { rest: text, byDefault: undefined };
  const rest = `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`.trim();
  return { rest, byDefault: match[1].replaceAll(/\s+/g, ' ') };
}

const UNITS = [
  [/Millis$/, 'milliseconds', /\bmilliseconds\b/],
  [/Bytes$/, 'bytes', /\bbytes\b/],
  [/Spans$/, 'spans', /\bspans\b/],
  [/Ratio$/, 'ratio, 0 to 1', /\b0 to 1\b/],
];

/** Returns the unit of an option, by the ending of its name. Throws if its doc comment does not state the unit. */
function unitOf(owner, { name, type }, text) {
  if (type === 'boolean') return undefined;
  const found = UNITS.find(([ending]) => ending.test(name));
  if (found === undefined) return undefined;
  const [, unit, stated] = found;
  if (!stated.test(text)) complain(`${owner}.${name}: the doc comment does not state the unit, ${unit}`);
  return unit;
}

/** Returns what the doc comment of an option states. Throws if an optional one has no default. */
export function optionFacts(owner, member) {
  const text = member.comment.text.replaceAll(/\s*\n(?!\n)/g, ' ');
  const { rest, byDefault } = splitDefault(text);
  if (text === '') complain(`${owner}.${member.name} has no doc comment`);
  if (member.isOptional && byDefault === undefined) {
    complain(`${owner}.${member.name}: the doc comment has no sentence "Default: ….", as every option needs`);
  }
  return {
    text: rest,
    byDefault: byDefault ?? 'required',
    unit: unitOf(owner, member, text),
    // FC_EVENT and FC_CONTEXT are tokens of the container.
    variables: [...new Set(text.match(/\b(?:OTEL|TRACED|FC(?!_(?:EVENT|CONTEXT)\b))_[A-Z_]+(?=`)/g) ?? [])],
  };
}
