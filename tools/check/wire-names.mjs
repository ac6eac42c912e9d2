// Invariant A1: the domain, the handlers, the forms and the decisions about access know no name of the wire. The names are
// read from the declarations and the dialects, so that a new one is known at once.

import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** The folders of the service that know no name of the wire. */
const ROOMS = /^packages\/service\/src\/(domain|operations|form|access)\//
const TESTING = /\/testing(\/|\.ts$)/

/**
 * Files and folders below `packages/service/src` that may know names of the wire. Without `names` they may know any.
 * @typedef {{ path: string, names?: readonly string[], why: string }} Exception
 * @type {readonly Exception[]}
 */
export const EXCEPTIONS = [
  {
    path: 'access/policy/',
    why: 'a policy is a document of its own, whose members and products are not those of a request',
  },
  { path: 'access/authoriser.ts', names: ['oss'], why: 'the product in the name of a resource' },
  { path: 'access/refusal.ts', names: ['Account'], why: 'a type of requester in the detail of a denial' },
  { path: 'domain/buckets/buckets.ts', names: ['s3'], why: 'the stored origin of an ACL: docs/decisions/0091' },
  { path: 'domain/stored/model.ts', names: ['s3'], why: 'the stored origin of an ACL: docs/decisions/0091' },
  { path: 'domain/upkeep/inventory-rows.ts', why: 'the columns of a file, which only look like elements' },
  {
    path: 'form/form-reader.ts',
    names: ['content-disposition', 'content-type'],
    why: 'headers inside a form, the same in all protocols',
  },
]

/** Headers of HTTP that no operation declares. */
const HTTP_HEADERS = ['authorization', 'connection', 'transfer-encoding', 'user-agent', 'x-forwarded-for']
/** Names of elements that are values of settings, too. */
const VALUES = ['CSV', 'Enabled', 'JSON', 'Requester', 'Upload']

/**
 * What a name is, such as a header, by the name. Headers and query keys with a hyphen are in lower case.
 * @typedef {ReadonlyMap<string, 'header' | 'element' | 'code' | 'protocol'>} WireNames
 */

/** The names that the built package declares; run after the types were built. */
export async function readWireNames(root) {
  return wireNames(await import(pathToFileURL(path.join(root, 'packages/protocol/dist/index.js')).href))
}

/**
 * The names of the protocols. Those that names of the code look like, such as the query key `uploadId`, are left out.
 * @param {typeof import('@bindery/protocol')} protocol
 * @returns {WireNames}
 */
export function wireNames({ operations, s3Operations, CATALOGUE, OssError, s3Row, ossDialect, s3Dialect }) {
  const all = [...Object.values(operations), ...Object.values(s3Operations)]
  const names = new Map()
  for (const element of all.flatMap(({ body, result }) => [body, result].flatMap(elementsOf)))
    names.set(element, 'element')
  for (const name of [...VALUES, ...all.map((operation) => operation.name)]) names.delete(name)
  for (const header of [...HTTP_HEADERS, ...all.flatMap(headersOf)]) names.set(header, 'header')
  for (const cause of Object.keys(CATALOGUE)) {
    const error = new OssError(cause)
    names.set(error.code, 'code').set(s3Row(error).code, 'code')
  }
  return names.set(ossDialect.name, 'protocol').set(s3Dialect.name, 'protocol')
}

function headersOf({ input, output, refuses = [] }) {
  const fields = [...Object.values(input), ...Object.values(output)].filter(({ place }) => place !== 'implied')
  const documented = [...fields, ...refuses].map(({ name }) => name).filter((name) => /[-_]|^[A-Z]/.test(name))
  return documented.map((name) => (/[-_]/.test(name) ? name.toLowerCase() : name))
}

function elementsOf(document) {
  if (typeof document !== 'object') return []
  const paths = document.docLines().map((line) => line.split(': ')[0].replace(/[[\]]/g, ''))
  return [document.root, ...paths.flatMap((path) => path.split('/'))].filter((name) => /^[A-Z]\w*$/.test(name))
}

/**
 * Names of the wire in the rooms that know none, as `path:line: sentence`, and exceptions that nothing needs.
 * @param {import('./sources.mjs').Source[]} sources
 * @param {WireNames} names
 * @param {readonly Exception[]} exceptions
 * @returns {string[]}
 */
export function checkWireNames(sources, names, exceptions = EXCEPTIONS) {
  const used = new Set()
  const faults = sources.flatMap((source) => {
    if (source.isTest || !ROOMS.test(source.path) || TESTING.test(source.path)) return []
    return [...literalsOnWire(source, names), ...reads(source)].flatMap(({ name, line, sentence }) => {
      const exception = exceptions.find((one) => covers(one, source.path, name))
      if (exception === undefined) return [`${source.path}:${line}: ${sentence}`]
      used.add(exception)
      return []
    })
  })
  const unused = exceptions.filter((one) => !used.has(one))
  return [...faults, ...unused.map(({ path }) => `tools/check/wire-names.mjs:1: ${path} needs no exception`)]
}

function covers({ path, names }, file, name) {
  const own = file.replace('packages/service/src/', '')
  const isPlace = path.endsWith('/') ? own.startsWith(path) : own === path
  return isPlace && (names === undefined || names.includes(name))
}

const OF_PROTOCOLS = /\bx-(?:oss|amz|acs)-/i

function literalsOnWire({ literals }, names) {
  const headers = [...names.keys()].filter((name) => names.get(name) === 'header')
  return literals.flatMap(({ text, line }) => {
    const name = text.trim()
    const isHeader = OF_PROTOCOLS.test(name) || isPartOf(headers, name.toLowerCase())
    const kind = names.get(name) ?? (isHeader ? 'header' : undefined)
    if (kind === undefined) return []
    const sentence = `“${name}” is a name of the wire (${kind}): the declarations and the dialects know it`
    return [{ name, line, sentence }]
  })
}

/** Whether a text with a hyphen is a header, its end, such as `cek-alg`, or its beginning up to a hyphen. */
function isPartOf(headers, text) {
  if (text.length < 5 || !/[-_]/.test(text)) return false
  return headers.some(
    (header) => header === text || header.endsWith(`-${text}`) || (text.endsWith('-') && header.includes(text)),
  )
}

/** Reads of what the wire shows of a failure, and of the protocol that a request is in. */
const READS = [
  [
    /\.row\.(?:status|code|ec|message)\b|\brow\b[^}\n]*\}: OssError/,
    'read what the failure means, such as isClientError',
  ],
  [/\bexchange\.dialect\b/, 'a call has what its protocol differs in'],
]

function reads({ path, text }) {
  // forms and requests are in a protocol that is found out there
  const patterns = /\/(domain|operations)\//.test(path) ? READS : READS.slice(0, 1)
  return text.split('\n').flatMap((content, index) =>
    patterns.flatMap(([pattern, advice]) => {
      const name = content.match(pattern)?.[0]
      return name === undefined ? [] : [{ name, line: index + 1, sentence: `${name} is of the wire: ${advice}` }]
    }),
  )
}
