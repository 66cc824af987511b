// The pages that list names: environment variables, error codes, spans and attributes, and the commands of the CLI.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cell, code, table } from './markdown.mjs';
import { readConstants, readStrings } from './model.mjs';
import { complain } from './problems.mjs';

const semconv = (program, root) => readConstants(program, path.join(root, 'src', 'semconv.ts'));

/** Groups constants in their order by the comment above them. */
function grouped(constants) {
  const groups = new Map();
  for (const constant of constants) {
    groups.set(constant.group, [...(groups.get(constant.group) ?? []), constant]);
  }
  return [...groups];
}

const specification = (links) =>
  links.length === 0 ? [] : [`Specification: ${links.map((link) => `<${link}>`).join(' and ')}`];

export function variablesPage(program, root) {
  const variables = readConstants(program, path.join(root, 'src', 'environment-variables.ts'));
  const meaning = ({ value, comment }) => {
    if (comment !== '') return comment;
    const general = value.replace('_TRACES_', '_');
    if (!variables.some((variable) => variable.value === general)) complain(`${value} has no doc comment`);
    return `As ${code(general)}, over which it takes precedence.`;
  };
  const rows = (prefix) =>
    variables
      .filter(({ value }) => value.startsWith(prefix))
      .map((variable) => [code(variable.value), cell(meaning(variable))]);
  return [
    '# Environment variables',
    '[Options](options.md) take precedence over these variables. A value that is not allowed never stops the function: it is logged once and ignored.',
    '## Variables of `fc-traced`',
    table(['variable', 'meaning'], rows('TRACED_')),
    '## Variables of OpenTelemetry',
    'Specification: <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>',
    'The SDK also reads `OTEL_RESOURCE_ATTRIBUTES` and the variables for the limits of spans. `OTEL_BSP_*` and `OTEL_PROPAGATORS` have no effect.',
    table(['variable', 'meaning'], rows('OTEL_')),
    '## Variables of Function Compute',
    'FC sets them. The command-line variables `TRACED_CLI_*` are in [Commands](commands.md).',
    table(['variable', 'meaning'], rows('FC_')),
  ].join('\n\n');
}

/** Returns the messages that the source throws with each code. Their variable parts are `…`. */
function messagesByCode(root) {
  const messages = new Map();
  const src = path.join(root, 'src');
  for (const name of readdirSync(src, { recursive: true }).sort()) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(path.join(src, name), 'utf8');
    for (const [, errorCode, , message] of text.matchAll(
      /new FcTracedError\(\s*'([A-Z_]+)',\s*(['`])((?:\\.|(?!\2)[^\\])*)\2\s*[,)]/g,
    )) {
      let shown = message.replaceAll("\\'", "'");
      while (/\$\{[^{}]*\}/.test(shown)) shown = shown.replaceAll(/\$\{[^{}]*\}/g, '…');
      // A message that is only composed of others says nothing here.
      if (!/[a-z]{3}/.test(shown) || shown.includes('$')) continue;
      messages.set(errorCode, [...(messages.get(errorCode) ?? []), shown]);
    }
  }
  return messages;
}

export function errorsPage(program, root) {
  const codes = readStrings(program, path.join(root, 'src', 'errors.ts'), 'ERROR_CODES');
  const messages = messagesByCode(root);
  const sections = codes.flatMap(({ name, value, comment }) => {
    if (comment === '') complain(`the error code ${name} has no doc comment`);
    const known = [...new Set(messages.get(name) ?? [])].map(
      (message) => `- ${message.replaceAll('*', '\\*').replaceAll('<', '\\<')}`,
    );
    return [
      `## ${code(name)}`,
      value,
      `What to do: ${comment}`,
      ...(known.length === 0
        ? []
        : [
            `Messages, among others; variable parts are \`…\`:\n\n${known.map((line) => line.replaceAll(/@\w+(\(\))?/g, (match) => code(match))).join('\n')}`,
          ]),
    ];
  });
  return [
    '# Error codes',
    '`fc-traced` throws an `FcTracedError` when it is used incorrectly: when a class is defined, when a handler is created or first called, or in a test. Its `code` is stable. Its message says what is wrong, where, and what to do. Errors of your program are not changed, and failures of telemetry never throw.',
    table(
      ['code', 'meaning'],
      codes.map(({ name, value }) => [`[${code(name)}](#${name.toLowerCase()})`, value]),
    ),
    ...sections,
  ].join('\n\n');
}

/** The spans that are named after something of the program. */
const NAMED_SPANS = [
  ['the name of the function, or the option `name`', 'server', 'an invocation'],
  [
    '`METHOD route`, such as `POST /orders/{id}`',
    'server',
    'an invocation for an HTTP request, with the option `route`',
  ],
  ['`Class.method`, or the option `name` of `@Traced`', 'internal', 'a call of a traced method'],
  ['`process` and the destination', 'consumer', 'a batch of messages, and each of its records'],
  ['`tools/call NAME`, `prompts/get NAME`, or the MCP method', 'client and server', 'a request or notification of MCP'],
];

export function attributesPage(program, root) {
  const names = semconv(program, root).filter(({ constant }) => /^(ATTR|EVENT)_/.test(constant));
  const fixed = semconv(program, root)
    .filter(({ constant }) => constant.startsWith('SPAN_'))
    .map(({ value, comment }) => {
      const match = /^([A-Z][a-z]+): (.+)\.$/s.exec(comment);
      if (match === null) complain(`${value}: the doc comment is not "Kind: what."`);
      const [, kind, what] = match ?? ['', '', ''];
      return [code(value), kind.toLowerCase(), cell(what)];
    });
  const rows = (constants) =>
    constants.map(({ value, comment }) => {
      const match = /^([A-Z][a-z]+(?:\[\])?), (.+?): (.+)\.$/s.exec(comment);
      if (match === null) complain(`${value}: the doc comment is not "Type, where: what."`);
      const [, type, where, what] = match ?? ['', '', '', ''];
      return [code(value), type.toLowerCase(), where, cell(what)];
    });
  return [
    '# Spans and attributes',
    'All names that `fc-traced` records. Names follow the semantic conventions of OpenTelemetry; its own start with `fc_traced.`. Attributes that the program adds, and those of instrumented libraries, come on top. Bodies of messages, arguments and results are recorded only by your options.',
    '## Spans',
    table(['name', 'kind', 'what it is'], [...NAMED_SPANS, ...fixed]),
    '## Attributes and events',
    ...grouped(names).flatMap(([{ title, links }, constants]) => [
      `### ${title}`,
      ...specification(links),
      table(['name', 'type', 'where', 'what'], rows(constants)),
    ]),
  ].join('\n\n');
}

/** Returns the commands, as the README of the CLI shows them. A test compares that with the help of the program. */
export function commandsPage(root) {
  const readme = readFileSync(path.join(root, 'cli', 'README.md'), 'utf8');
  const [, commands] = /^## Commands\n\n([\s\S]*?)(?=\n## )/m.exec(readme);
  return [
    '# Commands',
    '`npx fc-traced COMMAND` runs the commands of `fc-traced-cli`, which call functions, serve them, and show their traces. [Local development](../local-development.md) is the guide.',
    commands.trim().replaceAll(/^### /gm, '## '),
  ].join('\n\n');
}
