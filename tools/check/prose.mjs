// Markers of unfinished work, and links between pages without a target.

import path from 'node:path'

const PROMISE = /\b(?:TODO|FIXME|XXX|HACK)\b/ // check: allowed
const LINK = /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g
const CODE = /```[\s\S]*?```|`[^`\n]*`/g

/**
 * Markers of unfinished work, as `path:line: sentence`.
 * @param {{ path: string, text: string }[]} files
 * @returns {string[]}
 */
export function checkPromises(files) {
  return files.flatMap(({ path: file, text }) =>
    text.split('\n').flatMap((line, index) => {
      const promise = line.endsWith('// check: allowed') ? undefined : line.match(PROMISE)?.[0]
      return promise === undefined
        ? []
        : [`${file}:${index + 1}: ${promise}: finish the work, or document what is missing where users read it`]
    }),
  )
}

/**
 * Relative links in Markdown pages whose target does not exist.
 * @param {{ path: string, text: string }[]} pages
 * @param {(path: string) => boolean} exists
 * @returns {string[]}
 */
export function checkLinks(pages, exists) {
  return pages.flatMap(({ path: page, text }) =>
    [...text.replace(CODE, '').matchAll(LINK)]
      .map((match) => path.posix.join(path.posix.dirname(page), decodeURI(match[1])))
      .filter((target) => !exists(target))
      .map((target) => `${page}:1: it links to ${target}, which does not exist`),
  )
}
