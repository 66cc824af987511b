/** The codes of {@link BundleError}, and what each means. */
export const BUNDLE_ERROR_CODES = {
  NO_TYPESCRIPT: 'classes are injected by their types, and the compiler that emits these types is not installed',
  TYPESCRIPT_FAILED: 'TypeScript could not compile a file',
  BUNDLE_FAILED: 'esbuild could not bundle a function',
  SEVERAL_COPIES: 'the bundle contains a library twice that a process must have once',
  LIBRARY_BUNDLED: 'the bundle contains a library that an instrumentation has to patch',
  ADDON_BUNDLED: 'the bundle contains a package with a native addon',
  NO_REQUIRE: 'the bundle is an ES module without the function require, which fc-traced needs',
  UNKNOWN_START_FILE: 'the file that a custom runtime starts is not known',
  NO_COMPILE_CACHE: 'a function cannot have a compile cache that is written here',
  LOAD_FAILED: 'a built function cannot be loaded',
} as const;

/** The code of a {@link BundleError}. */
export type BundleErrorCode = keyof typeof BUNDLE_ERROR_CODES;

/**
 * A program cannot be bundled so that it works. The message starts with the code in brackets, and says what is wrong,
 * where, and what to do.
 */
export class BundleError extends Error {
  override readonly name = 'BundleError';

  constructor(
    readonly code: BundleErrorCode,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`[${code}] ${problem}`, options);
  }
}
