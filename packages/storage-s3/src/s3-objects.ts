import { setTimeout as sleep } from 'node:timers/promises'
import type { Hasher } from '@bindery/digest'
import { rethrowHashFailure, StorageError } from '@bindery/storage'
import type { Retries } from './retries.js'
import type { S3Client } from './s3-client.js'
import { S3Failure, storageErrorOf } from './s3-failure.js'
import { elementOf, encoded } from './s3-xml.js'

/** How long a store that was full is not tried again. */
const FULL_MS = 30_000
/** A PUT whose answer did not come may still be carried out: its object is deleted again after this time. */
const LATE_MS = 60_000
/** Objects that are to be deleted again at most; more are found as orphans when this process has ended. */
const LATE_MAX = 10_000
/** How long a request that has failed, or the end of the store, waits for objects to be deleted. */
const CLEAN_MS = 5_000

/** A multipart upload of one object. */
export interface Upload {
  /** Sends the next part, whose buffers must not change until it resolves. */
  part(body: readonly Uint8Array[]): Promise<void>
  /** Makes the object, of this many bytes. */
  complete(bytes: number): Promise<void>
  /** Leaves nothing visible. Never rejects. */
  abandon(): Promise<void>
}

/** Makes objects in an S3 store. Keys are without the prefix of the store. */
export class S3Objects {
  readonly #client: S3Client
  readonly #retries: Retries
  readonly #hasher: Hasher
  readonly #prefix: string
  readonly #late = new Map<string, NodeJS.Timeout>()
  #fullUntil = Number.NEGATIVE_INFINITY

  constructor(client: S3Client, retries: Retries, hasher: Hasher, prefix: string) {
    this.#client = client
    this.#retries = retries
    this.#hasher = hasher
    this.#prefix = prefix
  }

  /** Throws StorageError `noSpace` if the store was full a moment ago. */
  requireSpace(): void {
    if (performance.now() < this.#fullUntil) throw new StorageError('noSpace', 'the S3 store was full a moment ago')
  }

  /** Throws StorageError `unavailable` if the store does not answer, or refuses the key. */
  async reach(): Promise<void> {
    try {
      await this.#client.send({ method: 'HEAD', key: `${this.#prefix}reach` })
    } catch (error) {
      if (!(error instanceof S3Failure && error.isMissing)) throw storageErrorOf(error, 'reach the store')
    }
  }

  /**
   * Stores an object, which the store verifies by its MD5. After a failure the object is deleted, unless `isRepeated`: then another
   * write of the same key may follow, which a late deletion must not undo.
   */
  async put(key: string, body: readonly Uint8Array[], { isRepeated = false } = {}): Promise<void> {
    const headers = { 'content-md5': await this.#md5(body), 'content-type': 'application/octet-stream' }
    try {
      await this.#try(() => this.#client.send({ method: 'PUT', key: this.#prefix + key, headers, body }))
    } catch (error) {
      if (!isRepeated) await this.#deleteFailed(key)
      throw this.#failure(error, `store ${key}`)
    }
  }

  /** @param options as of `put` */
  async beginUpload(key: string, { isRepeated = false } = {}): Promise<Upload> {
    const begin = () => this.#client.send({ method: 'POST', key: this.#prefix + key, query: { uploads: '' } })
    const { text } = await this.#try(begin).catch((error) => {
      throw this.#failure(error, `begin ${key}`)
    })
    const uploadId = elementOf(text, 'UploadId')
    if (uploadId === undefined) throw new StorageError('unavailable', 'the S3 store began no upload')
    const etags: string[] = []
    return {
      part: async (body) => {
        etags.push(await this.#part(key, uploadId, etags.length + 1, body))
      },
      complete: (bytes) => this.#complete(key, uploadId, etags, bytes),
      abandon: async () => {
        await this.abort(key, uploadId).catch(() => {})
        if (!isRepeated) await this.#deleteFailed(key)
      },
    }
  }

  /** Ends an upload; one that is gone is ended. */
  async abort(key: string, uploadId: string): Promise<void> {
    try {
      await this.#try(() => this.#client.send({ method: 'DELETE', key: this.#prefix + key, query: { uploadId } }))
    } catch (error) {
      if (!(error instanceof S3Failure && error.isMissing)) throw this.#failure(error, `abort ${key}`)
    }
  }

  /** Deletes once more what late requests may have made; a store that does not answer is not waited for. */
  async close(): Promise<void> {
    const keys = [...this.#late.keys()]
    for (const timer of this.#late.values()) clearTimeout(timer)
    this.#late.clear()
    if (keys.length > 0) await withinTime(Promise.all(keys.map((key) => this.#delete(key))))
  }

  async #part(key: string, uploadId: string, number: number, body: readonly Uint8Array[]): Promise<string> {
    const headers = { 'content-md5': await this.#md5(body) }
    const query = { partNumber: String(number), uploadId }
    try {
      const send = () => this.#client.send({ method: 'PUT', key: this.#prefix + key, query, headers, body })
      const { etag } = (await this.#try(send)).headers
      if (etag === undefined) throw new S3Failure(0, '', 'a part has no ETag')
      return etag
    } catch (error) {
      throw this.#failure(error, `store part ${number} of ${key}`)
    }
  }

  async #complete(key: string, uploadId: string, etags: readonly string[], bytes: number): Promise<void> {
    const parts = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${encoded(etag)}</ETag></Part>`,
    )
    const body = [Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`)]
    const headers = { 'content-type': 'application/xml' }
    try {
      await this.#try(async () => {
        try {
          const request = { method: 'POST', key: this.#prefix + key, query: { uploadId }, headers, body } as const
          const { text } = await this.#client.send(request)
          // some stores begin the answer before they know its outcome
          const code = elementOf(text, 'Code')
          if (code !== undefined) throw new S3Failure(500, code, `complete ${key}: ${code}`)
        } catch (error) {
          if (!(await this.#isThere(key, bytes, error))) throw error
        }
      })
    } catch (error) {
      throw this.#failure(error, `complete ${key}`)
    }
  }

  /** Whether an earlier try, whose answer did not come, has made the object. */
  async #isThere(key: string, bytes: number, error: unknown): Promise<boolean> {
    const mayBe = error instanceof S3Failure && (error.status === 0 || error.status >= 500 || error.isMissing)
    if (!mayBe) return false
    try {
      const { headers } = await this.#client.send({ method: 'HEAD', key: this.#prefix + key })
      return Number(headers['content-length']) === bytes
    } catch {
      return false
    }
  }

  async #md5(body: readonly Uint8Array[]): Promise<string> {
    const bytes = body.reduce((sum, { length }) => sum + length, 0)
    const stream = this.#hasher.begin(bytes)
    await Promise.all(body.map((piece) => rethrowHashFailure(stream.update(piece))))
    const { md5 } = await rethrowHashFailure(stream.finish())
    return Buffer.from(md5).toString('base64')
  }

  #try<T>(attempt: () => Promise<T>): Promise<T> {
    return this.#retries.run(attempt)
  }

  /** Removes whatever a failed request has made, or makes later. */
  async #deleteFailed(key: string): Promise<void> {
    this.#deleteLater(key)
    await withinTime(this.#delete(key))
  }

  /** Again and again, until the store has answered once. */
  #deleteLater(key: string): void {
    if (this.#late.size >= LATE_MAX) return
    const timer = setTimeout(async () => {
      const isDone = await this.#delete(key)
      // it may have been closed meanwhile
      if (!this.#late.delete(key) || isDone) return
      this.#deleteLater(key)
    }, LATE_MS)
    this.#late.set(key, timer.unref())
  }

  /** Whether the store has answered. What is never deleted is found as an orphan when this process has ended. */
  async #delete(key: string): Promise<boolean> {
    try {
      await this.#client.send({ method: 'DELETE', key: this.#prefix + key })
      return true
    } catch (error) {
      return error instanceof S3Failure && error.isMissing
    }
  }

  #failure(error: unknown, what: string): unknown {
    if (error instanceof S3Failure && error.isFull) this.#fullUntil = performance.now() + FULL_MS
    return storageErrorOf(error, what)
  }
}

/** Resolves when `deletion` has, or after CLEAN_MS. */
async function withinTime(deletion: Promise<unknown>): Promise<void> {
  const waited = new AbortController()
  const late = sleep(CLEAN_MS, undefined, { signal: waited.signal, ref: false }).catch(() => {})
  await Promise.race([deletion, late])
  waited.abort()
}
