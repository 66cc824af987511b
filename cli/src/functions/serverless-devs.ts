import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { UsageError } from '../usage-error';
import type { FunctionSpec, HookSpec, TriggerSpec } from './function-spec';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

const REFERENCE = /\$\{\s*([^{}]+?)\s*\}/g;
const ENV_CALL = /^env\(\s*['"]?([\w.-]+)['"]?\s*(?:,\s*['"]?([^'"]*)['"]?\s*)?\)$/;

/** Replaces `${env('NAME')}`, `${env.NAME}` and `${vars.name}` as Serverless Devs does. Other references are empty. */
function resolveText(text: string, document: Fields, env: NodeJS.ProcessEnv): string {
  return text.replaceAll(REFERENCE, (_whole, expression: string) => {
    const [, called, fallback = ''] = ENV_CALL.exec(expression) ?? [];
    if (called !== undefined) return env[called] ?? fallback;
    const [first, ...path] = expression.split('.');
    if (first === 'env') return env[path.join('.')] ?? '';
    if (first !== 'vars') return '';
    return textOf(path.reduce<unknown>((value, key) => fieldsOf(value)[key], document['vars'])) ?? '';
  });
}

function resolved(value: unknown, document: Fields, env: NodeJS.ProcessEnv): unknown {
  if (typeof value === 'string') return resolveText(value, document, env);
  if (Array.isArray(value)) return value.map((item) => resolved(item, document, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner, document, env)]));
}

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
}

function specOf({ file, resource, unknownEnv }: Resource, props: Fields, isFc2: boolean): FunctionSpec {
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

/** Which variables of a function depend on more than `s.yaml`, before references are replaced. */
function unknownEnvOf(document: Fields, resource: Fields): FunctionSpec['unknownEnv'] & {} {
  const { props, extend } = resource;
  const variables =
    fieldsOf(props)['environmentVariables'] ?? fieldsOf(fieldsOf(props)['function'])['environmentVariables'];
  if (document['extend'] !== undefined || extend !== undefined || typeof variables === 'string') return 'all';
  const isUnknown = (text: string): boolean =>
    [...text.matchAll(REFERENCE)].some(([, expression = '']) => !expression.startsWith('vars.')) ||
    (text.includes('${') && resolveText(text, document, {}).includes('${'));
  const entries = Object.entries(fieldsOf(variables));
  if (entries.some(([name]) => name.includes('${'))) return 'all';
  return entries.flatMap(([name, value]) => (typeof value === 'string' && isUnknown(value) ? [name] : []));
}

/**
 * Reads the functions of a file of Serverless Devs: `fc3` for FC 3.0, `fc` for FC 2.0. Throws a `UsageError` if it
 * cannot be read or has none.
 */
export function readServerlessDevs(file: string, env: NodeJS.ProcessEnv = process.env): FunctionSpec[] {
  const document = parseDocument(readFileSync(file, 'utf8'), { merge: true });
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${file}: not valid YAML: ${error.message}`);
  const raw = fieldsOf(document.toJS());
  const content = fieldsOf(resolved(raw, raw, env));
  const entries = ['services', 'resources'].flatMap((section) =>
    Object.entries(fieldsOf(content[section])).map(([key, value]) => [section, key, value] as const),
  );
  const functions = entries.flatMap(([section, key, value]) => {
    const { component, props } = fieldsOf(value);
    if (!isFunction(component)) return [];
    const unknownEnv = unknownEnvOf(raw, fieldsOf(fieldsOf(raw[section])[key]));
    const resource: Resource = { file, resource: [section, key], unknownEnv };
    return component.replace('devsapp/', '').startsWith('fc3')
      ? [specOf(resource, fieldsOf(props), false)]
      : [fc2Spec(resource, fieldsOf(props))];
  });
  if (functions.length === 0) {
    throw new UsageError(`${file}: no function: expected resources with "component: fc3" and their props`);
  }
  return functions;
}
