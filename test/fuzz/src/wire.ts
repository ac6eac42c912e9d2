/** HTTP by hand: malformed requests as bytes, and responses parsed from bytes. */
import { createHash, createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { percentEncode } from '@bindery/bytes'
import { type Digests, Query, signV1, signV4 } from '@bindery/protocol'
import type { Template } from './corpus.js'
import { Found } from './found.js'

/** A running server. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly region: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
}

const digests: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

export type Signing = 'v1' | 'v4' | 'none'

/** The request line and headers in path style, without the framing of the body. */
export function headOf(target: Target, template: Template, signing: Signing): string[] {
  const { method, bucket, key } = template
  const query = new Query(Object.entries(template.query).map(([name, value]) => ({ name, value })))
  const headers = { ...template.headers, host: `${target.host}:${target.port}` }
  const unsigned = { method, bucket, key, query, headers }
  const signed =
    signing === 'none'
      ? unsigned
      : signing === 'v1'
        ? signV1(unsigned, target, { time: Date.now(), digests })
        : signV4(unsigned, target, { time: Date.now(), digests, region: target.region })
  const path = bucket === undefined ? '/' : `/${bucket}/${percentEncode(key ?? '', { keepSlash: true })}`
  const pairs = query.parameters.map(({ name, value }) =>
    value === undefined ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
  )
  const line = `${method} ${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`} HTTP/1.1`
  return [line, ...Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}`)]
}

/** A request with correct framing. */
export function requestBytes(head: readonly string[], body: Buffer, more: readonly string[] = []): Buffer {
  const framing = body.length > 0 ? [`content-length: ${body.length}`] : []
  return Buffer.concat([Buffer.from([...head, ...framing, ...more, '', ''].join('\r\n'), 'latin1'), body])
}

const HANGS_AFTER_MS = 30_000
const DRIBBLE_MS = 2
/** A server that is silent for this long has answered, or waits for more. */
const QUIET_MS = 250

/**
 * Sends pieces on a new connection, ends it when the server is silent, and resolves with all response bytes after the
 * server has closed too. `waits`: the server is expected to close first.
 */
export async function exchange(
  { host, port }: Target,
  pieces: readonly Buffer[],
  story: string,
  { waits = false } = {},
): Promise<Buffer> {
  const socket = connect({ host, port, allowHalfOpen: true })
  const received: Buffer[] = []
  let isHanging = false
  const hanging = setTimeout(() => {
    isHanging = true
    socket.destroy()
  }, HANGS_AFTER_MS)
  const quiet = setTimeout(() => {
    if (!waits) socket.end()
  }, QUIET_MS)
  socket.on('data', (data: Buffer) => {
    received.push(data)
    quiet.refresh()
  })
  const closed = new Promise<void>((resolve) => {
    // A server may answer and close before it has read everything.
    socket.on('error', () => resolve())
    socket.on('end', () => resolve())
    socket.on('close', () => resolve())
  })
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await sleep(DRIBBLE_MS)
    socket.write(piece)
    quiet.refresh()
  }
  await closed
  clearTimeout(quiet)
  clearTimeout(hanging)
  socket.destroy()
  if (isHanging) throw new Found(`no answer and no end in ${HANGS_AFTER_MS} ms: ${story}`)
  return Buffer.concat(received)
}

/** A response parsed from the bytes of a connection. */
export interface Response {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/**
 * The responses on a connection. The last one may be cut, as when a client is disconnected while it sends. Interim
 * responses are left out. A response to HEAD announces a body that does not follow; the next response is recognised.
 */
export function responsesIn(bytes: Buffer, story: string): Response[] {
  const responses: Response[] = []
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    if (headEnd === -1) return responses
    const [line = '', ...lines] = bytes.toString('latin1', at, headEnd).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1])
    if (Number.isNaN(status)) throw new Found(`an answer begins with ${JSON.stringify(line.slice(0, 100))}: ${story}`)
    const headers = new Map(
      lines.map((header) => [
        header.slice(0, header.indexOf(':')).toLowerCase(),
        header.slice(header.indexOf(':') + 2),
      ]),
    )
    at = headEnd + 4
    if (status < 200) continue
    const { body, end } = bodyAt(bytes, at, headers)
    responses.push({ status, headers, body })
    at = end
  }
  return responses
}

function bodyAt(bytes: Buffer, at: number, headers: ReadonlyMap<string, string>): { body: Buffer; end: number } {
  if (headers.get('transfer-encoding') === 'chunked') return chunkedAt(bytes, at)
  const length = Number(headers.get('content-length') ?? 0)
  const isHead = length > 0 && bytes.toString('latin1', at, at + 9) === 'HTTP/1.1 '
  const end = isHead ? at : Math.min(at + length, bytes.length)
  return { body: bytes.subarray(at, end), end }
}

function chunkedAt(bytes: Buffer, start: number): { body: Buffer; end: number } {
  const pieces: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.toString('latin1', at, Math.max(lineEnd, at)), 16)
    if (lineEnd === -1 || Number.isNaN(size)) return { body: Buffer.concat(pieces), end: bytes.length }
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
    if (size === 0) return { body: Buffer.concat(pieces), end: at }
  }
}
