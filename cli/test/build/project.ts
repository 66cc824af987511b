import { InstalledCopy } from '../../../test/package/installed-copy';

/** The files of a project with one function for each thing that a bundle may break. */
const FILES: Readonly<Record<string, string>> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      module: 'node16',
      moduleResolution: 'node16',
      rootDir: 'src',
      outDir: 'dist',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: [],
    },
    include: ['src'],
  }),
  's.yaml': `# The functions of the test.
edition: 3.0.0
name: built
vars:
  memory: 512
resources:
  shop:
    component: fc3
    props:
      functionName: shop
      runtime: nodejs20
      code: ./dist # compiled
      handler: shop/index.handler
      memorySize: \${vars.memory}
      instanceLifecycleConfig:
        initializer:
          handler: hooks.initialize
          timeout: 10
      environmentVariables:
        RATES: /code/rates/2026.json
  later:
    component: fc3
    props:
      functionName: later
      runtime: nodejs20
      code: ./dist
      handler: later.handler
  web:
    component: fc3
    props:
      functionName: web
      runtime: custom.debian10
      code: ./dist
      customRuntimeConfig:
        command:
          - node
          - server.js
      environmentVariables:
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: http://127.0.0.1:4318/v1/traces
  separate:
    component: fc3
    props:
      functionName: separate
      runtime: nodejs20
      code: ./dist
      handler: separate.handler
  missing:
    component: fc3
    props:
      functionName: missing
      runtime: nodejs20
      code: ./dist
      handler: missing.handler
  throws:
    component: fc3
    props:
      functionName: throws
      runtime: nodejs20
      code: ./dist
      handler: throws.handler
  shell:
    component: fc3
    props:
      functionName: shell
      runtime: custom.debian10
      code: ./dist
      customRuntimeConfig:
        command:
          - npm
          - start
`,
  'src/kinds.ts': `
    export interface Options { readonly limit: number }
    export type Amount = number;
    export enum Size { Small, Large }
    export class Nothing {}
    export class Box<Content> { content?: Content }`,
  // Two classes that import each other, and two of the same name.
  'src/stock.ts': `
    import { Service, Traced } from 'fc-traced';
    import { delay, inject } from 'tsyringe';
    import { Orders } from './orders.js';
    class Item { readonly place = 'stock'; }
    @Service()
    export class Stock {
      constructor(@inject(delay(() => Orders)) private readonly orders: Orders) {}
      @Traced()
      names() { return [new Item().constructor.name, typeof this.orders.count]; }
    }`,
  'src/orders.ts': `
    import { Service } from 'fc-traced';
    import { delay, inject } from 'tsyringe';
    import { Stock } from './stock.js';
    class Item { readonly place = 'orders'; }
    @Service()
    export class Orders {
      constructor(@inject(delay(() => Stock)) readonly stock: Stock) {}
      count() { return new Item().constructor.name; }
    }`,
  'src/shop/page.html': '<h1>shop</h1>',
  'src/shop/index.ts': `
    import { readFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { createHandler, Handler } from 'fc-traced';
    import { Amount, Box, Nothing, Options, Size } from '../kinds.js';
    import type { Options as Other } from '../kinds.js';
    import { Orders } from '../orders.js';
    import { Stock } from '../stock.js';
    import * as kinds from '../kinds.js';

    @Handler()
    class Shop {
      constructor(readonly stock: Stock, readonly orders: Orders) {}
      handle() {
        return {
          names: [...this.stock.names(), this.orders.count()],
          page: readFileSync(join(__dirname, 'page.html'), 'utf8'),
          rates: readFileSync(join(process.cwd(), process.env.RATES!.replace('/code/', '')), 'utf8').trim(),
        };
      }
      @Kept()
      kinds(_options: Options, _amount: Amount, _size: Size, _box: Box<string>, _other: Other, _nothing: kinds.Nothing,
        _text: string | undefined, _list: readonly string[], _nothings: Nothing[]): Promise<void> | void {}
    }
    function Kept(): MethodDecorator { return () => undefined; }
    export const types = () =>
      (Reflect.getMetadata('design:paramtypes', Shop.prototype, 'kinds') as { name: string }[]).map(({ name }) => name);
    export const { handler, initialize } = createHandler(Shop);`,
  'src/hooks.ts': "export { initialize } from './shop/index.js';",
  'dist/rates/2026.json': '{"usd":7}\n',
  'dist/logo.svg': '<svg/>',
  'dist/old.js': '// not deployed',
  'src/later.mts': `
    const later = await Promise.resolve('later');
    export const handler = async () => [later, typeof require, import.meta.url.endsWith('/later.mjs')];`,
  'src/server.ts': `
    import { createHandler } from 'fc-traced';
    import { serve } from 'fc-traced/server';
    class Web { handle() { return 'web'; } }
    void createHandler;
    serve(Web);`,
  'node_modules/native/package.json': '{"name":"native","main":"index.js","dependencies":{"finder":"1"}}',
  'node_modules/native/binding.gyp': '{}',
  'node_modules/native/index.js': "exports.native = require('finder').found;",
  'node_modules/finder/package.json': '{"name":"finder","main":"index.js"}',
  'node_modules/finder/index.js': "exports.found = 'found';",
  'node_modules/worker/package.json': '{"name":"worker","main":"index.js"}',
  'node_modules/worker/worker.js': "exports.worked = 'worked';",
  'node_modules/worker/index.js': "exports.work = () => require(require('path').join(__dirname, 'worker.js')).worked;",
  'node_modules/choosy/package.json': '{"name":"choosy","main":"index.js"}',
  'node_modules/choosy/index.js': "exports.choose = (fast) => fast ? require('not-installed') : 'chosen';",
  'src/separate.ts': `
    const { native } = require('native');
    const { work } = require('worker');
    const { choose } = require('choosy');
    export const handler = () => [native, work(), choose(false)];`,
  'src/missing.ts': "import { nothing } from 'no-such-package';\nexport const handler = () => nothing;",
  'src/throws.ts': "throw new Error('no database');",
};

/** Writes the project into a folder with its packages, TypeScript among them. */
export function writeProject(): InstalledCopy {
  const copy = new InstalledCopy(['typescript', 'tslib']);
  for (const [file, text] of Object.entries(FILES)) copy.write(file, text);
  return copy;
}
