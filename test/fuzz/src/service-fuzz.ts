/**
 * Malformed requests to a whole service in this process. Each is signed after it was corrupted, so that most pass
 * authentication.
 */
import { createHash } from 'node:crypto'
import { OssError } from '@bindery/protocol'
import { audit } from '@bindery/service'
import {
  BUCKET,
  call,
  FULL_PART,
  initiate,
  OTHER,
  type StartedService,
  send,
  startWithBucket,
  uploadPart,
} from '@bindery/service/testing'
import { type ByteSource, createMemoryBlobStore, createRandom, type Random } from '@bindery/storage'
import { corpusOf, type Inhabited, type Template } from './corpus.js'
import { emptyStore } from './empty-store.js'
import { Found } from './found.js'
import { mutateTemplate, pick } from './mutate.js'

/** Requests per service, before its whole state is checked. */
const REQUESTS = 300
/** A new upload is started after this many requests, because uploads get completed and aborted. */
const REQUESTS_AN_UPLOAD = 20
const CARRIED_BYTES_MAX = 1024

/**
 * Sends some hundred malformed requests, then frees everything and audits the rest. Resolves with the status of each
 * answer.
 */
export async function fuzzService(seed: number): Promise<string[]> {
  const random = createRandom(seed)
  const blobs = createMemoryBlobStore({ carriedBytesMax: random.below(2) * CARRIED_BYTES_MAX })
  const started = await startWithBucket({ seed, blobs })
  const answers: string[] = []
  let corpus: Template[] = []
  for (let count = 0; count < REQUESTS; count += 1) {
    if (count % REQUESTS_AN_UPLOAD === 0) corpus = corpusOf(await inhabit(started))
    const template = mutateTemplate(random, pick(random, corpus))
    answers.push(await attempt(started, random, template, `SEED=${seed}, request ${count}`))
  }
  await leaveNothing(started, `SEED=${seed}`)
  return answers
}

/** Creates the items that requests may name. */
async function inhabit(started: StartedService): Promise<Inhabited> {
  await call(started, { method: 'PUT', bucket: BUCKET })
  const key = 'an object'
  const body = Buffer.alloc(5000, 0x62)
  await call(started, { method: 'PUT', bucket: BUCKET, key, body })
  const uploadId = await initiate(started, key)
  const { headers } = await uploadPart(started, key, uploadId, 1, FULL_PART)
  return { bucket: BUCKET, key, uploadId, etag: headers.etag?.replaceAll('"', '') ?? '' }
}

async function attempt(started: StartedService, random: Random, template: Template, story: string): Promise<string> {
  const request = {
    ...template,
    headers: { ...digestOf(template), ...template.headers },
    body: random.below(6) === 0 ? breakingOff(template.body) : template.body,
    chunked: random.below(6) === 0,
    as: pick(random, ['root', 'root', 'root', 'root', 'other', 'anonymous'] as const),
    signature: pick(random, ['v1', 'v4'] as const),
    style: pick(random, ['host', 'path'] as const),
  }
  const { as, bucket, key, ...rest } = request
  const requester = as === 'other' ? { as: OTHER } : as === 'anonymous' ? { as } : {}
  const named = { ...(bucket === undefined ? {} : { bucket }), ...(key === undefined ? {} : { key }) }
  const described = () =>
    `${story}: ${JSON.stringify({ ...request, body: template.body.toString('latin1').slice(0, 500) })}`
  const response = await send(started, { ...rest, ...named, ...requester }).catch((error: unknown) => {
    throw new Found(`the service threw for ${described()}`, { cause: error })
  })
  if (response.status === 500 || response.log.failure !== undefined) {
    throw new Found(`${response.status} ${response.log.cause} for ${described()}`, { cause: response.log.failure })
  }
  const { body } = response
  if (response.status >= 400 && request.method !== 'HEAD' && !(body instanceof Uint8Array && isError(body))) {
    throw new Found(`${response.status} without a document for ${described()}`)
  }
  const answer = `${response.status} ${response.log.operation ?? ''} ${response.log.cause ?? ''}`.trim()
  if (body === undefined || body instanceof Uint8Array) return answer
  // A client may leave after any piece.
  for await (const piece of body) {
    piece.release()
    if (random.below(3) === 0) break
  }
  return answer
}

/** The digest that a DeleteMultipleObjects request must carry. */
function digestOf({ query, body }: Template): Record<string, string> {
  if (!('delete' in query)) return {}
  return { 'content-md5': createHash('md5').update(body).digest('base64') }
}

const isError = (body: Uint8Array): boolean => /<Code>\w+<\/Code>/.test(Buffer.from(body).toString())

/** A sender that disconnects after half of the body. */
function breakingOff(bytes: Buffer): ByteSource {
  const half = bytes.subarray(0, bytes.length >> 1)
  let position = 0
  return {
    size: bytes.length,
    async ready() {},
    async read(buffer) {
      if (position === half.length && bytes.length > 0) throw new OssError('incompleteBody')
      const piece = half.subarray(position, position + buffer.length)
      buffer.set(piece)
      position += piece.length
      return piece.length
    },
  }
}

/** After everything was deleted and swept nothing is left: no interrupted read, upload or part holds anything. */
async function leaveNothing(started: StartedService, story: string): Promise<void> {
  const { service, metadata, blobs } = started
  const findings: string[] = []
  const random = createRandom(1)
  const look = () =>
    audit({
      metadata,
      blobs,
      random: (length) => Uint8Array.from({ length }, () => random.below(256)),
      bytes: true,
      onFinding: (finding) => findings.push(JSON.stringify(finding)),
    })
  await look()
  await emptyStore(started)
  for (let more = true; more; ) more = (await service.sweep()).more
  const { checked } = await look()
  if (checked.blobs > 0 || checked.blobsToFree > 0) findings.push(`left: ${JSON.stringify(checked)}`)
  if (findings.length > 0) throw new Found([story, ...findings].join('\n'))
}
