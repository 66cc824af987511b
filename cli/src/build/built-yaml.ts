import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { FunctionSpec } from '../functions/function-spec';
import { UsageError } from '../usage-error';
import { expandAliases } from './yaml-aliases';

/** What changes in `s.yaml` for a built function. */
export interface BuiltSettings {
  readonly spec: FunctionSpec;
  /** The folder to deploy. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A path as `s.yaml` has it, relative to its folder. */
export function pathInYaml(yaml: string, folder: string): string {
  return `./${relative(dirname(yaml), folder).split(sep).join('/')}`;
}

/** The path of the settings of a function: of FC 3.0, or of FC 2.0. */
function settingsPath(document: Document, { resource, generation, file }: FunctionSpec): readonly unknown[] {
  const [section, name] = resource!;
  // A key may be a number.
  const resources = document.getIn([section]);
  const keys = isMap(resources) ? resources.items.map(({ key }) => key) : [];
  const key = keys.find((one) => String(one) === name) ?? name;
  const path = [section, key, 'props', ...(generation === '2.0' ? ['function'] : [])];
  if (isMap(document.getIn(path))) return path;
  throw new UsageError(`${file}: the settings of ${section}.${name} are not in this file, so build cannot change them`);
}

/** The text of `s.yaml` with the built folders as the code of the functions, and with their environment variables. */
export function builtYamlOf(yaml: string, text: string, functions: readonly BuiltSettings[]): string {
  const document = parseDocument(text, { merge: true });
  expandAliases(document);
  for (const { spec, folder, env } of functions) {
    const path = settingsPath(document, spec);
    const key = document.hasIn([...path, 'codeUri']) || spec.generation === '2.0' ? 'codeUri' : 'code';
    document.setIn([...path, key], pathInYaml(yaml, folder));
    for (const [name, value] of Object.entries(env)) document.setIn([...path, 'environmentVariables', name], value);
  }
  const comment = `# Written by fc-traced build from ${basename(yaml)}. To deploy: s deploy -t ${builtName(yaml)}\n`;
  return comment + document.toString({ lineWidth: 0 });
}

/**
 * Writes `s.built.yaml` beside `s.yaml`: the same settings and comments, with the built folders as the code of the
 * functions. Returns its path.
 */
export function writeBuiltYaml(yaml: string, functions: readonly BuiltSettings[]): string {
  const built = join(dirname(yaml), builtName(yaml));
  writeFileSync(built, builtYamlOf(yaml, readFileSync(yaml, 'utf8'), functions));
  return built;
}

const builtName = (yaml: string): string => basename(yaml).replace(/\.(ya?ml)$/, '.built.$1');
