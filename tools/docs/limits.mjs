// docs/reference/limits.md: the limits of OSS, from the constants of packages/protocol/src/limits.ts and their comments.

import { readFileSync } from 'node:fs'
import * as limits from '../../packages/protocol/dist/limits.js'
import { table } from './markdown.mjs'

const VALUES = new Map(Object.entries(limits))
const SOURCE = new URL('../../packages/protocol/src/limits.ts', import.meta.url)

/** Each constant with the comment before it. */
function declared() {
  const text = readFileSync(SOURCE, 'utf8')
  return [...text.matchAll(/\/\*\*\s*((?:(?!\*\/)[\s\S])*?)\s*\*\/\nexport const ([A-Z0-9_]+) = /g)].map(
    ([, comment, name]) => ({ comment: comment.replace(/\s*\n\s*\*\s*/g, ' '), name }),
  )
}

function rowOf({ comment, name }) {
  const [, meaning, source] = comment.match(/^(.*?)(?:\s*@see (\S+))?$/)
  const value = VALUES.get(name)
  const shown = typeof value === 'number' ? value.toLocaleString('en') : String(value)
  return [meaning, shown, source === undefined ? '' : `[OSS](${source})`]
}

export function render() {
  return [
    'A request beyond one of these limits gets the error that [Errors](errors.md) lists, as it would from OSS. Further',
    'limits of a server on one machine are in the guide [Limits](../guides/limits.md).',
    '',
    table(['What', 'Limit', 'Source'], declared().map(rowOf)),
  ].join('\n')
}
