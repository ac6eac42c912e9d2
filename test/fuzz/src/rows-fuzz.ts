/** Corrupted rows under a whole service: an undecodable row is reported as damage, and nothing else breaks. */
import { audit } from '@bindery/service'
import {
  BUCKET,
  call,
  complete,
  FULL_PART,
  initiate,
  send,
  startService,
  startWithBucket,
  uploadPart,
} from '@bindery/service/testing'
import {
  type BlobStore,
  createMemoryMetadataStore,
  createRandom,
  type MetadataStore,
  type Random,
  type Row,
  StorageError,
} from '@bindery/storage'
import { corpusOf, type Inhabited, type Template } from './corpus.js'
import { Found } from './found.js'
import { mutateBytes, pick } from './mutate.js'

const ROWS_MAX = 1000

/** A store with a row of each kind, and requests that read them. */
export interface Populated {
  readonly rows: readonly Row[]
  readonly blobs: BlobStore
  readonly requests: readonly Template[]
}

export async function populate(): Promise<Populated> {
  const started = await startWithBucket()
  const key = 'an object'
  await call(started, { method: 'PUT', bucket: BUCKET, key, body: Buffer.alloc(5000, 0x62) })
  const joined = await initiate(started, 'joined')
  const first = await uploadPart(started, 'joined', joined, 1, FULL_PART)
  await complete(started, 'joined', joined, [[1, first.headers.etag]])
  const uploadId = await initiate(started, key)
  const { headers } = await uploadPart(started, key, uploadId, 1, FULL_PART)
  const copySource = { 'x-oss-copy-source': `/${BUCKET}/joined` }
  const query = { uploadId, partNumber: '2' }
  await call(started, { method: 'PUT', bucket: BUCKET, key, query, headers: copySource })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'gone', body: 'x' })
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'gone' })
  const inhabited: Inhabited = { bucket: BUCKET, key, uploadId, etag: headers.etag?.replaceAll('"', '') ?? '' }
  const requests = corpusOf(inhabited)
  const lifecycle = requests.find(({ method, query }) => method === 'PUT' && 'lifecycle' in query)
  if (lifecycle !== undefined) await call(started, { ...requestOf(lifecycle) })
  const joinedRead: Template = {
    method: 'GET',
    bucket: BUCKET,
    key: 'joined',
    query: {},
    headers: {},
    body: Buffer.alloc(0),
  }
  const rows = await started.metadata.read((reader) =>
    reader.range(new Uint8Array(), Uint8Array.of(255), { limit: ROWS_MAX }),
  )
  return { rows, blobs: started.blobs, requests: [...requests, joinedRead] }
}

const requestOf = ({ bucket = BUCKET, key = '', ...rest }: Template) => ({ ...rest, bucket, key })

/** Corrupts one row, then answers requests, sweeps, recovers and audits. */
export async function fuzzRows({ rows, blobs, requests }: Populated, seed: number): Promise<void> {
  const random = createRandom(seed)
  const victim = random.below(rows.length)
  const spoilt = rows.map(({ key, value }, index) => ({
    key,
    value: index === victim ? mutateRow(random, value) : value,
  }))
  const story = `SEED=${seed}: the row ${Buffer.from(rows[victim]?.key ?? []).toString('latin1')} is now ${spoilt[victim]?.value.toString('latin1')}`
  const metadata = await storeWith(spoilt)
  const kept = readingOnly(blobs)
  await asDamage(story, () =>
    audit({ metadata, blobs: kept, random: bytesBy(random), bytes: false, onFinding: () => {} }),
  )
  const started = await startService({ metadata, blobs: kept, seed })
  await asDamage(`${story}, recover`, () => started.service.recover([]))
  await asDamage(`${story}, sweep`, () => started.service.sweep())
  for (let count = 0; count < REQUESTS; count += 1) {
    const template = pick(random, requests)
    const request = `${story}, ${template.method} ${template.key} ${JSON.stringify(template.query)}`
    await answered(request, send(started, requestOf(template)))
  }
}

/** There must be an answer, whatever its status. Its bytes may break off if they turn out to be damaged. */
async function answered(story: string, sent: ReturnType<typeof send>): Promise<void> {
  const { status, body } = await sent.catch((error: unknown) => failed(story, error))
  if (status >= 400 || body === undefined || body instanceof Uint8Array) return
  const pieces = body[Symbol.asyncIterator]()
  for (;;) {
    const next = await pieces.next().catch(() => undefined)
    if (next === undefined || next.done === true) return
    next.value.release()
  }
}

const REQUESTS = 12

const INTRUDERS = [null, 0, -1, 1e300, '', 'x', [], {}, true]

/** Corrupts the bytes of a row or, if they are JSON after a version byte, one of its values. */
function mutateRow(random: Random, row: Uint8Array): Buffer {
  const value = random.below(2) === 0 ? jsonOf(row) : undefined
  if (value === undefined) return mutateBytes(random, row)
  return Buffer.concat([row.subarray(0, 1), Buffer.from(JSON.stringify(mutateValue(random, value)))])
}

function jsonOf(row: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(row.subarray(1)).toString())
  } catch {
    return undefined
  }
}

function mutateValue(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.below(4) === 0) return pick(random, INTRUDERS)
  const entries = Object.entries(value)
  if (entries.length === 0) return pick(random, INTRUDERS)
  const [name, inner] = pick(random, entries)
  const rest = entries.filter(([other]) => other !== name)
  const changed = random.below(4) === 0 ? rest : [...rest, [name, mutateValue(random, inner)] as const]
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed)
}

const bytesBy = (random: Random) => (length: number) => Uint8Array.from({ length }, () => random.below(256))

async function storeWith(rows: readonly Row[]): Promise<MetadataStore> {
  const metadata = createMemoryMetadataStore()
  for (const { key, value } of rows) await metadata.transact(async (tx) => tx.set(key, value))
  return metadata
}

/** The same blobs for every run: a deletion in one run does not affect the next. */
function readingOnly(blobs: BlobStore): BlobStore {
  return { ...blobs, delete: async () => {}, close: async () => {} }
}

function isDamage(error: unknown): boolean {
  return error instanceof StorageError && error.kind !== 'limit' && error.kind !== 'misuse'
}

async function asDamage(story: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isDamage(error)) failed(story, error)
  }
}

function failed(story: string, error: unknown): never {
  throw new Found(story, { cause: error })
}
