import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { transformSync } from '@swc/core';
import { transformSync as esbuild } from 'esbuild';

const run = promisify(execFile);
const root = path.join(__dirname, '..', '..');
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

/** Handler classes, by name: the parameters of each constructor. */
const CLASSES = {
  tracerFirst: '@InjectTracer() readonly tracer: Tracer, readonly stock: Stock',
  tracerLast: 'readonly stock: Stock, @InjectTracer() readonly tracer: Tracer',
  between: '@InjectTracer() readonly tracer: Tracer, readonly stock: Stock, @InjectContext() readonly context: object',
  onlyTokens: '@InjectTracer() readonly tracer: Tracer, @InjectEvent() readonly event: object',
  plain: 'readonly stock: Stock',
  byDefault: 'readonly stock: Stock = new Stock()',
  through: '@inject(Through) readonly through: Through',
  circular: 'readonly first: First',
  typeOnly: 'readonly stock: TypeOnly',
  structural: 'readonly shape: Shape',
  primitive: 'readonly region: string',
  enumeration: 'readonly color: Color',
  orUndefined: 'readonly stock: Stock | undefined',
  union: 'readonly stock: Stock | Through',
  optional: 'readonly stock?: Stock',
  optionalToken: "@inject('missing', { isOptional: true }) readonly stock?: Stock",
  list: 'readonly stocks: Stock[]',
  promised: 'readonly stock: Promise<Stock>',
  callback: 'readonly callback: () => void',
  date: 'readonly date: Date',
  url: 'readonly url: URL',
  abstract: 'readonly base: Base',
  abstractWithParameters: 'readonly base: BaseWithParameters',
  tracerWithoutToken: 'readonly tracer: Tracer',
};
const FILES: Record<string, string> = {
  'services.ts': `
    import { InjectEvent, Service } from 'fc-traced';
    @Service() export class Stock {}
    @Service() export class Through { constructor(@InjectEvent() readonly event: object, readonly stock: Stock) {} }
    export abstract class Base { abstract go(): void; }
    export abstract class BaseWithParameters { constructor(readonly stock: Stock) {} }
    export interface Shape { name: string }
    export enum Color { Red }
  `,
  'first.ts': `
    import { Service } from 'fc-traced';
    import { Second } from './second';
    @Service() export class First { constructor(readonly second: Second) {} }
  `,
  'second.ts': `
    import { Service } from 'fc-traced';
    import { First } from './first';
    @Service() export class Second { constructor(readonly first: First) {} }
  `,
  'main.ts': `
    import 'reflect-metadata';
    import { createHandler, Handler, InjectContext, InjectEvent, InjectTracer } from 'fc-traced';
    import type { Tracer } from 'fc-traced';
    import { fakeFcContext, invoke } from 'fc-traced/testing';
    import { inject } from 'tsyringe';
    import { Base, BaseWithParameters, Color, Stock, Through } from './services';
    import type { Shape, Stock as TypeOnly } from './services';
    import { First } from './first';
    const classes: Record<string, new (...args: never[]) => { handle(): string }> = {};
    ${Object.entries(CLASSES)
      .map(
        ([name, parameters]) =>
          `{ @Handler() class ${name} { constructor(${parameters}) {} handle() { return Object.values(this).map((value) => typeof value).join(); } }; classes.${name} = ${name}; }`,
      )
      .join('\n')}
    const report: Record<string, unknown> = {};
    void (async () => {
      for (const [name, handlerClass] of Object.entries(classes)) {
        const { handler, initialize } = createHandler(handlerClass);
        const problem = (error: { code: string; message: string }) => error.code + ': ' + error.message;
        report[name] = [await initialize(fakeFcContext()).then(() => 'fine', problem), await invoke(handler, {}).catch(problem)];
      }
      console.log(JSON.stringify(report));
    })();
  `,
};

type Compile = (folder: string, files: Record<string, string>) => Promise<unknown>;
const byTsc =
  (...flags: string[]): Compile =>
  async (folder, files) => {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const all = ['--ignoreConfig', '--noCheck', '--types', 'node', '--target', 'es2022', '--module', 'commonjs'];
    return run(process.execPath, [tsc, ...all, '--experimentalDecorators', ...flags, 'main.ts'], { cwd: folder });
  };
const each =
  (compile: (text: string) => string): Compile =>
  (folder, files) =>
    Promise.all(
      Object.entries(files).map(([name, text]) =>
        writeFile(path.join(folder, name.replace('.ts', '.js')), compile(text)),
      ),
    );
const bySwc = (decoratorMetadata: boolean, target: 'es5' | 'es2022' = 'es2022'): Compile =>
  each(
    (text) =>
      transformSync(text, {
        configFile: false,
        swcrc: false,
        jsc: {
          target,
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata },
        },
        module: { type: 'commonjs' },
      }).code,
  );
const byEsbuild = each(
  (text) =>
    esbuild(text, {
      loader: 'ts',
      format: 'cjs',
      keepNames: true,
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    }).code,
);

/** What initialize and an invocation say of each class. */
async function reportOf(compile: Compile, { circular = true } = {}): Promise<Record<string, [string, string]>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fc-traced-compiled-'));
  try {
    const modules = path.join(folder, 'node_modules');
    await mkdir(modules);
    await symlink(root, path.join(modules, 'fc-traced'), 'dir');
    for (const name of ['@opentelemetry', '@types', 'tsyringe', 'reflect-metadata']) {
      await symlink(path.join(root, 'node_modules', name), path.join(modules, name), 'dir');
    }
    const files = circular ? FILES : { ...FILES, 'first.ts': 'export class First {}' };
    await compile(folder, files);
    const { stdout } = await run(process.execPath, [path.join(folder, 'main.js')], {
      cwd: folder,
      env: { PATH: process.env.PATH },
    });
    return JSON.parse(stdout) as Record<string, [string, string]>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const nothing = (where: string, reason: string): string =>
  `UNRESOLVABLE_DEPENDENCY: Nothing can be injected for ${where}: ${reason} [UNRESOLVABLE_DEPENDENCY]`;
const both = (problem: string): string[] => [problem, problem];
const first = (name: string): string => `parameter 1 of the constructor of ${name}`;
const emitted = (name: string, type: string, reason: string): string[] =>
  both(nothing(first(name), `the compiler emitted its type as ${type}. ${reason}`));
const TOKEN = 'name a token with @inject(…) or the option inject';
const TYPE_IMPORT = 'Either the class is imported with "import type" (import it without "type"),';
const OBJECT = `${TYPE_IMPORT} or its module is part of a circular import (use @inject(delay(() => …))), or the type is an interface, a union or another type that is not a class (${TOKEN}).`;
const BUILT_IN = 'a class of JavaScript or Node.js that the container cannot create.';

const withTypes = {
  tracerFirst: ['fine', 'object,object'],
  tracerLast: ['fine', 'object,object'],
  between: ['fine', 'object,object,object'],
  onlyTokens: ['fine', 'object,object'],
  plain: ['fine', 'object'],
  byDefault: ['fine', 'object'],
  through: ['fine', 'object'],
  structural: emitted('structural', 'Object', OBJECT),
  primitive: emitted('primitive', 'String', `The type is a primitive or an enum: ${TOKEN}.`),
  orUndefined: emitted('orUndefined', 'Object', OBJECT),
  union: emitted('union', 'Object', OBJECT),
  optional: ['fine', 'object'],
  optionalToken: ['fine', 'undefined'],
  list: emitted(
    'list',
    'Array',
    'The type is an array or a tuple: name a token with @injectAll(…), @inject(…) or the option inject.',
  ),
  promised: emitted('promised', 'Promise', `The type is a promise: ${TOKEN}, and register the promise or its value.`),
  callback: emitted('callback', 'Function', `${TYPE_IMPORT} or the type is a function (${TOKEN}).`),
  date: both(nothing(first('date'), `its type is Date, ${BUILT_IN} Register a value for it, or ${TOKEN}.`)),
  url: both(nothing(first('url'), `its type is URL, ${BUILT_IN} Register a value for it, or ${TOKEN}.`)),
  abstract: ['fine', 'object'],
  tracerWithoutToken: emitted('tracerWithoutToken', 'Object', OBJECT),
};

test('compiled by tsc with types, each message names what the compiler emitted and why', async () => {
  expect(await reportOf(byTsc('--emitDecoratorMetadata'))).toMatchObject({
    ...withTypes,
    typeOnly: emitted('typeOnly', 'Function', `${TYPE_IMPORT} or the type is a function (${TOKEN}).`),
    enumeration: emitted('enumeration', 'Number', `The type is a primitive or an enum: ${TOKEN}.`),
    circular: both(
      'UNRESOLVABLE_DEPENDENCY: The type of parameter 1 of the constructor of Second is undefined at run time: either its module is part of a circular import (use @inject(delay(() => …))), or it is imported as a type only (import the class itself). [UNRESOLVABLE_DEPENDENCY]',
    ),
  });
});

test('compiled by swc with types, each message names what the compiler emitted and why', async () => {
  expect(await reportOf(bySwc(true), { circular: false })).toMatchObject({
    ...withTypes,
    typeOnly: emitted('typeOnly', 'Object', OBJECT),
  });
});

test('compiled by swc to ES5, a circular import is emitted as Object, which the message says', async () => {
  const { circular } = await reportOf(bySwc(true, 'es5'));
  expect(circular).toEqual(emitted('Second', 'Object', OBJECT));
});

const NO_TYPES = `it has no token, and the compiler emitted no types. Enable emitDecoratorMetadata (of tsc; jsc.transform.decoratorMetadata of swc; esbuild cannot emit types), or ${TOKEN}.`;
const notKnown = (name: string, count = '1 constructor parameter'): string[] =>
  both(
    `UNRESOLVABLE_DEPENDENCY: ${name} has ${count}, but it is not known what to inject. If the class has no decorator, add @Service() or @injectable(). If it has one, the compiler emitted no types: enable emitDecoratorMetadata or, with esbuild or standard decorators, name the tokens: @Service({ inject: […] }), on a handler @Handler({ inject: […] }). [UNRESOLVABLE_DEPENDENCY]`,
  );

test.each<[string, Compile]>([
  ['tsc without emitDecoratorMetadata', byTsc()],
  ['swc without decoratorMetadata', bySwc(false)],
  ['esbuild', byEsbuild],
])('compiled by %s, each message says that no types were emitted, and none speaks of an import', async (_, compile) => {
  const report = await reportOf(compile);
  const second = (name: string): string => `parameter 2 of the constructor of ${name}`;
  expect(report).toMatchObject({
    tracerFirst: both(nothing(second('tracerFirst'), NO_TYPES)),
    tracerLast: both(nothing(first('tracerLast'), NO_TYPES)),
    between: both(nothing(second('between'), NO_TYPES)),
    through: both(nothing(second('Through'), NO_TYPES)),
    onlyTokens: ['fine', 'object,object'],
    byDefault: ['fine', 'object'],
    optionalToken: ['fine', 'undefined'],
    plain: notKnown('plain'),
    circular: notKnown('circular'),
    typeOnly: notKnown('typeOnly'),
    structural: notKnown('structural'),
    primitive: notKnown('primitive'),
    abstract: notKnown('abstract'),
    date: notKnown('date'),
    optional: notKnown('optional'),
  });
});
