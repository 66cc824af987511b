import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { FunctionSpec } from '../functions/function-spec';

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
function settingsPath(document: Document, spec: FunctionSpec): string[] {
  const sections = ['resources', 'services'].flatMap((section) => {
    const entries = document.toJS() as Record<string, Record<string, unknown> | undefined>;
    return Object.keys(entries[section] ?? {}).map((key) => [section, key, 'props']);
  });
  const nested = spec.generation === '2.0' ? ['function'] : [];
  const name = (path: readonly string[]): unknown =>
    document.getIn([...path, 'functionName']) ?? document.getIn([...path, 'name']) ?? path[1];
  const paths = sections.map((path) => [...path, ...nested]);
  // A name may be a variable.
  return paths.find((path) => name(path) === spec.name) ?? paths.find(([, key]) => key === spec.name) ?? paths[0]!;
}

/**
 * Writes `s.built.yaml` beside `s.yaml`: the same settings and comments, with the built folders as the code of the
 * functions. Returns its path.
 */
export function writeBuiltYaml(yaml: string, functions: readonly BuiltSettings[]): string {
  const document = parseDocument(readFileSync(yaml, 'utf8'));
  for (const { spec, folder, env } of functions) {
    const path = settingsPath(document, spec);
    const key = document.hasIn([...path, 'codeUri']) || spec.generation === '2.0' ? 'codeUri' : 'code';
    document.setIn([...path, key], pathInYaml(yaml, folder));
    for (const [name, value] of Object.entries(env)) document.setIn([...path, 'environmentVariables', name], value);
  }
  const comment = `# Written by fc-traced build from ${basename(yaml)}. To deploy: s deploy -t ${builtName(yaml)}\n`;
  const built = join(dirname(yaml), builtName(yaml));
  writeFileSync(built, comment + document.toString({ lineWidth: 0 }));
  return built;
}

const builtName = (yaml: string): string => basename(yaml).replace(/\.(ya?ml)$/, '.built.$1');
