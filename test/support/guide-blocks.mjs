/** The code blocks of README and guides, for the tests that run them. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { readBlocks } from '../../tools/code-blocks.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The blocks that are marked `run=NAME`, in the order of the pages. Those of the Chinese pages are the same: `npm run check`
 * compares them. Throws if no page has one.
 * @param {string} name
 * @returns {import('../../tools/code-blocks.mjs').CodeBlock[]}
 */
export function guideBlocks(name) {
  const guides = readdirSync(path.join(root, 'docs', 'guides')).map((file) => `docs/guides/${file}`)
  const pages = ['README.md', ...guides.sort()].filter((file) => file.endsWith('.md') && !file.endsWith('.zh-CN.md'))
  const blocks = pages.flatMap(
    (file) => readBlocks({ path: file, text: readFileSync(path.join(root, file), 'utf8') }).blocks,
  )
  const named = blocks.filter(({ run }) => run === name)
  if (named.length === 0) throw new Error(`no page has a block with run=${name}`)
  return named
}
