// The page of all options of all entry points, with their facts.
import { optionFacts } from './facts.mjs';
import { anchorsOf, block, cell, code, table } from './markdown.mjs';
import { isOptions } from './names-page.mjs';

/** Says which options an interface has from those that it extends. */
function inheritedFrom(bases, sections) {
  return bases.flatMap((text) => {
    const [, picked, keys] = /^Pick<(\w+)[^,]*, (.+)>$/.exec(text) ?? [];
    const base = picked ?? /^\w+/.exec(text)[0];
    if (!sections.some(({ name }) => name === base)) return [];
    const which = keys === undefined ? 'the options' : `the options ${keys.match(/\w+/g).map(code).join(', ')}`;
    return [`Also has ${which} of [${code(base)}](#${base.toLowerCase()}).`];
  });
}

const read = new Map();

/** The options of an interface with their facts; the same objects each time. */
function optionsOf({ name, members }) {
  if (!read.has(name)) {
    const options = members.filter(({ type }) => type !== 'undefined');
    read.set(
      name,
      options.map((member) => ({ ...member, ...optionFacts(name, member) })),
    );
  }
  return read.get(name);
}

/** The facts about an option, as a list. */
function factList({ type, byDefault, unit, variables }) {
  return [
    `- Type: \`${type ?? 'unknown'}\``,
    `- Default: ${byDefault}`,
    ...(unit === undefined ? [] : [`- Unit: ${unit}`]),
    ...(variables.length === 0 ? [] : [`- Environment variables: ${variables.map(code).join(', ')}`]),
  ].join('\n');
}

/** Returns the page of all options, of all entry points. */
export function optionsPage(entryPoints, introduction) {
  const parts = ['# Options', introduction];
  const sections = entryPoints.flatMap(({ module, names }) =>
    names.filter((name) => name.kind === 'type' && isOptions(name)).map((name) => ({ ...name, module })),
  );
  parts.push(
    table(
      ['options', 'entry point', 'of'],
      sections.map(({ name, module, comment }) => [
        `[${code(name)}](#${name.toLowerCase()})`,
        code(module),
        cell(comment.text.split(/(?<=[.:])\s/)[0]),
      ]),
    ),
  );
  const unique = sections.filter(({ name }, index) => sections.findIndex((other) => other.name === name) === index);
  // The headings of the page in order, so that the anchors of options with the same name are right.
  const headings = unique.flatMap((section) => [section.name, ...optionsOf(section)]);
  const anchors = anchorsOf(['Options', ...headings.map((heading) => heading.name ?? heading)]).slice(1);
  const anchorFor = (heading) => anchors[headings.indexOf(heading)];
  for (const { name, comment, members, bases, signatures } of unique) {
    parts.push(`## ${code(name)}`, comment.text);
    for (const inherited of inheritedFrom(bases, sections)) parts.push(inherited);
    if (members.length === 0) parts.push(block(signatures.join('\n')));
    const facts = optionsOf({ name, members });
    if (facts.length === 0) continue;
    const columns = [
      ['option', (fact) => `[${code(fact.name)}](#${anchorFor(fact)})`],
      ['default', ({ byDefault }) => cell(byDefault)],
      ['unit', ({ unit }) => unit ?? ''],
    ].filter(([, value]) => facts.some((fact) => value(fact) !== ''));
    parts.push(
      table(
        columns.map(([title]) => title),
        facts.map((fact) => columns.map(([, value]) => value(fact))),
      ),
    );
    for (const fact of facts) parts.push(`### ${code(fact.name)}`, fact.text, factList(fact));
  }
  return parts.join('\n\n');
}
