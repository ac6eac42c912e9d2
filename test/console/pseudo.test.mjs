// Every page in a language that does not exist: English with accents, longer by a third, in brackets. What has no brackets was written into
// a page instead of its words, and what does not fit would be cut off in a longer language.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { misfits } from './misfits.mjs'
import { beginVisits } from './visits.mjs'
import { useWorld } from './world.mjs'

const used = useWorld()

/** The words of a language as they would be in the pseudo language. It runs in the page. */
function pseudo(words) {
  const [FROM, TO] = ['\ue000', '\ue001']
  const accented = (text) => text.replace(/[aeiounyc]/g, (letter) => 'áéíóúñýç'['aeiounyc'.indexOf(letter)])
  // it breaks into lines, as words do
  const rest = (text) => '~'.repeat(Math.ceil(text.length / 3)).replace(/~{6}(?=~)/g, '$& ')
  // what a text is given, such as a name, stays as it is
  const marked = (value) => (typeof value === 'string' ? `${FROM}${value}${TO}` : value)
  const longer = (text) => {
    const pieces = text.split(/(\ue000[^\ue001]*\ue001)/)
    const inner = pieces.map((piece) => (piece.startsWith(FROM) ? piece.slice(1, -1) : accented(piece))).join('')
    return `⟦${inner}${rest(text)}⟧`
  }
  const translated = (value) => {
    if (typeof value === 'string') return /[A-Za-z]/.test(value) ? longer(value) : value
    if (typeof value === 'function') return (...given) => translated(value(...given.map(marked)))
    if (Array.isArray(value)) return value.map(translated)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, translated(one)]))
  }
  return translated(words)
}

/** Has a page load the pseudo language in the place of English. */
async function speakPseudo(page) {
  await page.route(/\/en-[\w-]+\.js$/, (route) => {
    const original = JSON.stringify(`${route.request().url()}?original`)
    const body = `import { ENGLISH as original } from ${original}\n${pseudo}\nexport const ENGLISH = pseudo(original)`
    return route.fulfill({ contentType: 'text/javascript', body })
  })
}

/** Texts of the page that are in no brackets, outside of what shows data, code or names of programs. It runs in the page. */
function bare() {
  const scope = document.querySelector('dialog[open]') ?? document.querySelector('#app')
  const found = new Set()
  const add = (text) => {
    let own = text
    for (let before = ''; before !== own; ) {
      before = own
      own = own.replaceAll(/⟦[^⟦⟧]*⟧/g, ' ')
    }
    if (/[A-Za-z]{2}/.test(own)) found.add(own.trim())
  }
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement.closest('pre, code, kbd, .mono, td, textarea') === null) add(node.textContent)
  }
  for (const element of scope.querySelectorAll('[placeholder], [aria-label], [title], [alt]')) {
    for (const name of ['placeholder', 'aria-label', 'title', 'alt']) add(element.getAttribute(name) ?? '')
  }
  return [...found]
}

/** Titles of columns that are not shown whole. It runs in the page. */
function cutTitles() {
  const scope = document.querySelector('dialog[open]') ?? document.body
  return [...scope.querySelectorAll('th')]
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => `cut off: ${element.textContent}`)
}

/** Words that are the same in every language: names of OSS, of the world and of the keys of a keyboard; times, which the browser writes. */
const NAMES = new Set(
  `Bindery Normal Multipart Appendable Symlink Standard Archive English
  AccessKey secret etag photos demo logs film archive readers scanner papers read backup uploads in a very long name of an object with many words about its contents author and time
  Ctrl Backspace Esc Home End Space Shift Enter Delete ms Dec second seconds minute minutes ago on Linux bit linux`.split(
    /\s+/,
  ),
)

/** Whether a text is not one of the console: each word is a name, a number, a code, an address or an abbreviation. */
function isData(text) {
  return text
    .split(/[\s,·|]+/)
    .filter((word) => /[A-Za-z]{2}/.test(word))
    .every((word) => NAMES.has(word) || /[\d./:@_*-]/.test(word) || /[A-Z].*[A-Z]/.test(word))
}

/** Pages whose texts are names of programs and libraries. */
const OF_PROGRAMS = ['overview', 'licences']

test('in a language whose texts are longer, no text is missing and none is cut off', async (t) => {
  const { welcome, visit, close } = beginVisits(used, { prepare: speakPseudo })
  atEnd(t, close)
  const requireWords = async (page, name) => {
    const texts = OF_PROGRAMS.includes(name) ? [] : await page.evaluate(bare)
    const wrong = texts.filter((text) => !isData(text)).map((text) => `not among the words: ${text}`)
    assert.deepEqual([...wrong, ...(await page.evaluate(misfits)), ...(await page.evaluate(cutTitles))], [])
  }
  await t.test('sign-in', () => welcome((page) => requireWords(page, 'sign-in')))
  for (const shown of used.world.pages) {
    await t.test(shown.name, () => visit(shown, (page) => requireWords(page, shown.name)))
  }
})
