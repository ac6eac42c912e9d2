// Requests as OSS's C SDK sends them, built by hand from its source: V1 in a header, the bucket and the whole key in one
// percent-encoded path segment at an IP address, and on every PUT and POST both a length and chunks.

import { createHmac } from 'node:crypto'
import { connect } from 'node:net'

/** As aos_url_encode: everything but letters, digits and `-_.~`, slashes included. */
function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}

/**
 * A client for one server. `request` sends one request on a connection of its own, in the pieces in which libcurl writes,
 * and resolves with its response; `keepAlive` makes it send all of them on one connection for as long as that is open.
 * @param {{ endpoint: string, accessKeyId: string, accessKeySecret: string }} target
 */
export function createClient(target) {
  const { hostname, port } = new URL(target.endpoint)
  let kept
  return {
    async request({ method, bucket, object, query = {}, headers = {}, body = '', keepAlive = false }) {
      const socket = kept ?? connect({ host: hostname, port: Number(port) })
      kept = undefined
      const [head, ...pieces] = serialise(target, `${hostname}:${port}`, {
        method,
        bucket,
        object,
        query,
        headers,
        body,
      })
      socket.write(head)
      for (const piece of pieces) socket.write(piece)
      const response = await readResponse(socket, method)
      if (keepAlive && !response.closes) kept = socket
      else socket.destroy()
      return response
    },
    close() {
      kept?.destroy()
    },
  }
}

function serialise(target, host, { method, bucket, object, query, headers, body }) {
  const resource = bucket === undefined ? '' : object === undefined ? `${bucket}/` : `${bucket}/${object}`
  const date = new Date().toUTCString()
  const sorted = Object.entries(query).sort(([left], [right]) => (left < right ? -1 : 1))
  const signed = sorted.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&')
  const { 'Content-Type': type = '', 'Content-MD5': md5 = '' } = headers
  const ossHeaders = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name]) => name.startsWith('x-oss-'))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')
  const text = `${method}\n${md5}\n${type}\n${date}\n${ossHeaders}/${resource}${signed === '' ? '' : `?${signed}`}`
  const signature = createHmac('sha1', target.accessKeySecret).update(text).digest('base64')
  const asked = sorted.map(([name, value]) => (value === '' ? encode(name) : `${encode(name)}=${encode(value)}`))
  const bytes = Buffer.from(body)
  const sends = method === 'PUT' || method === 'POST'
  const lines = [
    `${method} /${encode(resource)}${asked.length === 0 ? '' : `?${asked.join('&')}`} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: aliyun-sdk-c/3.11.1(Compatible Unknown)',
    'Accept: */*',
    ...(sends ? ['Transfer-Encoding: chunked', `Content-Length: ${bytes.length}`] : []),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Date: ${date}`,
    `Authorization: OSS ${target.accessKeyId}:${signature}`,
  ]
  const chunks = []
  for (let at = 0; sends && at < bytes.length; at += 16 * 1024) {
    const piece = bytes.subarray(at, at + 16 * 1024)
    chunks.push(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]))
  }
  return [`${lines.join('\r\n')}\r\n\r\n`, ...chunks, ...(sends ? ['0\r\n\r\n'] : [])]
}

async function readResponse(socket, method) {
  let received = Buffer.alloc(0)
  let failure
  socket.on('error', (error) => {
    failure = error
  })
  for await (const data of socket.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, data])
    const response = parse(received, method)
    if (response !== undefined) return response
  }
  throw new Error(`the connection ended after ${JSON.stringify(received.toString('latin1'))}`, { cause: failure })
}

function parse(bytes, method) {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [line, ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((header) => [header.slice(0, header.indexOf(':')).toLowerCase(), header.slice(header.indexOf(':') + 2)]),
  )
  const length = method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0)
  const body = bytes.subarray(end + 4)
  if (body.length < length) return undefined
  return { status: Number(line.split(' ')[1]), headers, body, closes: headers.connection === 'close' }
}
