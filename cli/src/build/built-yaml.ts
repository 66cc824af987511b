import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { FunctionSpec } from '../functions/function-spec';
import { UsageError } from '../usage-error';
import { modulesOf } from './function-modules';
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
  const path = relative(dirname(yaml), folder);
  // On another drive of Windows.
  if (isAbsolute(path)) return path.replaceAll('\\', '/');
  return `./${path.split(sep).join('/')}`;
}

/** The path of the settings of a function: of FC 3.0, or of FC 2.0. Maps that another file has are added. */
function settingsPath(document: Document, { resource, generation, file }: FunctionSpec): readonly unknown[] {
  const [section, name] = resource!;
  // A key may be a number.
  const resources = document.getIn([section]);
  const keys = isMap(resources) ? resources.items.map(({ key }) => key) : [];
  const key = keys.find((one) => String(one) === name) ?? name;
  const path = [section, key, 'props', ...(generation === '2.0' ? ['function'] : [])];
  checkMaps(document, path, file);
  return path;
}

/** Throws a `UsageError` if a map is not written as one, so that a setting cannot be added to it. */
function checkMaps(document: Document, path: readonly unknown[], file: string): void {
  for (const [index] of path.entries()) {
    const part = path.slice(0, index + 1);
    const found = document.getIn(part, true);
    if (found === undefined || isMap(found) || (isScalar(found) && found.value === null)) continue;
    throw new UsageError(
      `${file}: the settings of ${path.slice(0, 2).join('.')} are not in this file, so build cannot change them: ` +
        `${part.join('.')} is ${String(document.getIn(part))}. Write them there, or in a template that the function extends`,
    );
  }
}

function setIn(document: Document, path: readonly unknown[], value: string): void {
  for (const [index] of path.slice(0, -1).entries()) {
    const part = path.slice(0, index + 1);
    if (!isMap(document.getIn(part))) document.setIn(part, document.createNode({}));
  }
  document.setIn(path, value);
}

/** The text of `s.yaml` with the built folders as the code of the functions, and with their environment variables. */
export function builtYamlOf(yaml: string, text: string, functions: readonly BuiltSettings[]): string {
  const document = parseDocument(text, { merge: true });
  expandAliases(document);
  for (const { spec, folder, env } of functions) {
    const path = settingsPath(document, spec);
    // The code may be in a template, or in the file that this one extends.
    const isUri = spec.props['code'] === undefined && spec.props['codeUri'] !== undefined;
    setIn(document, [...path, isUri || spec.generation === '2.0' ? 'codeUri' : 'code'], pathInYaml(yaml, folder));
    for (const [name, value] of Object.entries(env)) {
      checkMaps(document, [...path, 'environmentVariables'], spec.file);
      setIn(document, [...path, 'environmentVariables', name], value);
    }
  }
  const comment = `# Written by fc-traced build from ${basename(yaml)}. To deploy: s deploy -t ${builtName(yaml)}\n`;
  return comment + document.toString({ lineWidth: 0 });
}

/**
 * Writes `s.built.yaml` beside `s.yaml`: the same settings and comments, with the built folders as the code of the
 * functions. Returns its path.
 */
export function writeBuiltYaml(yaml: string, functions: readonly BuiltSettings[]): string {
  const built = builtPath(yaml);
  writeFileSync(built, builtYamlOf(yaml, readFileSync(yaml, 'utf8'), functions));
  return built;
}

/** Which functions the `s.built.yaml` of an earlier build deploys from their folders, with what it set for them. */
export function builtBefore(yaml: string, specs: readonly FunctionSpec[], outDir: string): BuiltSettings[] {
  if (!existsSync(builtPath(yaml))) return [];
  const document = parseDocument(readFileSync(builtPath(yaml), 'utf8'), { merge: true });
  return specs.flatMap((spec): BuiltSettings[] => {
    const folder = join(outDir, spec.name);
    const nested = spec.generation === '2.0' ? ['function'] : [];
    const path = [...spec.resource!, 'props', ...nested];
    const isBuilt = ['code', 'codeUri'].some((key) => document.getIn([...path, key]) === pathInYaml(yaml, folder));
    if (!isBuilt || !hasModules(folder, spec)) return [];
    const cache = document.getIn([...path, 'environmentVariables', 'NODE_COMPILE_CACHE']);
    return [{ spec, folder, env: typeof cache === 'string' ? { NODE_COMPILE_CACHE: cache } : {} }];
  });
}

function hasModules(folder: string, spec: FunctionSpec): boolean {
  try {
    return modulesOf(spec).every(({ place }) =>
      ['.js', '.mjs', '.cjs'].some((ending) => existsSync(join(folder, place + ending))),
    );
  } catch {
    // The handler has changed since, or its module is gone.
    return false;
  }
}

/** The path of the file for `s deploy`. */
export const builtPath = (yaml: string): string => join(dirname(yaml), builtName(yaml));

const builtName = (yaml: string): string => basename(yaml).replace(/\.(ya?ml)$/, '.built.$1');
