import { redactText } from '../redaction/secrets';

/** An error as a span shows it, without secrets. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  /** The stack, with those of its causes and of the errors it gathers. */
  readonly stack?: string;
}

const MAX_CHAIN = 8;
const MAX_STACK = 16_384;
const MAX_MESSAGE = 4_096;

/** Whether a thrown value can carry properties. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function read(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key) as unknown;
  } catch {
    return undefined;
  }
}

function textOf(value: object, key: string): string | undefined {
  const found = read(value, key);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function typeOf(error: unknown): string {
  if (!isObject(error)) return error === null ? 'null' : typeof error;
  const made = read(error, 'constructor');
  return textOf(error, 'name') ?? (typeof made === 'function' ? textOf(made, 'name') : undefined) ?? 'Error';
}

function messageOf(error: unknown): string {
  return isObject(error) ? (textOf(error, 'message') ?? '') : String(error);
}

/** The first errors of an AggregateError. */
function gatheredIn(error: object): unknown[] {
  try {
    const errors: unknown = Reflect.get(error, 'errors');
    return Array.isArray(errors) ? errors.slice(0, MAX_CHAIN) : [];
  } catch {
    return [];
  }
}

/**
 * Whether an error says that the stack is at its end. Its own stack is not read there: a program may have replaced how stacks are
 * formatted, by source maps say, and V8 ends a process that compiles a regular expression with no stack left.
 */
function isOverflow(error: object): boolean {
  return messageOf(error) === 'Maximum call stack size exceeded';
}

/** The stack of an error and of what is behind it: `cause`, and the `errors` of an AggregateError; each once, up to a number. */
function chainOf(error: unknown, heading: string, seen: Set<unknown>): string[] {
  if (seen.size >= MAX_CHAIN || seen.has(error)) return [];
  seen.add(error);
  const stack =
    (isObject(error) && !isOverflow(error) ? textOf(error, 'stack') : undefined) ??
    (heading === '' ? undefined : `${typeOf(error)}: ${messageOf(error)}`);
  const lines = stack === undefined ? [] : [heading + stack];
  if (!isObject(error)) return lines;
  gatheredIn(error).forEach((inner, index) => lines.push(...chainOf(inner, `[errors ${index}]: `, seen)));
  const cause = read(error, 'cause');
  return cause === undefined ? lines : [...lines, ...chainOf(cause, 'Caused by: ', seen)];
}

/** Describes anything that can be thrown. Never throws. */
export function describeError(error: unknown): ErrorDescription {
  const stack = redactText(chainOf(error, '', new Set()).join('\n')).slice(0, MAX_STACK);
  const message = redactText(messageOf(error));
  return {
    type: redactText(typeOf(error)),
    message: message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`,
    ...(stack !== '' && { stack }),
  };
}
