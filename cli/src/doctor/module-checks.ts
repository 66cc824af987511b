import { existsSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { projectOf } from '../bundling/typescript-settings';
import { isTypeScript, sourceText } from '../functions/typescript';
import type { Finding } from './finding';

const INJECTED =
  /@(?:Handler|Service|injectable|singleton|scoped)\s*\([^)]*\)[^{]*class\s+\w+[^{]*\{[^}]*?constructor\s*\([^)]*[:\w]/;

/** Finds compiler settings with which classes are not injected by their types. */
export function checkMetadata(module: string, source: string): Finding[] {
  if (!isTypeScript(module) || !INJECTED.test(source)) return [];
  const options = projectOf(module)?.config.compilerOptions ?? {};
  const missing = ['experimentalDecorators', 'emitDecoratorMetadata'].filter(
    (name) => (options as Record<string, unknown>)[name] !== true,
  );
  if (missing.length === 0) return [];
  return [
    {
      check: 'decorator-metadata',
      level: 'error',
      problem: `tsconfig.json lacks ${missing.join(' and ')}, so the types of constructor parameters are not known`,
      remedy: `set ${missing.map((name) => `"${name}": true`).join(', ')}, or name the classes in the option inject`,
    },
  ];
}

/** Finds a bundle whose Jaeger exporter reads a file that is not there. */
export function checkBundledExporter(module: string, text: string): Finding[] {
  if (!text.includes('jaeger-idl') || module.includes('node_modules')) return [];
  const isThere = ['jaeger-idl', 'thrift'].some((folder) => existsSync(join(dirname(module), folder)));
  if (isThere) return [];
  return [
    {
      check: 'bundled-exporter',
      level: 'error',
      problem: `${relative('.', module)} is a bundle that contains the Jaeger exporter of OpenTelemetry, which reads its format from a file that is missing`,
      remedy: 'use the exporter that is part of fc-traced, or leave @opentelemetry/exporter-jaeger out of the bundle',
    },
  ];
}

/** Finds an ES module that evaluates tsyringe before reflect-metadata. */
export function checkImportOrder(module: string, source: string): Finding[] {
  const isEsm = /\.m[jt]s$/.test(module) || packageTypeOf(dirname(module)) === 'module';
  const order = [...source.matchAll(/^\s*import\b[^'"]*['"]([^'"]+)['"]/gm)].map(([, specifier]) => specifier!);
  const tsyringe = order.indexOf('tsyringe');
  const metadata = order.findIndex((name) => name === 'reflect-metadata' || /^fc-traced(\/|$)/.test(name));
  if (!isEsm || tsyringe < 0 || (metadata >= 0 && metadata < tsyringe)) return [];
  return [
    {
      check: 'import-order',
      level: 'error',
      problem: `${relative('.', module)} imports tsyringe before reflect-metadata: ES modules are evaluated in the order of their imports`,
      remedy: "make import 'reflect-metadata' the first import",
    },
  ];
}

function packageTypeOf(folder: string): unknown {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return (JSON.parse(sourceText(file)) as { type?: unknown }).type;
  return dirname(folder) === folder ? undefined : packageTypeOf(dirname(folder));
}

/** Whether a file is a module of JavaScript or TypeScript. */
export function isModule(file: string): boolean {
  return ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'].includes(extname(file));
}
