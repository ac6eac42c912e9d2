// What a test opens is released by `atEnd`. `after` of a test's context runs in the order of registration and stops at the first failure: a folder
// is then removed while its server writes, and the server is never ended.

const SUPPORT = 'test/support/at-end.mjs'

/**
 * Uses of `t.after`, as `path:line: sentence`.
 * @param {import('./sources.mjs').Source[]} sources
 * @returns {string[]}
 */
export function checkTestEnds(sources) {
  return sources
    .filter((source) => source.path !== SUPPORT)
    .flatMap((source) =>
      source.expressions
        .filter(({ text }) => text === 't.after' || text === 't?.after' || text === 'test.after')
        .map(({ line }) => `${source.path}:${line}: use atEnd(t, …) of ${SUPPORT}, which releases in reverse order`),
    )
}
