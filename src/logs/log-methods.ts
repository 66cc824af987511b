import { state } from '../tracing/state';
import { withLogFields } from './log-line';

type LogMethod = (...values: unknown[]) => unknown;

/** What came of wrapping the log methods of an object. */
export interface Correlation {
  /** Whether each of them carries ids now. */
  readonly isComplete: boolean;
  /** Puts back what was there, where nobody replaced it since. */
  readonly undo: () => void;
}

/** A proxy, and no function of its own: name, length, and all that a mock of a test keeps on its function, stay within reach. */
const carrying: ProxyHandler<LogMethod> = {
  apply: (method, self, values: unknown[]) => Reflect.apply(method, self, withFieldsOrWithout(values)),
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
  const found = findProperty(target, name);
  // A proxy can give methods that no object has.
  if (found === undefined) return typeof Reflect.get(target, name) !== 'function';
  // What a getter gives may differ each time.
  if (!('value' in found)) return false;
  const method: unknown = found.value;
  if (typeof method !== 'function' || state.logMethods.get(method) === method) return true;
  const wrapper = wrapperOf(method as LogMethod);
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  if (!Reflect.defineProperty(target, name, { ...found, value: wrapper }) || !isOwnValue(target, name, wrapper)) return false;
  undone.push(() => {
    if (!isOwnValue(target, name, wrapper)) return;
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Reflect.defineProperty(target, name, own);
  });
  return true;
}

function findProperty(target: object, name: string): PropertyDescriptor | undefined {
  for (let holder: object | null = target; holder !== null; holder = Reflect.getPrototypeOf(holder)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(holder, name);
    // On the object itself it must stay replaceable, as a method of a class is.
    if (descriptor !== undefined) return holder === target || !('value' in descriptor) ? descriptor : { ...descriptor, writable: true, configurable: true };
  }
  return undefined;
}

function isOwnValue(target: object, name: string, value: unknown): boolean {
  return Reflect.getOwnPropertyDescriptor(target, name)?.value === value;
}

/** One wrapper for each method, which is its own wrapper in turn. */
function wrapperOf(method: LogMethod): object {
  const known = state.logMethods.get(method);
  if (known !== undefined) return known;
  const wrapper = new Proxy(method, carrying);
  state.logMethods.set(method, wrapper).set(wrapper, wrapper);
  return wrapper;
}
