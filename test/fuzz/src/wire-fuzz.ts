/**
 * Malformed requests to a running server over sockets: it answers as OSS does or closes the connection, and nothing
 * else breaks.
 */
import { createRandom, type Random } from '@bindery/storage'
import { corpusOf, type Template } from './corpus.js'
import { Found } from './found.js'
import { mutateBytes, mutateTemplate, pick } from './mutate.js'
import { exchange, headOf, type Response, requestBytes, responsesIn, type Signing, type Target } from './wire.js'

const BUCKET = 'bkt'
const KEY = 'an object'
const CONNECTIONS = 60
const AT_ONCE = 6

/** Creates a bucket with an object and an upload. */
async function inhabit(target: Target): Promise<Template[]> {
  const send = (template: Partial<Template>) => sendValid(target, { bucket: BUCKET, ...template })
  await send({ method: 'PUT' })
  await send({ method: 'PUT', key: KEY, body: Buffer.alloc(300_000, 0x62) })
  const begun = await send({ method: 'POST', key: KEY, query: { uploads: undefined } })
  const uploadId = /<UploadId>(\w+)</.exec(begun.body.toString())?.[1] ?? ''
  const query = { uploadId, partNumber: '1' }
  const part = await send({ method: 'PUT', key: KEY, query, body: Buffer.alloc(102_400, 0x61) })
  const etag = part.headers.get('etag')?.replaceAll('"', '') ?? ''
  return corpusOf({ bucket: BUCKET, key: KEY, uploadId, etag })
}

/** Sends one valid request. */
export async function sendValid(target: Target, template: Partial<Template>): Promise<Response> {
  const whole: Template = { method: 'GET', query: {}, headers: {}, body: Buffer.alloc(0), ...template }
  const story = `${whole.method} ${whole.bucket}/${whole.key}`
  const bytes = requestBytes(headOf(target, whole, 'v4'), whole.body, ['connection: close'])
  const [response] = responsesIn(await exchange(target, [bytes], story, { waits: true }), story)
  if (response === undefined) throw new Found(`no answer: ${story}`)
  return response
}

/** Opens some connections with malformed requests on each. Resolves with the status of each answer. */
export async function fuzzWire(target: Target, seed: number): Promise<number[]> {
  const random = createRandom(seed)
  const corpus = await inhabit(target)
  const statuses: number[] = []
  let left = CONNECTIONS
  const connect = async () => {
    while (left > 0) {
      left -= 1
      statuses.push(...(await attempt(target, random, corpus, `SEED=${seed}`)))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, connect))
  return statuses
}

const REQUESTS_MAX = 4

async function attempt(target: Target, random: Random, corpus: readonly Template[], seed: string): Promise<number[]> {
  const count = random.below(3) === 0 ? 1 + random.below(REQUESTS_MAX) : 1
  const requests = Array.from({ length: count }, () => spoiltRequest(target, random, pick(random, corpus)))
  const bytes = Buffer.concat(requests)
  const story = `${seed}: ${JSON.stringify(bytes.toString('latin1').slice(0, 3000))}`
  const answer = await exchange(target, random.below(4) === 0 ? cut(random, bytes) : [bytes], story)
  const responses = responsesIn(answer, story)
  for (const response of responses) judge(response, story)
  return responses.map(({ status }) => status)
}

/** In pieces, as from a slow sender. */
function cut(random: Random, bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(Math.max(Math.ceil(bytes.length / 5), 2))
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return pieces
}

function spoiltRequest(target: Target, random: Random, template: Template): Buffer {
  const mutated = mutateTemplate(random, template)
  const signing = pick<Signing>(random, ['v4', 'v4', 'v1', 'none'])
  const head = headOf(target, mutated, signing)
  const { body } = mutated
  const whole = requestBytes(head, body)
  switch (random.below(11)) {
    case 0:
      return requestBytes(head, body, ['expect: 100-continue'])
    case 1:
      return mutateBytes(random, whole)
    case 2:
      return Buffer.concat([mutateBytes(random, whole.subarray(0, whole.indexOf('\r\n\r\n') + 4)), body])
    case 3:
      return whole.subarray(0, random.below(whole.length + 1))
    case 4:
      return Buffer.concat([Buffer.from([...head, ...pick(random, FRAMINGS), '', ''].join('\r\n'), 'latin1'), body])
    case 5:
      return Buffer.concat([textOf([...head, 'transfer-encoding: chunked']), chunked(random, body)])
    case 6:
      return Buffer.concat([
        textOf([...head, 'transfer-encoding: chunked']),
        mutateBytes(random, chunked(random, body)),
      ])
    case 7:
      return requestBytes([pick(random, LINES), ...head.slice(1)], body)
    case 8:
      return Buffer.concat([textOf([...head, ...bothLengths(random, body)]), chunked(random, body)])
    case 9:
      return Buffer.concat([textOf([...head, `content-length: ${body.length + random.below(3) - 1}`]), body])
    default:
      return whole
  }
}

/** As the C SDK announces its bodies; wrongly at times. */
function bothLengths(random: Random, body: Buffer): string[] {
  const length = pick(random, [body.length, body.length, body.length, body.length + 1, body.length - 1, 0])
  const lines = [`content-length: ${length}`, 'transfer-encoding: chunked']
  return random.below(2) === 0 ? lines : lines.reverse()
}

const textOf = (lines: readonly string[]) => Buffer.from([...lines, '', ''].join('\r\n'), 'latin1')

const FRAMINGS = [
  ['content-length: -1'],
  ['content-length: 5', 'content-length: 6'],
  ['content-length: 5', 'content-length: 5'],
  ['content-length: 18446744073709551616'],
  ['content-length: 5368709121'],
  ['content-length: 5368709120'],
  ['content-length: 0x5'],
  ['content-length: 5 '],
  ['content-length: 3', 'transfer-encoding: chunked'],
  ['transfer-encoding: gzip, chunked'],
  ['transfer-encoding: chunked, chunked'],
  ['transfer-encoding: identity'],
  ['Transfer-Encoding : chunked'],
  ['transfer-encoding:\tchunked'],
  ['connection: upgrade', 'upgrade: websocket'],
  ['connection: close, keep-alive'],
  ['expect: 200-ok'],
  [`x-long: ${'a'.repeat(33_000)}`],
  Array.from({ length: 1000 }, (_, index) => `x-${index}: 1`),
]

const LINES = [
  'GET / HTTP/1.0',
  'GET / HTTP/2.0',
  'GET  / HTTP/1.1',
  'GET * HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'CONNECT a:1 HTTP/1.1',
  'TRACE / HTTP/1.1',
  'GET http://bkt.localhost/an%20object HTTP/1.1',
  'GET http:///// HTTP/1.1',
  'GET //bkt/an%20object HTTP/1.1',
  'GET /bkt/%00 HTTP/1.1',
  'GET /bkt/%zz HTTP/1.1',
  'GET /bkt/../../etc/passwd HTTP/1.1',
  `GET /bkt/${'a'.repeat(9000)} HTTP/1.1`,
  `GET /bkt?${'&'.repeat(5000)} HTTP/1.1`,
  'PRI * HTTP/2.0',
  'GET /ä HTTP/1.1',
]

function chunked(random: Random, body: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const piece = body.subarray(at, at + 1 + random.below(20))
    const extension = random.below(5) === 0 ? ';name="value"' : ''
    pieces.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n'))
    at += piece.length
  }
  return Buffer.concat([...pieces, Buffer.from(random.below(5) === 0 ? '0\r\nx-trailer: 1\r\n\r\n' : '0\r\n\r\n')])
}

/** A failure must be reported as OSS does, and must not be an internal error. */
function judge({ status, headers, body }: Response, story: string): void {
  if (status === 500) throw new Found(`${body.toString()} for ${story}`)
  if (status < 400 || body.length === 0) return
  const isCut = body.length < Number(headers.get('content-length') ?? 0)
  if (!isCut && !/<Code>\w+<\/Code>/.test(body.toString())) throw new Found(`${status} without a code for ${story}`)
}

/**
 * Deletes everything that was created. Resolves when the sweeper has freed everything; throws if something is held
 * forever.
 */
export async function emptyServer(target: Target): Promise<void> {
  for (const bucket of namesIn(await sendValid(target, {}), 'Name')) {
    for (let isEmpty = false; !isEmpty; ) isEmpty = (await emptyPage(target, bucket)) === 0
    const { status, body } = await sendValid(target, { method: 'DELETE', bucket })
    if (status !== 204) throw new Found(`${bucket} cannot be deleted: ${body}`)
  }
}

async function emptyPage(target: Target, bucket: string): Promise<number> {
  const query = { 'encoding-type': 'url' }
  const objects = namesIn(await sendValid(target, { bucket, query }), 'Key')
  for (const key of objects) await sendValid(target, { method: 'DELETE', bucket, key })
  const uploads = await sendValid(target, { bucket, query: { ...query, uploads: undefined } })
  const ids = namesIn(uploads, 'UploadId')
  for (const [index, key] of namesIn(uploads, 'Key').entries()) {
    await sendValid(target, { method: 'DELETE', bucket, key, query: { uploadId: ids[index] } })
  }
  return objects.length + ids.length
}

function namesIn({ body }: Response, element: string): string[] {
  const found = body.toString().matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))
  return [...found].map(([, text = '']) => decodeURIComponent(text.replaceAll('+', ' ')))
}

/** The number of garbage rows that wait to be freed. */
export async function garbageRows(target: Target): Promise<number> {
  const { body } = await sendValid(target, { query: { 'x-oss-ext-status': undefined } })
  return JSON.parse(body.toString()).garbage.rows
}
