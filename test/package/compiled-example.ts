import { transformSync } from '@swc/core';

/** Compiles an example of a document to CommonJS, without type checks; examples.test.ts checks the types. */
export function compiledExample(text: string, decorators: 'legacy' | 'standard' = 'legacy'): string {
  return transformSync(text, {
    configFile: false,
    swcrc: false,
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform:
        decorators === 'legacy' ? { legacyDecorator: true, decoratorMetadata: true } : { decoratorVersion: '2022-03' },
    },
    module: { type: 'commonjs' },
  }).code;
}

/** Runs an example in this process and returns its exports. `load` is its `require`. */
export function runExample<T>(
  text: string,
  load: (name: string) => unknown,
  decorators: 'legacy' | 'standard' = 'legacy',
): T {
  const module = {} as T;
  // oxlint-disable-next-line typescript/no-implied-eval -- examples of this repository
  new Function('require', 'exports', compiledExample(text, decorators))(load, module);
  return module;
}
