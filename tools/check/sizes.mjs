// Functions of at most 70 lines, files of about 400.

export const FUNCTION_LINES_MAX = 70
export const FILE_LINES_MAX = 400
const HEAD_LINES = 5 // where a file may state that it is exempt, and why
const EXEMPT = /^\/\/ size: exempt \(.+\)$/

/**
 * Functions and files that are too long, as `path:line: sentence`. A nested function is counted separately.
 * @param {import('./sources.mjs').Source[]} sources
 * @returns {string[]}
 */
export function checkSizes(sources) {
  return sources.flatMap((source) => {
    const lines = source.text.trimEnd().split('\n')
    if (lines.slice(0, HEAD_LINES).some((line) => EXEMPT.test(line))) return []
    const tooLong = source.functions
      .filter((item) => item.lines > FUNCTION_LINES_MAX)
      .map(
        (item) =>
          `${source.path}:${item.line}: ${item.name} has ${item.lines} lines; the most is ${FUNCTION_LINES_MAX}`,
      )
    if (lines.length > FILE_LINES_MAX)
      tooLong.push(`${source.path}:1: ${lines.length} lines; the most is ${FILE_LINES_MAX}`)
    return tooLong
  })
}
