import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { UsageError } from '../usage-error';
import { environmentWithFiles } from './env-file';
import type { FunctionSpec, HookSpec, TriggerSpec } from './function-spec';
import { fieldsOf, merge } from './yaml-fields';
import type { Fields } from './yaml-fields';
import { isUnknown, knownPart, resolveReferences } from './yaml-references';
import type { ReferenceScope } from './yaml-references';

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

function hookOf(value: unknown): HookSpec | undefined {
  const { handler, timeout } = fieldsOf(value);
  const name = textOf(handler);
  const seconds = numberOf(timeout);
  return name === undefined ? undefined : { handler: name, ...(seconds !== undefined && { timeout: seconds }) };
}

function triggersOf(value: unknown): TriggerSpec[] {
  return (Array.isArray(value) ? value : []).map((item, index) => {
    const trigger = fieldsOf(item);
    return {
      name: textOf(trigger['triggerName'] ?? trigger['name']) ?? `trigger${index + 1}`,
      type: textOf(trigger['triggerType'] ?? trigger['type']) ?? '',
      config: fieldsOf(trigger['triggerConfig'] ?? trigger['config']),
    };
  });
}

function commandOf(props: Fields): FunctionSpec['command'] {
  const { command, args } = fieldsOf(props['customRuntimeConfig']);
  const all = [command, args].flatMap((part) => (Array.isArray(part) ? part : [])).map(String);
  const [program, ...rest] = all;
  // Paths of Node.js in FC's images do not exist on this machine.
  return program === undefined ? undefined : [/(^|\/)node$/.test(program) ? process.execPath : program, ...rest];
}

function codeDirOf(code: unknown, folder: string): string {
  const path = textOf(code) ?? textOf(fieldsOf(code)['src']) ?? '.';
  return resolve(folder, path);
}

/** A resource of `s.yaml`, and what is known about it besides its settings. */
interface Resource {
  readonly file: string;
  readonly resource: readonly [section: string, key: string];
  readonly unknownEnv: FunctionSpec['unknownEnv'] & {};
  readonly unknownSettings: readonly string[];
  readonly preparations: readonly string[];
}

function specOf(
  { file, resource, unknownEnv, unknownSettings, preparations }: Resource,
  props: Fields,
  isFc2: boolean,
): FunctionSpec {
  const lifecycle = fieldsOf(props['instanceLifecycleConfig']);
  const runtime = textOf(props['runtime']) ?? 'nodejs20';
  const initializer =
    hookOf(lifecycle['initializer']) ??
    hookOf({ handler: props['initializer'], timeout: props['initializationTimeout'] });
  const preFreeze = hookOf(lifecycle['preFreeze']);
  const preStop = hookOf(lifecycle['preStop']);
  const port = numberOf(fieldsOf(props['customRuntimeConfig'])['port'] ?? props['caPort']);
  const command = commandOf(props);
  return {
    name: textOf(props['functionName'] ?? props['name']) ?? resource[1],
    file,
    resource,
    codeDir: codeDirOf(props['code'] ?? props['codeUri'], dirname(file)),
    runtime,
    handler: textOf(props['handler']) ?? 'index.handler',
    ...(command !== undefined && { command }),
    ...(port !== undefined && { port }),
    ...(initializer !== undefined && { initializer }),
    // FC 3.0 has no such hook; `doctor` says so.
    ...(preFreeze !== undefined && isFc2 && { preFreeze }),
    ...(preStop !== undefined && { preStop }),
    optionalHooks: false,
    timeout: numberOf(props['timeout']) ?? 3,
    memorySize: numberOf(props['memorySize']) ?? (isFc2 ? 128 : 512),
    instanceConcurrency: numberOf(props['instanceConcurrency']) ?? 1,
    env: Object.fromEntries(
      Object.entries(fieldsOf(props['environmentVariables'])).map(([name, value]) => [
        name,
        textOf(value) ?? (typeof value === 'boolean' ? String(value) : ''),
      ]),
    ),
    unknownEnv,
    unknownSettings,
    preparations,
    generation: isFc2 ? '2.0' : '3.0',
    triggers: triggersOf(props['triggers']),
    ...(props['tracingConfig'] !== undefined && { tracingConfig: props['tracingConfig'] }),
    props,
  };
}

// FC 2.0: one function per service entry, with the settings of the service and those of the function.
function fc2Spec(resource: Resource, props: Fields): FunctionSpec {
  const service = fieldsOf(props['service']);
  const merged = {
    ...fieldsOf(props['function']),
    triggers: props['triggers'],
    tracingConfig: service['tracingConfig'],
  };
  return specOf(resource, merged, true);
}

const isFunction = (component: unknown): component is string =>
  typeof component === 'string' && /^(devsapp\/)?fc3?(@|$)/.test(component);

// Without these, it is not known what runs.
const ESSENTIAL = ['code', 'codeUri', 'runtime', 'handler', 'functionName', 'name', 'customRuntimeConfig'];

/** Which variables of a function depend on more than the file. */
function unknownEnvOf(settings: Fields, inherits: boolean, scope: ReferenceScope): FunctionSpec['unknownEnv'] & {} {
  const variables = settings['environmentVariables'];
  if (inherits || typeof variables === 'string') return 'all';
  const entries = Object.entries(fieldsOf(variables));
  if (entries.some(([name]) => name.includes('${'))) return 'all';
  const own = { ...scope, env: {} };
  const dependsOnMore = (value: unknown): boolean =>
    typeof value === 'string' && (/\$\{[^}]*\benv\b/.test(value) || isUnknown(resolveReferences(value, own)));
  return entries.flatMap(([name, value]) => (dependsOnMore(value) ? [name] : []));
}

/** The commands that `s deploy` runs before it deploys a function. */
function preparationsOf(actions: unknown): string[] {
  return Object.entries(fieldsOf(actions))
    .filter(([name]) => name.startsWith('pre-'))
    .flatMap(([, steps]) => (Array.isArray(steps) ? steps : []))
    .flatMap((step) => textOf(fieldsOf(step)['run']) ?? []);
}

function parseFile(file: string): Fields {
  const document = parseDocument(readFileSync(file, 'utf8'), { merge: true });
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${file}: not valid YAML: ${error.message}`);
  return fieldsOf(document.toJS());
}

/** The settings of a file, with those of the file that it extends. Only `edition: 3.0.0` knows `extend`. */
function readDocument(file: string): Fields {
  const document = parseFile(file);
  const extended = textOf(document['extend']);
  if (extended === undefined) return document;
  const base = resolve(dirname(file), extended);
  if (!existsSync(base)) throw new UsageError(`${file} extends ${extended}, which does not exist`);
  const basis = parseFile(base);
  if (textOf(document['edition'] ?? basis['edition']) !== '3.0.0') {
    throw new UsageError(`${file} extends ${extended}, which Serverless Devs does only with "edition: 3.0.0"`);
  }
  return fieldsOf(merge(basis, document));
}

/** A resource with the settings of the template that it extends. One that does not exist has none. */
function withTemplate(resource: Fields, document: Fields): Fields {
  const { name, ignore } = fieldsOf(resource['extend']);
  const template = fieldsOf(fieldsOf(document['template'])[String(name)]);
  const ignored = new Set(Array.isArray(ignore) ? ignore.map(String) : []);
  const inherited = Object.fromEntries(Object.entries(template).filter(([field]) => !ignored.has(field)));
  return { ...resource, props: merge(inherited, resource['props']) };
}

/**
 * Reads the functions of a file of Serverless Devs: `fc3` for FC 3.0, `fc` for FC 2.0. `variables`: those for
 * `${env('NAME')}`, in addition to the files `.env` that `s` reads. Throws a `UsageError` if the file cannot be read or has no function.
 */
export function readServerlessDevs(file: string, variables: NodeJS.ProcessEnv = process.env): FunctionSpec[] {
  const document = readDocument(file);
  const folder = dirname(file);
  // Environments of `s deploy --env` overlay the settings.
  const hasOverlays = document['env'] !== undefined || existsSync(join(folder, 'env.yaml'));
  const sections = ['services', 'resources'].map((section) => {
    const resources = Object.entries(fieldsOf(document[section]));
    return [section, resources.map(([key, value]) => [key, withTemplate(fieldsOf(value), document)] as const)] as const;
  });
  const named = sections.map(([section, resources]) => [section, Object.fromEntries(resources)] as const);
  const whole = { ...document, ...Object.fromEntries(named) };
  const complete = sections.flatMap(([section, resources]) =>
    resources.map(([key, value]) => [section, key, value] as const),
  );
  const codes = complete.flatMap(([, , { props }]) => textOf(fieldsOf(props)['code']) ?? []);
  const env = environmentWithFiles(
    ['.', ...codes, folder].map((path) => resolve(path)),
    variables,
  );
  const functions = complete.flatMap(([section, key, value]) => {
    const own = { name: key, access: document['access'], ...value };
    const scope: ReferenceScope = { document: whole, own, env, folder };
    const component = knownPart(resolveReferences(value['component'], scope));
    if (!isFunction(component)) return [];
    const isFc3 = component.replace('devsapp/', '').startsWith('fc3');
    const resolvedProps = fieldsOf(resolveReferences(value['props'] ?? {}, scope));
    const settings = isFc3 ? resolvedProps : fieldsOf(resolvedProps['function']);
    const unresolved = isFc3 ? fieldsOf(value['props']) : fieldsOf(fieldsOf(value['props'])['function']);
    const inherits = hasOverlays || document['extend'] !== undefined || value['extend'] !== undefined;
    const resource: Resource = {
      file,
      resource: [section, key],
      unknownEnv: unknownEnvOf(unresolved, inherits, scope),
      unknownSettings: ESSENTIAL.filter((name) => isUnknown(settings[name])).map(
        (name) => `${name}: ${textOf(unresolved[name]) ?? JSON.stringify(unresolved[name])}`,
      ),
      preparations: [...preparationsOf(document['actions']), ...preparationsOf(value['actions'])],
    };
    const props = fieldsOf(knownPart(resolvedProps));
    return isFc3 ? [specOf(resource, props, false)] : [fc2Spec(resource, props)];
  });
  if (functions.length === 0) {
    throw new UsageError(`${file}: no function: expected resources with "component: fc3" and their props`);
  }
  return functions;
}
