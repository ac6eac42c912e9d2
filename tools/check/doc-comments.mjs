// Every export of a package has a doc comment.

const PACKAGE_SOURCE = /^packages\/[^/]+\/src\/.+\.ts$/
const GENERATED = /\.generated\.ts$/

/**
 * The declarations that document themselves, because a page is generated from a text that they carry or because they
 * implement what carries it: where they are, and the call that makes them.
 */
const SELF_DOCUMENTED = [
  // carry `summary` and `source`
  { folder: 'packages/protocol/src/operations/', call: 'operation' },
  { folder: 'packages/protocol/src/s3/operations/', call: 's3Only' },
  // carry `noun` and `what`
  { folder: 'packages/protocol/src/operations/bucket/', call: 'bucketDocument' },
  { folder: 'packages/protocol/src/operations/bucket/', call: 'bucketSetting' },
  // implement the declaration of that name
  { folder: 'packages/service/src/operations/', call: 'handler' },
  // carry `about`
  { folder: 'packages/service/src/domain/stored/keyspace.ts', call: 'space' },
]

/** Support of a package's own tests. The conformance suites of storage are an entry for the authors of engines. */
const TEST_SUPPORT = /^packages\/(?!storage\/).+\/testing(?:\.ts$|\/)/

/**
 * Exported functions, classes, types, interfaces and constants without a doc comment, as `path:line: sentence`. Tests,
 * their support and generated files are exempt, and so are the declarations that document themselves. One comment
 * covers the overloads of a function, and a constant and a type of one name.
 * @param {import('./sources.mjs').Source[]} sources
 * @returns {string[]}
 */
export function checkDocComments(sources) {
  return sources
    .filter(({ path, isTest }) => PACKAGE_SOURCE.test(path) && !isTest)
    .filter(({ path }) => !GENERATED.test(path) && !TEST_SUPPORT.test(path))
    .flatMap((source) => {
      const documented = new Set(source.exports.filter((item) => item.documented).map((item) => item.name))
      return source.exports
        .filter((item) => !documented.has(item.name) && !documentsItself(source.path, item.call))
        .map((item) => `${source.path}:${item.line}: ${item.name} has no doc comment`)
    })
}

function documentsItself(path, call) {
  return SELF_DOCUMENTED.some((row) => path.startsWith(row.folder) && call === row.call)
}
