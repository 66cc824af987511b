import { warnOnce } from '../diagnostics';
import type { FcContext } from '../fc/context';
import { state } from '../tracing/telemetry/state';
import { LOG_KEYS, logFields, missingFields } from './log-fields';
import type { LogFields } from './log-fields';

/**
 * What a log method is given, with the ids of this place in it; the very values where there are none. They stand behind a text
 * (`trace_id=… span_id=…`), and inside a JSON object, so that it stays one. A line that has them already stays as it is.
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
  // Whoever wrapped a log method of ours, and was wrapped by us again, hands the same line on.
  if (values.some((value) => typeof value === 'string' && value.includes(ids))) return values;
  if (typeof first !== 'string' || !first.includes('%')) return [...values, ids];
  // One text alone is printed as it stands. A second argument would make a format of it.
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

/** A JSON object with the fields that it lacks at its end, every other character as it was; nothing where it is no JSON object. */
function jsonWith(fields: LogFields, text: string): string | undefined {
  const isObject = text.trimStart().startsWith('{') && text.trimEnd().endsWith('}');
  const object = isObject ? parsed(text) : undefined;
  if (object === undefined) return undefined;
  const missing = JSON.stringify(missingFields(fields, object)).slice(1, -1);
  if (missing === '') return text;
  const end = text.lastIndexOf('}');
  return `${text.slice(0, end)}${Object.keys(object).length === 0 ? '' : ','}${missing}${text.slice(end)}`;
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/**
 * A format as `util.format` reads it, for `count` values: placeholders that have no value, which it prints as they stand, are written so
 * that they do not take the ids for theirs.
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

/** What came of wrapping the log methods of an object. */
export interface Correlation {
  /** Whether each of them carries ids now. */
  readonly isComplete: boolean;
  /** Puts back what was there, where nobody replaced it since. */
  readonly undo: () => void;
}

/** What a method of ours says that it is, to every copy of fc-traced in the process. */
const CARRIES_IDS = Symbol.for('fc-traced log method');

/** A proxy, and no function of its own: name, length, and all that a mock of a test keeps on its function, stay within reach. */
const carrying: ProxyHandler<LogMethod> = {
  apply: (method, self, values: unknown[]) => Reflect.apply(method, self, withFieldsOrWithout(values)),
  get: (method, key) => (key === CARRIES_IDS ? true : (Reflect.get(method, key) as unknown)),
};

function withFieldsOrWithout(values: unknown[]): unknown[] {
  try {
    return withLogFields(values);
  } catch {
    // A text so long that nothing can be added to it.
    return values;
  }
}

/** Has methods of an object, those of them that there are, put the ids of the place they are called at into their lines. Never throws. */
export function correlateMethods(target: object, names: readonly string[]): Correlation {
  const undone: (() => void)[] = [];
  let isComplete = true;
  for (const name of names) {
    try {
      isComplete = correlateMethod(target, name, undone) && isComplete;
    } catch {
      isComplete = false;
    }
  }
  return { isComplete, undo: () => undone.forEach((undo) => undo()) };
}

function correlateMethod(target: object, name: string, undone: (() => void)[]): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  const found = own ?? inherited(target, name);
  // A proxy can give methods that no object has.
  if (found === undefined) return typeof Reflect.get(target, name) !== 'function';
  // What a getter gives may differ each time.
  if (!('value' in found)) return false;
  const method: unknown = found.value;
  if (typeof method !== 'function' || Reflect.get(method, CARRIES_IDS) === true) return true;
  const wrapper = own === undefined ? sharedWrapperOf(method as LogMethod) : new Proxy(method as LogMethod, carrying);
  if (!Reflect.defineProperty(target, name, { ...found, value: wrapper }) || !isOwnValue(target, name, wrapper)) {
    return false;
  }
  undone.push(() => {
    if (!isOwnValue(target, name, wrapper)) return;
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Reflect.defineProperty(target, name, own);
  });
  return true;
}

/** A property of what the object inherits from, as the object can have it itself: replaceable, as methods of a class are. */
function inherited(target: object, name: string): PropertyDescriptor | undefined {
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
 * The one wrapper of a method that many objects inherit. A method of an object's own gets a new one each time: to remember those of a
 * logger that is made for each invocation would cost garbage collection more than all the rest.
 */
function sharedWrapperOf(method: LogMethod): LogMethod {
  const known = state.logMethods.get(method);
  if (known !== undefined) return known;
  const wrapper = new Proxy(method, carrying);
  state.logMethods.set(method, wrapper);
  return wrapper;
}

const LOGGER_METHODS = ['log', 'debug', 'info', 'warn', 'error'] as const;
const CONSOLE_METHODS = [...LOGGER_METHODS, 'trace'] as const;

/** What the option `logs` asks for, for one invocation or hook. Costs a few look-ups where it is done already. Never throws. */
export function correlateLogs(option: boolean | 'console' | undefined, context: FcContext): void {
  if (option === false) return;
  correlateLogger(context);
  // Each time: FC's runtime, or a library, may have put methods of its own there meanwhile.
  if (option === 'console') correlateConsole();
}

/** Has lines of FC's logger carry the ids of the place they are logged at. The logger stays that object; the same for a shared one. */
export function correlateLogger(context: FcContext): void {
  const logger = loggerOf(context);
  if (logger === undefined || correlateMethods(logger, LOGGER_METHODS).isComplete) return;
  warnOnce(
    'methods of context.logger cannot be replaced (a frozen object, a getter or a proxy); their lines carry no ids',
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

/** Has lines of the console carry the ids of the place they are logged at, for the whole process. Gives what takes that back. */
export function correlateConsole(): () => void {
  const { isComplete, undo } = correlateMethods(console, CONSOLE_METHODS);
  if (!isComplete) warnOnce('methods of the console cannot be replaced; their lines carry no ids');
  return undo;
}
