import { parseSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sourceFiles } from './import-scan';

const SRC = path.join(__dirname, '..', '..', 'src');

/** Collections that live as long as the process, and what bounds them. Weak ones are bounded by what they refer to. */
const BOUNDED: Readonly<Record<string, string>> = {
  'diagnostics.ts counts': 'three counters',
  'diagnostics.ts messages': 'MAX_MESSAGES',
  'tracing/redaction/secrets.ts encodings': 'the known secrets',
  'export/sdk-telemetry.ts NO_LINKS': 'never filled',
  'propagation/outgoing.ts items': 'never filled',
  'testing/sample-events.ts headers': 'never filled',
  'tracing/calls/running-call.ts NO_ARGUMENTS': 'never filled',
  'tracing/telemetry/sampling.ts thresholds': 'MAX_THRESHOLDS',
  'tracing/telemetry/state.ts recorders': 'the recorders of running tests',
  'tracing/telemetry/state.ts endStrategies': 'registrations of the program',
  'tracing/telemetry/state.ts instrumented': 'the instrumentations of the option',
  'tracing/telemetry/state.ts ofProcess': 'MAX_SECRETS',
  'tracing/telemetry/state.ts ofInvocations': 'MAX_SECRETS',
  'tracing/telemetry/state.ts ofCallers': 'MAX_SECRETS',
  'tracing/telemetry/state.ts ofFc': 'MAX_SECRETS',
};

interface Node {
  readonly type?: string;
  readonly [key: string]: unknown;
}

/** The names of the empty, strong collections that are created when a module is loaded. */
function collectionsOf(file: string): string[] {
  const source = readFileSync(path.join(SRC, file), 'utf8');
  const { body } = parseSync(source, { syntax: 'typescript', decorators: true, target: 'es2022' });
  const found: string[] = [];
  const visit = (node: unknown, name: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) return node.forEach((one) => visit(one, name));
    const { type, callee, id, key, elements } = node as Node & { elements?: unknown[] };
    const args = (node as Node).arguments as unknown[] | null | undefined;
    // Functions create theirs for each call; methods and fields of classes for each object.
    if (type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ClassDeclaration') return;
    const given = (id ?? key) as { value?: unknown } | undefined;
    const inner = typeof given?.value === 'string' ? given.value : name;
    const isCreated =
      type === 'NewExpression' && ['Map', 'Set'].includes(String((callee as { value?: unknown }).value));
    if ((isCreated && (args ?? []).length === 0) || (type === 'ArrayExpression' && elements?.length === 0)) {
      found.push(`${file} ${inner}`);
    }
    Object.values(node).forEach((value) => visit(value, inner));
  };
  for (const statement of body) {
    const declaration = (statement as { declaration?: unknown }).declaration ?? statement;
    if ((declaration as Node).type === 'VariableDeclaration') {
      for (const one of (declaration as unknown as { declarations: { init?: Node; id: unknown }[] }).declarations) {
        // A function that is a constant.
        if (one.init?.type !== 'ArrowFunctionExpression') visit(one, '');
      }
    }
  }
  return found;
}

test('every collection that lives as long as the process is bounded, and listed here with its bound', () => {
  const found = sourceFiles(SRC).flatMap(collectionsOf);
  expect(found.filter((name) => BOUNDED[name] === undefined)).toEqual([]);
  expect(found).toEqual(expect.arrayContaining(['diagnostics.ts messages', 'tracing/redaction/secrets.ts encodings']));
});
