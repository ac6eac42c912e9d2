// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how forms write the name of the file
/**
 * Forms with random fields and files, corrupted and cut at random, against a service in this process: each is refused, or
 * what is stored is what a second, simpler parser finds in it.
 */
import { BUCKET, call, type StartedService, startWithBucket } from '@bindery/service/testing'
import { type ByteSource, createRandom, type Random } from '@bindery/storage'
import { Found } from './found.js'
import { mutateBytes, pick } from './mutate.js'

const FORMS = 50
const HOST = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`
const BOUNDARIES = ['b', '----WebKitFormBoundaryABC', "a'b(c)+_,-./:=?", 'x'.repeat(70)]

/** Sends forms to a bucket that everyone may write to. Resolves with the statuses. */
export async function fuzzForms(seed: number): Promise<number[]> {
  const random = createRandom(seed)
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, headers: { 'x-oss-acl': 'public-read-write' } })
  const statuses: number[] = []
  for (let form = 0; form < FORMS; form += 1)
    statuses.push(await attempt(started, random, `SEED=${seed}, form ${form}`))
  if (!statuses.includes(204)) throw new Found(`no form was accepted with SEED=${seed}`)
  return statuses
}

async function attempt(started: StartedService, random: Random, story: string): Promise<number> {
  const boundary = pick(random, BOUNDARIES)
  const whole = randomForm(random, boundary)
  const body = random.below(3) === 0 ? mutateBytes(random, whole) : whole
  const response = await started.service.handle({
    method: 'POST',
    host: HOST,
    target: '/',
    scheme: 'http',
    remoteAddress: '127.0.0.1',
    headers: {
      host: HOST,
      'content-type': `multipart/form-data; boundary="${boundary}"`,
      'content-length': String(body.length),
    },
    body: inPieces(random, body),
  })
  const shown = `${story}: ${JSON.stringify(body.toString('latin1').slice(0, 2000))}`
  if (response.status >= 500) throw new Found(`${response.log.cause}: ${response.log.failure} for ${shown}`)
  if (response.status !== 204) return response.status
  const expected = simplyParsed(body, boundary)
  if (expected === undefined) throw new Found(`a malformed form was accepted: ${shown}`)
  const stored = await call(started, { method: 'GET', bucket: BUCKET, key: expected.key })
  if (stored.status !== 200 || !Buffer.from(stored.bytes).equals(expected.file)) {
    throw new Found(`${stored.status}, ${stored.bytes.length} bytes instead of ${expected.file.length} for ${shown}`)
  }
  return 204
}

function randomForm(random: Random, boundary: string): Buffer {
  const field = (name: string, value: Buffer, more = '') =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`),
      value,
      Buffer.from('\r\n'),
    ])
  const names = ['x-oss-meta-a', 'Cache-Control', 'success_action_status', 'unknown', 'x:var']
  const others = names.filter(() => random.below(3) === 0).map((name) => field(name, Buffer.from(randomText(random))))
  const key = field('key', Buffer.from(`k${random.below(1000)}/${randomText(random)}x`))
  const file = field('file', randomFile(random, boundary), '; filename="f"\r\nContent-Type: image/png')
  const rest = random.below(4) === 0 ? [field('submit', Buffer.from('Upload'))] : []
  const fields = random.below(2) === 0 ? [key, ...others] : [...others, key]
  return Buffer.concat([...fields, file, ...rest, Buffer.from(`--${boundary}--\r\n`)])
}

function randomText(random: Random): string {
  return Array.from({ length: random.below(12) }, () => pick(random, ['a', 'é', '目', ' ', '-', '"', ';', '='])).join(
    '',
  )
}

/** Bytes that often begin as a delimiter does. */
function randomFile(random: Random, boundary: string): Buffer {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const pieces = Array.from({ length: random.below(30) }, () => {
    if (random.below(2) === 0) return delimiter.subarray(0, random.below(delimiter.length))
    return Buffer.alloc(random.below(3_000), random.below(256))
  })
  return Buffer.concat(pieces)
}

function inPieces(random: Random, body: Buffer): ByteSource {
  let at = 0
  const most = pick(random, [1, 10, 100, 5_000])
  return {
    size: body.length,
    ready: async () => {},
    read: async (buffer) => {
      const piece = body.subarray(at, at + Math.min(1 + random.below(most), buffer.length))
      buffer.set(piece)
      at += piece.length
      return piece.length
    },
  }
}

interface Parsed {
  readonly key: string
  readonly file: Buffer
}

/** The key and the file of a form that is wholly at hand. */
function simplyParsed(body: Buffer, boundary: string): Parsed | undefined {
  const text = `\r\n${body.toString('latin1')}`
  const parts = text.split(`\r\n--${boundary}`).slice(1)
  let key: string | undefined
  for (const part of parts) {
    const end = part.indexOf('\r\n\r\n')
    const head = Buffer.from(part.slice(0, end), 'latin1').toString()
    const name = /;\s*name="([^"]*)"/i.exec(head)?.[1]?.toLowerCase()
    const value = Buffer.from(part.slice(end + 4), 'latin1')
    if (name === 'key') key = value.toString()
    if (name === 'file') return key === undefined ? undefined : { key: key.replaceAll('${filename}', 'f'), file: value }
  }
  return undefined
}
