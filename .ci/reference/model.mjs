// Reads the public names of the entry points, their declarations and their doc comments from `src`, with the API of the
// TypeScript compiler.
import path from 'node:path';
import ts from 'typescript-api';
import { ENTRY_POINTS } from '../chunks.mjs';

const compilerOptions = { target: ts.ScriptTarget.ES2022, removeComments: true };

/** Creates the program of `src`, with the options of its tsconfig.json. */
export function createProgram(root) {
  const src = path.join(root, 'src');
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const rootNames = [...ENTRY_POINTS, 'semconv', 'environment-variables', 'errors'].map((name) =>
    path.join(src, `${name}.ts`),
  );
  // Only names are resolved, not types, so neither the types of Node.js nor those of jest are needed.
  return ts.createProgram(rootNames, { ...options, types: [], noLib: true });
}

/** Returns the text of a doc comment, with links as the names that they link to. */
function textOf(parts) {
  return ts
    .displayPartsToString(parts)
    .replaceAll(/\{@link\s+([^}\s]+)\s*\}/g, '`$1`')
    .trim();
}

/** Splits the doc comment of a symbol into its text, parameters, result, errors and example. */
function commentOf(symbol, checker) {
  const tags = symbol.getJsDocTags(checker);
  const texts = (name) => tags.filter((tag) => tag.name === name).map((tag) => textOf(tag.text ?? []));
  return {
    text: textOf(symbol.getDocumentationComment(checker)),
    parameters: texts('param').map((text) => {
      const [name, ...rest] = text.split(' ');
      return { name, text: rest.join(' ').replace(/^- /, '') };
    }),
    returns: texts('returns')[0],
    throws: texts('throws').map((text) => text.replace(/^FcTracedError\s+/, '')),
    // A decorator at the start of a line follows an empty statement in doc comments, see CONTRIBUTING.md.
    examples: texts('example').map((text) => text.replaceAll(/^(\s*);@/gm, '$1@')),
  };
}

/** The declarations of each source file, as the compiler emits them, by name and without comments. */
function emittedDeclarations(program) {
  const byFile = new Map();
  return (fileName) => {
    if (!byFile.has(fileName)) {
      const { outputText: emitted } = ts.transpileDeclaration(program.getSourceFile(fileName).text, {
        compilerOptions,
      });
      const byName = new Map();
      const file = ts.createSourceFile('emitted.d.ts', emitted, ts.ScriptTarget.ES2022, true);
      for (const statement of file.statements) {
        const named = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement;
        const name = named.name?.text;
        if (name === undefined) continue;
        const text = statement
          .getText()
          .replace(/^export /, '')
          .replace(/^declare /, '')
          // Private members, and members that are keyed by a symbol.
          .replaceAll(/^ +(?:#private|(?:readonly |get )?\[\w+(?:\.\w+)?\]).*\n/gm, '')
          .replaceAll(/^( {4})+/gm, (indent) => '  '.repeat(indent.length / 4));
        byName.set(name, [...(byName.get(name) ?? []), text]);
      }
      byFile.set(fileName, byName);
    }
    return byFile.get(fileName);
  };
}

function kindOf(declaration) {
  if (ts.isFunctionDeclaration(declaration)) return /^[A-Z]/.test(declaration.name.text) ? 'decorator' : 'function';
  if (ts.isClassDeclaration(declaration)) return 'class';
  if (ts.isVariableDeclaration(declaration)) return 'constant';
  return 'type';
}

/** The members of an interface or class that are public, with their doc comments. */
function membersOf(declaration, checker) {
  if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return [];
  return declaration.members.flatMap((member) => {
    if (member.name === undefined || ts.isPrivateIdentifier(member.name)) return [];
    if (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return [];
    const symbol = checker.getSymbolAtLocation(member.name);
    const type = member.type?.getText().replaceAll(/\s+/g, ' ');
    const isMethod = ts.isMethodSignature(member) || ts.isMethodDeclaration(member);
    const parameters = isMethod ? member.parameters.map((parameter) => parameter.getText()).join(', ') : '';
    return [
      {
        name: isMethod ? `${member.name.getText()}(${parameters})` : member.name.getText(),
        type: type?.replace(/^\| /, ''),
        isOptional: member.questionToken !== undefined,
        comment: commentOf(symbol, checker),
      },
    ];
  });
}

/** The interfaces that an interface extends, as their names. */
function basesOf(declaration) {
  if (!ts.isInterfaceDeclaration(declaration)) return [];
  return (declaration.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()));
}

/** Returns the public names of each entry point, sorted. Names of other packages have no doc comment. */
export function readEntryPoints(program, root) {
  const checker = program.getTypeChecker();
  const declarationsOf = emittedDeclarations(program);
  return ENTRY_POINTS.map((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path.join(root, 'src', `${entry}.ts`)));
    const names = checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const [declaration] = symbol.declarations;
      const fileName = declaration.getSourceFile().fileName;
      const name = exported.name;
      const source = path.relative(root, fileName).replaceAll(path.sep, '/');
      if (!source.startsWith('src/')) {
        const from = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(fileName)[1];
        return { name, kind: 'foreign', from };
      }
      return {
        name,
        kind: kindOf(declaration),
        source,
        signatures: declarationsOf(fileName).get(symbol.name) ?? [],
        comment: commentOf(symbol, checker),
        members: membersOf(declaration, checker),
        bases: basesOf(declaration),
      };
    });
    const byName = (a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);
    return { entry, module: entry === 'index' ? 'fc-traced' : `fc-traced/${entry}`, names: names.sort(byName) };
  });
}

/** Returns the constants of a module that have a string value, with their comments and the comment of their group. */
export function readConstants(program, file) {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  let group = { title: '', links: [] };
  return source.statements.flatMap((statement) => {
    const leading = (ts.getLeadingCommentRanges(source.text, statement.pos) ?? []).filter(
      ({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia,
    );
    if (leading.length > 0) {
      // Not the comment at the top of the file, which an empty line separates from that of the first group.
      const lines = source.text
        .slice(leading[0].pos, leading.at(-1).end)
        .split(/\n\s*\n/)
        .at(-1);
      const text = lines.replaceAll(/^\s*\/\/ ?/gm, '').replaceAll('\n', ' ');
      group = {
        title: text.split(/[:.]? https?:|: https/)[0].replace(/:$/, ''),
        links: text.match(/https?:\S+/g) ?? [],
      };
    }
    if (!ts.isVariableStatement(statement)) return [];
    const [{ name, initializer }] = statement.declarationList.declarations;
    if (initializer === undefined || !ts.isStringLiteral(initializer)) return [];
    const comment = textOf(checker.getSymbolAtLocation(name).getDocumentationComment(checker));
    return [{ constant: name.text, value: initializer.text, comment, group }];
  });
}

/** Returns the members of a constant object of strings, with their comments. */
export function readStrings(program, file, constant) {
  const checker = program.getTypeChecker();
  const [declaration] = program
    .getSourceFile(file)
    .statements.filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .filter(({ name }) => name.text === constant);
  return declaration.initializer.expression.properties.map((property) => ({
    name: property.name.text,
    value: property.initializer.text,
    comment: textOf(checker.getSymbolAtLocation(property.name).getDocumentationComment(checker)),
  }));
}
