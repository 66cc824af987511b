/**
 * Returns `undefined` if `error` says that the package itself is missing. Otherwise, for example if one of its
 * dependencies is missing, throws it again. In a bundle in ES module format, where `require` does not exist, every
 * package counts as missing.
 */
export function undefinedIfMissing(error: unknown, name: string): undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const isMissing = code === 'MODULE_NOT_FOUND' && String(message).split('\n')[0]!.includes(`'${name}'`);
  if (!isMissing && !String(message).startsWith('Dynamic require of')) throw error;
}
