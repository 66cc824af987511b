type Method = (this: unknown, ...args: unknown[]) => unknown;
/** As an instrumentation makes it: given a library's own method, it gives a traced one. */
type GetPatch = () => (original: Method) => Method;

/**
 * Has a method that an instrumentation patches get what `copyOf` makes of its first argument: some write into what the program gave them.
 * Where `copyOf` gives nothing, or throws, the library's own method is called. `name` is that of the member which makes the patch.
 */
export function giveCopy(instrumentation: object, name: string, copyOf: (given: unknown) => unknown): void {
  const getPatch: unknown = Reflect.get(instrumentation, name);
  if (typeof getPatch !== 'function') return;
  const replaced: GetPatch = () => {
    const patch = Reflect.apply(getPatch as GetPatch, instrumentation, []);
    return (original) => {
      const traced = patch(original);
      return function withCopy(this: unknown, ...args: unknown[]): unknown {
        const copy = copySafely(copyOf, args[0]);
        return copy === undefined ? original.apply(this, args) : traced.call(this, copy, ...args.slice(1));
      };
    };
  };
  Reflect.set(instrumentation, name, replaced);
}

function copySafely(copyOf: (given: unknown) => unknown, given: unknown): unknown {
  try {
    return copyOf(given);
  } catch {
    return undefined;
  }
}
