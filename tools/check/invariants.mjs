// Each invariant of ARCHITECTURE.md, each threat of docs/security.md, and each trap of docs/guides/compatibility-notes.md about
// objects and buckets names the test that enforces it.

const ROW = /^\|\s*\**([A-Z]\d+)\**\s*\|(.+)\|\s*$/
const TEST_FILE = /`([^`]+\.test\.(?:ts|mjs))`/g
const TEST_NAME = /“([^”]+)”/g

/**
 * Invariants that name no test, a missing file, or a test that its file does not contain. A row is `| D1 | sentence |
 * `path/of.test.ts` “the test's name” |`; names are optional and must occur in one of the row's files.
 * @param {string} text  the text of the page
 * @param {(path: string) => string | undefined} read  the text of a file of the repository
 * @param {string} page  its path
 * @returns {string[]}
 */
export function checkInvariants(text, read, page = 'ARCHITECTURE.md') {
  const rows = text.split('\n').flatMap((line, index) => {
    const [, id, rest] = line.match(ROW) ?? []
    return id === undefined ? [] : [{ id, rest, at: `${page}:${index + 1}` }]
  })
  if (rows.length === 0) return [`${page}:1: it lists no invariant`]
  return rows.flatMap(({ id, rest, at }) => {
    const files = [...rest.matchAll(TEST_FILE)].map((match) => match[1])
    if (files.length === 0) return [`${at}: ${id} names no test file`]
    const missing = files
      .filter((file) => read(file) === undefined)
      .map((file) => `${at}: ${id} names ${file}, which does not exist`)
    const texts = files.map((file) => read(file) ?? '').join('\n')
    const unknown = [...rest.matchAll(TEST_NAME)]
      .filter(([, name]) => !texts.includes(name))
      .map(([, name]) => `${at}: no test of ${id} is called “${name}”`)
    return [...missing, ...unknown]
  })
}
