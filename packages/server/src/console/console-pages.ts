/** The built files of the console, in memory and compressed: they are few, and none is larger than some tens of kilobytes. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { readings } from '@bindery/protocol'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'

const ROOT = '/-/console'
const PREFIX = `${ROOT}/`
const INDEX = 'index.html'
/** The files are stored compressed. */
const STORED_AS = '.gz'
/** Names with a hash of the content: they never change. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
}

/** Pages run no script but the console's own, load nothing from elsewhere, and are shown in no frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

interface ConsoleFile {
  readonly gzipped: Buffer
  readonly etag: string
  readonly type: string
  readonly cacheControl: string
}

/** Facts that the pages need before anyone has signed in. */
export interface ConsoleFacts {
  readonly region: string
  /** That of Bindery. */
  readonly version: string
}

/** The console as a server without keys sees it: static files, and two facts. */
export class ConsolePages {
  readonly #domains: readonly string[]
  readonly #about: ConsoleFile
  #files: ReadonlyMap<string, ConsoleFile> | undefined

  /** Under `domains`, names of hosts, the first label is a bucket, and the paths of the console are objects. */
  constructor(facts: ConsoleFacts, domains: readonly string[]) {
    this.#domains = domains
    this.#about = file('about.json', gzipSync(`${JSON.stringify(facts)}\n`), 'application/json')
  }

  /** Answers what needs no signature; undefined for every other request. */
  answer(request: ServiceRequest): ServiceResponse | undefined {
    const { method, target, host } = request
    const path = target.split('?', 1)[0] ?? ''
    if ((path !== ROOT && !path.startsWith(PREFIX)) || (method !== 'GET' && method !== 'HEAD')) return undefined
    if (readings(host, path, { domains: this.#domains }).some(({ style }) => style === 'host')) return undefined
    if (path === ROOT) return respond(request, 308, [['Location', PREFIX]], undefined)
    const name = path.slice(PREFIX.length) || INDEX
    const found = name === 'about.json' ? this.#about : this.#open().get(name)
    if (found !== undefined) return respondWith(request, found)
    const text = name === INDEX ? 'The console was not built: run npm start.\n' : 'The console has no such page.\n'
    return respond(request, 404, [['Content-Type', 'text/plain; charset=utf-8']], Buffer.from(text))
  }

  #open(): ReadonlyMap<string, ConsoleFile> {
    this.#files ??= readFiles()
    return this.#files
  }
}

/** The files, seen from the bundle in a package, from that in a clone, or from the modules. */
function readFiles(): ReadonlyMap<string, ConsoleFile> {
  const places = ['../console/', '../../console/bundle/', '../../../console/bundle/']
  const folders = places.map((place) => new URL(place, import.meta.url))
  const folder = folders.find((one) => existsSync(new URL(`${INDEX}${STORED_AS}`, one)))
  if (folder === undefined) return new Map()
  const names = readdirSync(folder).filter((name) => name.endsWith(STORED_AS))
  return new Map(
    names.map((stored) => {
      const name = stored.slice(0, -STORED_AS.length)
      const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? ''
      return [name, file(name, readFileSync(new URL(stored, folder)), type)]
    }),
  )
}

function file(name: string, gzipped: Buffer, type: string): ConsoleFile {
  const etag = createHash('sha256').update(gzipped).digest('base64url').slice(0, 22)
  const cacheControl = HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache'
  return { gzipped, etag, type, cacheControl }
}

function respondWith(request: ServiceRequest, { gzipped, etag, type, cacheControl }: ConsoleFile) {
  const isGzipped = accepts(request.headers['accept-encoding'] ?? '')
  const tag = `"${etag}${isGzipped ? '-gz' : ''}"`
  const headers = [
    ['Content-Type', type],
    ['Cache-Control', cacheControl],
    ['ETag', tag],
    ['Vary', 'Accept-Encoding'],
  ] as const
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  if (known.includes(tag)) return respond(request, 304, headers, undefined)
  if (!isGzipped) return respond(request, 200, headers, gunzipSync(gzipped))
  return respond(request, 200, [...headers, ['Content-Encoding', 'gzip']], gzipped)
}

/** Whether a client takes gzip; a weight of 0 refuses it. */
function accepts(encodings: string): boolean {
  return encodings.split(',').some((one) => /^\s*(x-)?gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(one))
}

function respond(
  { method }: ServiceRequest,
  status: number,
  headers: ServiceResponse['headers'],
  body: Buffer | undefined,
): ServiceResponse {
  return {
    status,
    headers: [
      ...headers,
      ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
      ['Cross-Origin-Opener-Policy', 'same-origin'],
      ...(status === 304 ? [] : ([['Content-Length', String(body?.length ?? 0)]] as const)),
    ],
    body: method === 'HEAD' ? undefined : body,
    log: { requestId: '', operation: 'ConsolePage' },
  }
}
