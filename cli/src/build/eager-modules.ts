import { readFileSync } from 'node:fs';
import { parse } from 'acorn';
import type { AnyNode, CallExpression, Function, Program, VariableDeclarator } from 'acorn';
import { insertTexts } from './text-insertions';

// How esbuild wraps modules: `var require_a = __commonJS({ "a.js"(exports, module) { … } });`.
const WRAPPERS = /^__(?:commonJS|esm)\d*$/;

/** The function of a module that is wrapped, and where its parameters start and its body ends. */
interface WrappedModule {
  readonly start: number;
  readonly end: number;
  readonly function: Function;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string';

/** The nodes within a node that are evaluated with it: functions are skipped, unless they are called at once. */
function evaluatedWith(node: AnyNode): AnyNode[] {
  if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') return [];
  if (node.type === 'ArrowFunctionExpression') return [];
  if (node.type === 'PropertyDefinition' && !node.static) return node.computed ? [node.key] : [];
  const inner = Object.values(node).flat().filter(isNode);
  if (node.type !== 'CallExpression') return inner;
  const callee = node.callee.type === 'MemberExpression' ? node.callee.object : node.callee;
  const isFunction = callee.type === 'FunctionExpression' || callee.type === 'ArrowFunctionExpression';
  return isFunction ? [callee.body, ...inner] : inner;
}

function wrappedModule({ init }: VariableDeclarator): WrappedModule | undefined {
  if (init?.type !== 'CallExpression' || init.callee.type !== 'Identifier' || !WRAPPERS.test(init.callee.name)) {
    return undefined;
  }
  const [modules] = init.arguments;
  const property = modules?.type === 'ObjectExpression' ? modules.properties[0] : undefined;
  if (property?.type !== 'Property' || !property.method || property.value.type !== 'FunctionExpression') {
    return undefined;
  }
  if (property.value.async || property.value.generator) return undefined;
  return { start: property.key.end, end: property.end, function: property.value };
}

function wrappedModules(program: Program): Map<string, WrappedModule> {
  const modules = new Map<string, WrappedModule>();
  for (const statement of program.body) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const declarator of statement.declarations) {
      const module = wrappedModule(declarator);
      if (module !== undefined && declarator.id.type === 'Identifier') modules.set(declarator.id.name, module);
    }
  }
  return modules;
}

const calledName = ({ callee }: CallExpression): string | undefined =>
  callee.type === 'Identifier' ? callee.name : undefined;

/** The wrapped modules that are evaluated while the bundle is loaded. */
function modulesOfLoading(program: Program): WrappedModule[] {
  const modules = wrappedModules(program);
  const evaluated = new Set<WrappedModule>();
  const open: AnyNode[] = [...program.body];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // One by one: an array in the code may have more elements than a call has arguments.
    for (const inner of evaluatedWith(node)) open.push(inner);
    const module = node.type === 'CallExpression' ? modules.get(calledName(node) ?? '') : undefined;
    if (module === undefined || evaluated.has(module)) continue;
    evaluated.add(module);
    open.push(module.function.body);
  }
  return [...evaluated];
}

function parsed(code: string, sourceType: 'module' | 'script'): Program | undefined {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType, allowHashBang: true, allowReturnOutsideFunction: true });
  } catch {
    // Syntax that the parser does not know. The bundle works as it is.
    return undefined;
  }
}

/**
 * Lets V8 compile the modules that are evaluated while a bundle is loaded when it parses the bundle, instead of parsing
 * each once to skip it, and again to run it. V8 does this for functions in parentheses. Changes the bundle and its source
 * map.
 */
export function compileEagerly(file: string, format: 'cjs' | 'esm'): void {
  const code = readFileSync(file, 'utf8');
  const program = parsed(code, format === 'esm' ? 'module' : 'script');
  if (program === undefined) return;
  const inserted = modulesOfLoading(program).flatMap(({ start, end }) => [
    { offset: start, text: ':(function' },
    { offset: end, text: ')' },
  ]);
  insertTexts(file, code, inserted);
}
