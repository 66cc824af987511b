import { state } from '../tracing/telemetry/state';
import { withLogFields } from './log-line';

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
