/** Clients of a service that will lose power. Each uses keys of its own, one request at a time. */
import {
  BUCKET,
  call,
  complete,
  initiate,
  type StartedService,
  type TestRequest,
  uploadPart,
} from '@bindery/service/testing'
import type { Random } from '@bindery/storage'
import type { Disk } from './disk.js'
import type { Promises } from './promises.js'
import { randomBytes } from './source.js'

const CLIENTS = 4
const REQUESTS_MAX = 8
const SMALL_SIZES = [0, 500, 4500, 9000]
/** The last two make parts that are joined. */
const APPEND_SIZES = [0, 1, 500, 4500, 9000, 600_000, 600_000]
/** The minimum size of a part that is not the last. */
const PART_BYTES = 100 * 1024
/** The bucket that keeps versions. */
const KEPT = 'kept-versions'

/** A service on a disk, and what it has promised. */
export interface Living {
  readonly disk: Disk
  readonly started: StartedService
  readonly promises: Promises
}

/** The bucket of a key. */
export const bucketOf = (key: string): string => (key.startsWith('kept') ? KEPT : BUCKET)

/** Makes the buckets, one of which keeps versions. */
export async function prepareBuckets(started: StartedService): Promise<void> {
  for (const bucket of [BUCKET, KEPT]) await started.service.ensureBucket(bucket, '1000000000000001')
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  await expectStatus(call(started, { method: 'PUT', bucket: KEPT, query: { versioning: undefined }, body }), 200)
}

/** Some concurrent clients and the sweeper, until all have ended. */
export async function liveAtRandom(living: Living, random: Random): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, async (_, number) => {
    const client = new Client(living, number, random)
    for (let request = random.below(REQUESTS_MAX); request >= 0; request -= 1) await client.act()
  })
  const sweeping = (async () => {
    for (let pass = 0; pass < CLIENTS; pass += 1) await living.started.service.sweep()
  })()
  await Promise.all([...clients, sweeping])
}

class Client {
  readonly #living: Living
  readonly #number: number
  readonly #random: Random
  /** Contents of the versions that this client has made of its key, with their ids, the newest last. */
  readonly #versions: { readonly content: Buffer | undefined; readonly id: string }[] = []

  constructor(living: Living, number: number, random: Random) {
    this.#living = living
    this.#number = number
    this.#random = random
  }

  async act(): Promise<void> {
    const key = `key-${this.#number}`
    switch (this.#random.below(9)) {
      case 0:
        return void (await this.#change(key, undefined, { method: 'DELETE' }, 204))
      case 1:
        return this.#copy(key)
      case 2:
        return this.#abandon(key)
      case 3:
        return this.#upload(key)
      case 4:
      case 5:
        return this.#append(`log-${this.#number}`)
      case 6:
      case 7:
        return this.#keep(`kept-${this.#number}`)
      default: {
        const content = this.#bytes(SMALL_SIZES)
        await this.#change(key, content, { method: 'PUT', body: content, headers: this.#encrypting() }, 200)
      }
    }
  }

  #bytes(sizes: readonly number[]): Buffer {
    return randomBytes(this.#random, sizes[this.#random.below(sizes.length)] ?? 0)
  }

  /** Headers by which half of all objects are encrypted. */
  #encrypting(): Record<string, string> {
    const algorithm = [undefined, undefined, 'AES256', 'SM4'][this.#random.below(4)]
    return algorithm === undefined ? {} : { 'x-oss-server-side-encryption': algorithm }
  }

  /** A request after which a key has these bytes. */
  async #change(
    key: string,
    content: Buffer | undefined,
    request: Omit<TestRequest, 'key' | 'bucket'>,
    status: number,
  ) {
    const { disk, started, promises } = this.#living
    const done = promises.begin(key, content, disk.journal.next())
    const send = () => call(started, { ...request, bucket: bucketOf(key), key })
    let answer = await send()
    // many conflicts in a row are answered SlowDown, and nothing was written: clients repeat the request
    for (let tries = 1; answer.status === 503 && tries < 10; tries += 1) answer = await send()
    const response = await expectStatus(Promise.resolve(answer), status)
    done(disk.journal.next())
    return response
  }

  async #append(key: string): Promise<void> {
    const { started } = this.#living
    const { status, bytes } = await call(started, { method: 'GET', bucket: BUCKET, key })
    const before = status === 200 ? Buffer.from(bytes) : Buffer.alloc(0)
    const added = this.#bytes(APPEND_SIZES)
    const query = { append: undefined, position: String(before.length) }
    const request = { method: 'POST', query, body: added, headers: this.#encrypting() }
    await this.#change(key, Buffer.concat([before, added]), request, 200)
  }

  /** Makes a version or a delete marker, or takes the newest one away. */
  async #keep(key: string): Promise<void> {
    const kind = this.#random.below(4)
    const [newest, before] = [this.#versions.at(-1), this.#versions.at(-2)]
    if (kind === 0 && newest !== undefined && before !== undefined) {
      await this.#change(key, before.content, { method: 'DELETE', query: { versionId: newest.id } }, 204)
      this.#versions.pop()
      return
    }
    const content = kind === 1 ? undefined : this.#bytes(SMALL_SIZES)
    const { headers } =
      content === undefined
        ? await this.#change(key, content, { method: 'DELETE' }, 204)
        : await this.#change(key, content, { method: 'PUT', body: content, headers: this.#encrypting() }, 200)
    this.#versions.push({ content, id: headers['x-oss-version-id'] ?? '' })
  }

  async #upload(key: string): Promise<void> {
    const { disk, started, promises } = this.#living
    const parts = [PART_BYTES, PART_BYTES, 5000].map((size) => randomBytes(this.#random, size))
    const done = promises.begin(key, Buffer.concat(parts), disk.journal.next())
    const uploadId = await initiate(started, key, { headers: this.#encrypting() })
    const answers = await Promise.all(parts.map((part, index) => uploadPart(started, key, uploadId, index + 1, part)))
    const listed = answers.map(({ headers }, index) => [index + 1, headers.etag] as const)
    await expectStatus(complete(started, key, uploadId, listed), 200)
    done(disk.journal.next())
  }

  /** An upload that is not completed, and perhaps aborted. */
  async #abandon(key: string): Promise<void> {
    const { started } = this.#living
    const uploadId = await initiate(started, key)
    await uploadPart(started, key, uploadId, 1, randomBytes(this.#random, 5000))
    if (this.#random.below(2) === 0) await call(started, { method: 'DELETE', bucket: BUCKET, key, query: { uploadId } })
  }

  /** A copy to a key of its own, of the source's current content: only the audit knows the correct result. */
  async #copy(key: string): Promise<void> {
    const source = this.#random.below(2) === 0 ? key : `log-${this.#number}`
    const headers = { 'x-oss-copy-source': `/${BUCKET}/${source}`, ...this.#encrypting() }
    const { started } = this.#living
    const { status } = await call(started, { method: 'PUT', bucket: BUCKET, key: `copy-of-${key}`, headers })
    if (status !== 200 && status !== 404) throw new Error(`a copy was answered ${status}`)
  }
}

async function expectStatus(answer: ReturnType<typeof call>, expected: number): ReturnType<typeof call> {
  const response = await answer
  if (response.status !== expected) throw new Error(`${response.status} instead of ${expected}: ${response.text}`)
  return response
}
