// Reads the sources of the repository once, as text and as syntax trees, for all checks.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  isCallExpression,
  isFunctionLikeDeclaration,
  isIdentifier,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isRegularExpressionLiteral,
  isShorthandPropertyAssignment,
  isStringLiteral,
  isTemplateHead,
  isTemplateMiddleOrTemplateTail,
  isVariableStatement,
  SyntaxKind,
} from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import { listFiles } from '../list-files.mjs'

const FOLDERS = ['packages', 'tools', 'test', 'benchmarks']
const PROGRAM = /\.(tsx?|mjs|js)$/

/**
 * A source file: its path from the root with `/`, its text, and the syntax that the checks need. Lines count from 1.
 * @typedef {object} Source
 * @property {string} path
 * @property {string} text
 * @property {boolean} isTest
 * @property {{ specifier: string, names: string[], line: number }[]} imports
 * @property {{ name: string, line: number, lines: number }[]} functions  their lines without those of nested functions
 * @property {Export[]} exports
 * @property {{ text: string, line: number }[]} literals  texts, parts of templates, regular expressions, and names of members in object literals
 * @property {{ text: string, line: number }[]} expressions  property reads and constructions, such as `Date.now` or `new Date()`
 */

/**
 * A declaration that its file exports; `call` is the function that makes a constant, as in `export const a = call(…)`.
 * @typedef {{ name: string, line: number, documented: boolean, call: string | undefined }} Export
 */

/**
 * All programs of the repository at `root`.
 * @param {string} root
 * @returns {Source[]}
 */
export function readSources(root) {
  return parse(
    root,
    FOLDERS.flatMap((folder) => listFiles(root, folder)).filter(
      (file) => PROGRAM.test(file) && !file.endsWith('.d.ts'),
    ),
  )
}

/** @param {string} root @param {string[]} files @returns {Source[]} */
function parse(root, files) {
  const api = new API({ cwd: root })
  try {
    const names = files.map((file) => path.join(root, file))
    const snapshot = api.updateSnapshot({ openFiles: names })
    return files.map((file, index) => {
      const tree = snapshot.getDefaultProjectForFile(names[index])?.program.getSourceFile(names[index])
      if (tree === undefined) throw new Error(`${file} cannot be parsed`)
      return describe(file, readFileSync(names[index], 'utf8'), tree)
    })
  } finally {
    api.close()
  }
}

/** @returns {Source} */
function describe(file, text, tree) {
  const lineOf = (position) => tree.getLineAndCharacterOfPosition(position).line + 1
  const source = {
    path: file,
    text,
    isTest: /\.test\.(ts|mjs)$/.test(file) || /^packages\/(client|service)\/src\/testing\//.test(file),
    imports: [],
    functions: [],
    exports: tree.statements.flatMap((statement) => exportsOf(statement, tree)),
    expressions: [],
    literals: [],
  }
  for (const node of tree.imports) {
    source.imports.push({ specifier: node.text, names: importedNames(node.parent), line: lineOf(node.getStart(tree)) })
  }
  const visit = (node, enclosing) => {
    let inner = enclosing
    if (isFunctionLikeDeclaration(node)) {
      const first = lineOf(node.getStart(tree))
      const lines = lineOf(node.end) - first + 1
      inner = { name: node.name?.text ?? 'a function', line: first, lines }
      source.functions.push(inner)
      if (enclosing !== undefined) enclosing.lines -= lines - 1 // the first line belongs to the outer function too
    }
    const expression = expressionText(node, tree)
    if (expression !== undefined) source.expressions.push({ text: expression, line: lineOf(node.getStart(tree)) })
    const literal = literalText(node)
    if (literal !== undefined) source.literals.push({ text: literal, line: lineOf(node.getStart(tree)) })
    node.forEachChild((child) => visit(child, inner))
  }
  visit(tree, undefined)
  return source
}

/** The declarations that a statement exports; empty for `export … from`, which documents nothing of its own. @returns {Export[]} */
function exportsOf(statement, tree) {
  if (!statement.modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword)) return []
  const start = statement.getStart(tree)
  const documented = /\/\*\*(?!\/)[\s\S]*\*\/\s*(?:\/\/[^\n]*\s*)*$/.test(tree.text.slice(statement.pos, start))
  const declarations = isVariableStatement(statement) ? [...statement.declarationList.declarations] : [statement]
  return declarations.map(({ name, initializer }) => ({
    name: name?.text ?? 'the default export',
    line: tree.getLineAndCharacterOfPosition(start).line + 1,
    documented,
    call: initializer !== undefined && isCallExpression(initializer) ? initializer.expression.text : undefined,
  }))
}

/** The names that an import or export declaration takes from its module; empty for `import()` and `export *`. */
function importedNames(declaration) {
  const bindings = declaration.importClause?.namedBindings ?? declaration.exportClause
  return (bindings?.elements ?? []).map((element) => (element.propertyName ?? element.name).text)
}

/** The text of a literal, or the name of a member in an object literal; undefined for other nodes. */
function literalText(node) {
  const isText = isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isRegularExpressionLiteral(node)
  if (isText || isTemplateHead(node) || isTemplateMiddleOrTemplateTail(node)) return node.text
  const isMember = isPropertyAssignment(node) || isShorthandPropertyAssignment(node)
  return isMember && isIdentifier(node.name) ? node.name.text : undefined
}

/** `a.b` of plain identifiers and `new A(…)` as written; undefined for other nodes. */
function expressionText(node, tree) {
  const counts = isNewExpression(node) || (isPropertyAccessExpression(node) && isIdentifier(node.expression))
  return counts ? tree.text.slice(node.getStart(tree), node.end) : undefined
}
