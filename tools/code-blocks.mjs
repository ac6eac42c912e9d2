// The code blocks of the guides. The first line of each names its language and then either `run=NAME`, the test that runs it, or
// `not-run="REASON"`. The tests take them by `guideBlocks` of test/support.

/**
 * @typedef {object} CodeBlock
 * @property {string} file
 * @property {number} line  of its first line of code, from 1
 * @property {string} language  empty where it is missing
 * @property {string | undefined} run
 * @property {string | undefined} notRun  the reason
 * @property {string} code  ends with a line feed
 */

const FENCE = /^```(.*)$/
const INDENTED = /^ {4,}\S/
const RUN = /^run=([a-z-]+)$/
const NOT_RUN = /^not-run="([^"]+)"$/

/**
 * The fenced blocks of a page, and the lines of those that are only indented.
 * @param {{ path: string, text: string }} page
 * @returns {{ blocks: CodeBlock[], indented: number[] }}
 */
export function readBlocks({ path: file, text }) {
  const blocks = []
  const indented = []
  let open
  for (const [index, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line)
    if (fence !== null && open === undefined) open = { ...readInfo(fence[1]), file, line: index + 2, code: '' }
    else if (fence !== null) {
      blocks.push(open)
      open = undefined
    } else if (open !== undefined) open.code += `${line}\n`
    else if (INDENTED.test(line)) indented.push(index + 1)
  }
  return { blocks, indented }
}

/** Reads the first line of a block, such as `sh not-run="needs a cluster"`. */
export function readInfo(info) {
  const [, language = '', mark = ''] = /^(\S*)\s*(.*)$/.exec(info.trim()) ?? []
  return { language, run: RUN.exec(mark)?.[1], notRun: NOT_RUN.exec(mark)?.[1] }
}
