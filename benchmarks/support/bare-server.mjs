// The least that a server on node:http can do: it discards bodies, remembers their sizes, and answers with as many headers
// as an object store. Usage: node benchmarks/support/bare-server.mjs PORT

import { createServer } from 'node:http'

const CONTENT = Buffer.alloc(64 * 1024 * 1024)
/** Names and values as long as those of an object's answer. */
const HEADERS = {
  Server: 'bare',
  'x-amz-request-id': '6746DDA18BAB4F0001A2B3C4',
  'x-amz-server-time': '0',
  'Accept-Ranges': 'bytes',
  'Content-Type': 'application/octet-stream',
  ETag: '"5D41402ABC4B2A76B9719D911017C592"',
  'Last-Modified': 'Mon, 05 Jan 2026 08:00:00 GMT',
  'x-amz-hash-crc64ecma': '1234567890123456789',
  'x-amz-object-type': 'Normal',
  'x-amz-storage-class': 'Standard',
  'Content-MD5': 'XUFAKrxLKna5cZ2REBfFkg==',
}

/** @type {Map<string, number>} */
const sizes = new Map()

function pathOf(url) {
  return url.split('?', 1)[0]
}

function rangeOf(header, size) {
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(header ?? '') ?? []
  return start === undefined ? undefined : { start: Number(start), end: Math.min(Number(end) + 1, size) }
}

function answerRead(request, response) {
  const size = sizes.get(pathOf(request.url)) ?? 0
  const range = rangeOf(request.headers.range, size)
  const { start, end } = range ?? { start: 0, end: size }
  const contentRange = range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }
  response.writeHead(range === undefined ? 200 : 206, { ...HEADERS, ...contentRange, 'Content-Length': end - start })
  response.end(request.method === 'HEAD' ? undefined : CONTENT.subarray(start, end))
}

function answerWrite(request, response) {
  let bytes = 0
  request.on('data', (piece) => {
    bytes += piece.length
  })
  request.on('end', () => {
    sizes.set(pathOf(request.url), bytes)
    const isInitiate = request.method === 'POST'
    const document = isInitiate
      ? '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>'
      : ''
    response.writeHead(request.method === 'DELETE' ? 204 : 200, { ...HEADERS, 'Content-Length': document.length })
    response.end(document)
  })
}

const server = createServer({ noDelay: true, requestTimeout: 0 }, (request, response) => {
  if (request.method === 'GET' || request.method === 'HEAD') answerRead(request, response)
  else answerWrite(request, response)
})
server.listen(Number(process.argv[2]), '127.0.0.1')
