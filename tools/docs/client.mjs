// The page of the client library: what its entry points export, with the doc comments and types that the compiler writes.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { code, table } from './markdown.mjs'

const PACKAGE = fileURLToPath(new URL('../../packages/client', import.meta.url))

/** The sections, and the modules whose exports they have. */
const SECTIONS = [
  {
    title: 'Clients',
    modules: [
      'node/index',
      'browser/index',
      'index',
      'upload',
      'client',
      'uploader',
      'types/client',
      'types/object-options',
    ],
  },
  { title: 'Uploads', modules: ['types/upload', 'types/file-handle', 'content-type'] },
  {
    title: 'Checkpoints',
    modules: ['types/checkpoint', 'transfer/checkpoint', 'node/file-store', 'browser/indexed-db-store'],
  },
  { title: 'React, and an element of pages', modules: ['react/index', 'element/index'] },
  { title: 'Queues', modules: ['queue/queue', 'types/queue', 'browser/dropped-files'] },
  {
    title: 'Downloads, copies and objects',
    modules: ['types/object', 'transfer/bytes-target', 'node/file-target', 'node/part-names', 'node/make-folders'],
  },
  { title: 'Buckets', modules: ['types/bucket'] },
  { title: 'Single operations of multipart uploads', modules: ['multipart-api', 'wire/multipart'] },
  { title: 'Tickets', modules: ['types/ticket', 'tickets/upload-by-ticket'] },
  { title: 'Errors', modules: ['types/error', 'wire/failure'] },
  {
    title: 'Transports and files',
    modules: ['transport-fetch', 'browser/transport', 'node/transport', 'node/route', 'node/file-source', 'crc64'],
  },
  { title: 'Headers and documents', modules: ['wire/object-headers', 'wire/xml'] },
  {
    title: 'In the form of ali-oss',
    modules: [
      'ali-oss/index',
      'ali-oss/uploads',
      'ali-oss/objects',
      'ali-oss/requests',
      'ali-oss/failure',
      'ali-oss/types',
    ],
  },
]

/**
 * @typedef {object} Declared
 * @property {string} doc  the text of its comment
 * @property {string} code
 */

/**
 * @typedef {object} Module
 * @property {Map<string, Declared>} declared
 * @property {{ names: Map<string, string> | undefined, from: string }[]} passedOn  exports of other modules: name outside → inside; undefined: all
 * @property {Map<string, { name: string, from: string }>} imported
 */

const STATEMENT =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const|enum) ([A-Za-z0-9_$]+)/

/** @returns {Module} */
function readModule(name) {
  const lines = readFileSync(path.join(PACKAGE, 'dist', `${name}.d.ts`), 'utf8').split('\n')
  const module = { declared: new Map(), passedOn: [], imported: new Map() }
  for (let at = 0, doc = ''; at < lines.length; ) {
    const isComment = lines[at].startsWith('/**')
    const end = isComment ? endOfComment(lines, at) : endOfStatement(lines, at)
    const text = lines.slice(at, end).join('\n')
    at = end
    if (isComment) doc = textOf(text)
    else {
      take(module, name, text, doc)
      doc = ''
    }
  }
  return module
}

function endOfComment(lines, start) {
  let end = start
  while (!lines[end].includes('*/')) end += 1
  return end + 1
}

/** A statement ends where all that it opened is closed: with a semicolon, or with the members of a class or interface. */
function endOfStatement(lines, start) {
  const last = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|enum) /.test(lines[start])
    ? /^$|\}$/
    : /^$|;$/
  for (let end = start, depth = 0, isComment = false; end < lines.length; end += 1) {
    const line = lines[end].trim()
    isComment ||= line.startsWith('/*')
    if (!isComment) depth += line.replace(/[^{([]/g, '').length - line.replace(/[^})\]]/g, '').length
    if (!isComment && depth === 0 && last.test(line)) return end + 1
    isComment &&= !line.includes('*/')
  }
  return lines.length
}

function take(module, name, text, doc) {
  const [, kind, names, from] = /^(import|export)(?: type)? \{([^}]*)\} from '([^']+)';/.exec(text) ?? []
  const all = /^export (?:type )?\* from '([^']+)';/.exec(text)
  const declared = STATEMENT.exec(text)
  if (all !== null) module.passedOn.push({ names: undefined, from: resolved(name, all[1]) })
  else if (kind !== undefined && from.startsWith('.')) {
    const pairs = names.split(',').map((one) =>
      one
        .trim()
        .replace(/^type /, '')
        .split(' as '),
    )
    const place = resolved(name, from)
    if (kind === 'export')
      module.passedOn.push({ names: new Map(pairs.map(([own, as = own]) => [as, own])), from: place })
    else for (const [own, as = own] of pairs) module.imported.set(as, { name: own, from: place })
  } else if (declared !== null) {
    const before = module.declared.get(declared[1])
    const code = before === undefined ? text : `${before.code}\n${text}`
    module.declared.set(declared[1], { doc: doc || before?.doc || '', code, isExported: text.startsWith('export') })
  }
}

function resolved(module, from) {
  return path.posix.join(path.posix.dirname(module), from).replace(/\.js$/, '')
}

function textOf(comment) {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .trim()
}

/** Leaves out what people cannot use: private members and the link of the source map. */
function shown(text) {
  return text
    .split('\n')
    .filter((line) => !/^\s+(?:#private|private [^(]*);$|^\/\/# sourceMappingURL/.test(line))
    .join('\n')
    .replaceAll(/import\("[^"]*"\)\./g, '')
    .replaceAll('    ', '  ')
    .replace(/^export (?:declare )?/gm, '')
    .trim()
}

/** The exports of the entry points: for each module, what it declares of them, and the entry points of each. */
function collect() {
  const modules = new Map()
  const moduleOf = (name) => {
    if (!modules.has(name)) modules.set(name, readModule(name))
    return modules.get(name)
  }
  const found = new Map()
  const add = (module, name, entry) => {
    const key = `${module}#${name}`
    const known = found.get(key) ?? { module, name, entries: new Set(), ...moduleOf(module).declared.get(name) }
    known.entries.add(entry)
    found.set(key, known)
    // a class that is not exported has members of one that is
    const base = /class \w+[^{]* extends (\w+)/.exec(known.code ?? '')?.[1]
    const from = base === undefined ? undefined : moduleOf(module).imported.get(base)
    if (from !== undefined && !known.entries.has(`${entry}+`)) {
      known.entries.add(`${entry}+`)
      add(from.from, from.name, entry)
    }
  }
  const visit = (module, names, entry) => {
    const { declared, passedOn } = moduleOf(module)
    for (const [name, { isExported }] of declared) {
      if (isExported && (names === undefined || names.has(name))) add(module, name, entry)
    }
    for (const { names: passed, from } of passedOn) {
      const wanted = [...(passed ?? [])].filter(([as]) => names === undefined || names.has(as)).map(([, own]) => own)
      if (passed === undefined) visit(from, names, entry)
      else if (wanted.length > 0) visit(from, new Set(wanted), entry)
    }
  }
  for (const [entry, file] of entryPoints()) visit(file, undefined, entry)
  return [...found.values()]
}

/** The entry points of the package, and the module of each. */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'))
  return Object.entries(exports).flatMap(([name, { types }]) =>
    name === '.' ? [] : [[name.slice(1), types.replace(/^\.\/dist\/|\.d\.ts$/g, '')]],
  )
}

const isShared = (entries) => ['/core', '/browser', '/node'].every((entry) => entries.has(entry))

function placesOf(entries) {
  const names = [...entries].filter((entry) => !entry.endsWith('+'))
  const others = names.filter((entry) => !['/core', '/browser', '/node'].includes(entry))
  const places = isShared(entries) ? ['@bindery/client', ...others] : names
  return places.map(code).join(', ')
}

/** @param {{ name: string, doc?: string, code?: string, entries: Set<string> }} one */
function entryOf({ name, doc = '', code: text = '', entries }) {
  return [`### ${name}`, `In ${placesOf(entries)}.`, doc, `\`\`\`ts\n${shown(text)}\n\`\`\``]
    .filter(Boolean)
    .join('\n\n')
}

export function render() {
  const all = collect()
  const known = new Set(SECTIONS.flatMap(({ modules }) => modules))
  for (const { module, name } of all) if (!known.has(module)) throw new Error(`no section has ${name} of ${module}`)
  for (const { module, name, code: text } of all) if (!text) throw new Error(`${module} does not declare ${name}`)
  const sections = SECTIONS.map(({ title, modules }) => {
    const own = modules.flatMap((module) => all.filter((one) => one.module === module))
    return [`## ${title}`, ...own.map(entryOf)].join('\n\n')
  })
  const rows = entryPoints().map(([entry]) => [
    code(`@bindery/client${entry}`),
    String(all.filter(({ entries }) => entries.has(entry)).length),
  ])
  return [
    'The [guide](../guides/client.md) shows how the library is used. `@bindery/client` is `/node` in Node.js and `/browser` for bundlers of pages.',
    table(['Entry point', 'Exports'], rows),
    ...sections,
  ].join('\n\n')
}
