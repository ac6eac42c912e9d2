// The code blocks of README and guides: each is run by a test or states why not, and the Chinese pages have the same ones.

import { readBlocks } from '../code-blocks.mjs'

const PAGE = /^(?:README|docs\/guides\/[^/]+?)(\.zh-CN)?\.md$/
/** Comments are for readers, so they are translated. */
const COMMENT = /(?:^|\s+)(?:#|\/\/)\s.*$/gm

/**
 * Blocks that are indented instead of fenced, without a language, or without `run=` and `not-run=`; those whose test does not exist;
 * and English pages without a Chinese one that has the same blocks, apart from comments.
 * @param {{ path: string, text: string }[]} pages
 * @param {string[]} tests  the texts of all tests
 * @returns {string[]}
 */
export function checkCodeBlocks(pages, tests) {
  const guides = pages.filter(({ path }) => PAGE.test(path))
  const isRun = (name) => tests.some((text) => text.includes(`guideBlocks('${name}'`))
  return guides.flatMap((page) => {
    const { blocks, indented } = readBlocks(page)
    const translated = guides.find(({ path }) => path === page.path.replace(/\.md$/, '.zh-CN.md'))
    return [
      ...indented.map((line) => `${page.path}:${line}: indented code: use a fence, with run=NAME or not-run="REASON"`),
      ...blocks.flatMap((block) => faultOf(block, isRun).map((fault) => `${block.file}:${block.line - 1}: ${fault}`)),
      ...(page.path.endsWith('.zh-CN.md') ? [] : differences(page.path, blocks, translated)),
    ]
  })
}

function faultOf({ language, run, notRun }, isRun) {
  if (language === '') return ['a block of code without a language']
  if (run === undefined && notRun === undefined) return ['neither run=NAME nor not-run="REASON" after the language']
  return run === undefined || isRun(run) ? [] : [`no test calls guideBlocks('${run}')`]
}

function differences(path, blocks, translated) {
  if (translated === undefined) return [`${path}:1: it has no Chinese page`]
  const others = readBlocks(translated).blocks
  const at = blocks.findIndex((block, index) => !isSame(block, others[index]))
  if (at !== -1) return [`${path}:${blocks[at].line}: the Chinese page has another block in its place`]
  return others.length > blocks.length
    ? [`${translated.path}:${others[blocks.length].line}: the English page lacks it`]
    : []
}

function isSame(one, other) {
  const code = (block) => block.code.replace(COMMENT, '')
  return one.language === other?.language && one.run === other.run && code(one) === code(other)
}
