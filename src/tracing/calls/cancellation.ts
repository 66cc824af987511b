function signalIn(value: unknown): AbortSignal | undefined {
  if (value instanceof AbortSignal) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const signal: unknown = Reflect.getOwnPropertyDescriptor(value, 'signal')?.value;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Whether an error says that the caller called the work off: the reason of an aborted signal among the arguments, or an AbortError while one is aborted. */
export function isCancellation(error: unknown, args: ArrayLike<unknown>): boolean {
  try {
    const signal = Array.from(args, signalIn).find((found) => found?.aborted === true);
    if (signal === undefined) return false;
    if (error === signal.reason) return true;
    // Not by its class: an AbortError may come from another realm.
    return (
      typeof error === 'object' &&
      error !== null &&
      (Reflect.get(error, 'name') === 'AbortError' || Reflect.get(error, 'cause') === signal.reason)
    );
  } catch {
    return false;
  }
}
