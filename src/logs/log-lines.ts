import { warnOnce } from '../diagnostics';
import type { FcContext } from '../fc/context';
import { state } from '../tracing/telemetry/state';
import { LOG_KEYS, logFields, missingFields } from './log-fields';
import type { LogFields } from './log-fields';

/**
 * Adds {@link logFields} to the arguments of a log method. They are appended as text (`trace_id=… span_id=…`). If the
 * only argument is a JSON object in a string, they become its last members, so that it stays valid JSON. Arguments that
 * already contain the fields are returned unchanged, as are all outside of any span and invocation.
 */
export function withLogFields(values: unknown[]): unknown[] {
  const fields = logFields();
  const ids = fieldsText(fields);
  if (ids === '') return values;
  const [first] = values;
  if (values.length === 1 && typeof first === 'string') {
    const json = jsonWith(fields, first);
    if (json !== undefined) return [json];
  }
  // The line already has the fields if another library wrapped our method and we wrapped that wrapper.
  if (values.some((value) => typeof value === 'string' && value.includes(ids))) return values;
  if (typeof first !== 'string' || !first.includes('%')) return [...values, ids];
  // A single string is not a format. A second argument would turn it into one.
  if (values.length === 1) return [`${first} ${ids}`];
  return [escapePlaceholders(first, values.length - 1), ...values.slice(1), ids];
}

function fieldsText(fields: LogFields): string {
  let text = '';
  for (const key of LOG_KEYS) {
    const value = fields[key];
    if (value !== undefined) {
      text += `${text === '' ? '' : ' '}${key}=${/^[!-~]+$/.test(value) ? value : JSON.stringify(value)}`;
    }
  }
  return text;
}

/**
 * Appends the missing fields to a JSON object in a string and changes no other character. Returns `undefined` if the
 * string is not a JSON object.
 */
function jsonWith(fields: LogFields, text: string): string | undefined {
  const end = lastIndexOfObject(text);
  if (end === -1) return undefined;
  if (text.length > MAX_PARSED) return longJsonWith(fields, text, end);
  const object = parseJson(text);
  if (object === undefined) return undefined;
  const missing = JSON.stringify(missingFields(fields, object)).slice(1, -1);
  if (missing === '') return text;
  return `${text.slice(0, end)}${Object.keys(object).length === 0 ? '' : ','}${missing}${text.slice(end)}`;
}

/** A longer line is not parsed: that of 1 MB would take 8 ms. */
const MAX_PARSED = 16_384;

/** Returns the index of the last brace of a text that may be a JSON object, else -1. */
function lastIndexOfObject(text: string): number {
  let start = 0;
  let end = text.length - 1;
  while (start < end && isJsonSpace(text, start)) start += 1;
  while (end > start && isJsonSpace(text, end)) end -= 1;
  return text[start] === '{' && text[end] === '}' ? end : -1;
}

function isJsonSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/**
 * Appends the fields to a long text that looks like a JSON object. One that names a trace anywhere is returned unchanged,
 * and so is one that could be an empty object.
 */
function longJsonWith(fields: LogFields, text: string, end: number): string {
  let last = end - 1;
  while (last > 0 && isJsonSpace(text, last)) last -= 1;
  if (text[last] === '{' || text[last] === ',' || LOG_KEYS.some((key) => text.includes(`"${key}"`))) return text;
  return `${text.slice(0, end)},${JSON.stringify(fields).slice(1, -1)}${text.slice(end)}`;
}

function parseJson(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/**
 * Escapes the placeholders of a `util.format` string that have no value, given `count` values. `util.format` prints
 * them as they are, but would replace them once a further argument is appended.
 */
function escapePlaceholders(format: string, count: number): string {
  let left = count;
  return format.replace(/%([%sdifjoOc])/g, (placeholder, kind: string) => {
    if (kind === '%') return placeholder;
    left -= 1;
    return left < 0 ? `%${placeholder}` : placeholder;
  });
}

type LogMethod = (...values: unknown[]) => unknown;

/** The result of wrapping the log methods of an object. */
export interface Correlation {
  /** Whether every method that exists is wrapped now. */
  readonly isComplete: boolean;
  /** Restores the original methods, except those that were replaced since. */
  readonly undo: () => void;
}

/** Marks wrapped methods, also for other copies of fc-traced in the process. */
const IS_WRAPPED = Symbol.for('fc-traced log method');

/** A proxy instead of a function: name, length and further properties, such as those of a mock, stay accessible. */
const wrapperHandler: ProxyHandler<LogMethod> = {
  apply: (method, self, values: unknown[]) => Reflect.apply(method, self, withFieldsIfPossible(values)),
  get: (method, key) => (key === IS_WRAPPED ? true : (Reflect.get(method, key) as unknown)),
};

/** Returns {@link withLogFields} of the arguments of a log method, or these if they are too long. Never throws. */
export function withFieldsIfPossible(values: unknown[]): unknown[] {
  try {
    return withLogFields(values);
  } catch {
    // The string has the maximum length.
    return values;
  }
}

/** Wraps the named methods that an object has, so that their lines contain {@link logFields}. Never throws. */
export function correlateMethods(target: object, names: readonly string[]): Correlation {
  const undos: (() => void)[] = [];
  let isComplete = true;
  for (const name of names) {
    try {
      isComplete = correlateMethod(target, name, undos) && isComplete;
    } catch {
      isComplete = false;
    }
  }
  return { isComplete, undo: () => undos.forEach((undo) => undo()) };
}

/** Returns false if the method exists but could not be replaced. */
function correlateMethod(target: object, name: string, undos: (() => void)[]): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  const found = own ?? inheritedDescriptor(target, name);
  // A proxy can return methods that have no descriptor.
  if (found === undefined) return typeof Reflect.get(target, name) !== 'function';
  // A getter may return a different method each time.
  if (!('value' in found)) return false;
  const method: unknown = found.value;
  if (typeof method !== 'function' || Reflect.get(method, IS_WRAPPED) === true) return true;
  const wrapper =
    own === undefined ? sharedWrapperOf(method as LogMethod) : new Proxy(method as LogMethod, wrapperHandler);
  if (!Reflect.defineProperty(target, name, { ...found, value: wrapper }) || !isOwnValue(target, name, wrapper)) {
    return false;
  }
  undos.push(() => {
    if (!isOwnValue(target, name, wrapper)) return;
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Reflect.defineProperty(target, name, own);
  });
  return true;
}

/** The descriptor of an inherited property, made writable and configurable like the methods of a class. */
function inheritedDescriptor(target: object, name: string): PropertyDescriptor | undefined {
  for (let holder = Reflect.getPrototypeOf(target); holder !== null; holder = Reflect.getPrototypeOf(holder)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(holder, name);
    if (descriptor !== undefined) {
      return 'value' in descriptor ? { ...descriptor, writable: true, configurable: true } : descriptor;
    }
  }
  return undefined;
}

function isOwnValue(target: object, name: string, value: unknown): boolean {
  return Reflect.getOwnPropertyDescriptor(target, name)?.value === value;
}

/**
 * Returns the wrapper of an inherited method, which all objects share. Own methods get a new wrapper each time, because
 * remembering those of a logger that is created for each invocation would cost too much garbage collection.
 */
function sharedWrapperOf(method: LogMethod): LogMethod {
  const known = state.logMethods.get(method);
  if (known !== undefined) return known;
  const wrapper = new Proxy(method, wrapperHandler);
  state.logMethods.set(method, wrapper);
  return wrapper;
}

const LOGGER_METHODS = ['log', 'debug', 'info', 'warn', 'error'] as const;
const CONSOLE_METHODS = [...LOGGER_METHODS, 'trace'] as const;

/**
 * Applies the option `logCorrelation` for one invocation or hook. Cheap if it is already applied. Never throws.
 * `isCorrelated`: whether the methods of the context's logger were made by {@link withFieldsIfPossible}.
 */
export function correlateLogs(option: boolean | 'console' | undefined, context: FcContext, isCorrelated = false): void {
  if (option === false) return;
  if (!isCorrelated) correlateLogger(context);
  // Each time, because FC's runtime or a library may have replaced the methods since.
  if (option === 'console') correlateConsole();
}

/** Adds {@link logFields} to the lines of `context.logger`, in place. Does nothing if the logger is already wrapped. */
export function correlateLogger(context: FcContext): void {
  const logger = loggerOf(context);
  if (logger === undefined || correlateMethods(logger, LOGGER_METHODS).isComplete) return;
  warnOnce(
    'methods of context.logger cannot be replaced (a frozen object, a getter or a proxy): their lines contain no ids',
  );
}

function loggerOf(context: FcContext): object | undefined {
  try {
    const logger: unknown = context.logger;
    return (typeof logger === 'object' && logger !== null) || typeof logger === 'function' ? logger : undefined;
  } catch {
    return undefined;
  }
}

/** Adds {@link logFields} to the lines of the console, for the whole process. Returns a function that reverts that. */
export function correlateConsole(): () => void {
  const { isComplete, undo } = correlateMethods(console, CONSOLE_METHODS);
  if (!isComplete) warnOnce('methods of console cannot be replaced: their lines contain no ids');
  return undo;
}
