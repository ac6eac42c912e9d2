import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ByteRange, StorageError } from '@bindery/storage'
import { ByteStream } from './byte-stream.js'
import type { Retries } from './retries.js'
import type { S3Client } from './s3-client.js'
import { S3Failure, storageErrorOf } from './s3-failure.js'

/** A read whose answer has not begun after this time is sent a second time, over another connection. */
export const HEDGE_MS = 800

/** Opens ranges of the objects of an S3 store. Keys are without the prefix of the store. */
export class S3Reads {
  readonly #client: S3Client
  readonly #retries: Retries
  readonly #prefix: string
  readonly #hedgeMs: number

  constructor(client: S3Client, retries: Retries, prefix: string, hedgeMs = HEDGE_MS) {
    this.#client = client
    this.#retries = retries
    this.#prefix = prefix
    this.#hedgeMs = hedgeMs
  }

  /** Whether a read waits for a connection that others have. */
  get isContended(): boolean {
    return this.#client.isContended
  }

  /** A range of at least one byte. Throws StorageError `notFound`, `unavailable`. */
  async open(key: string, range: ByteRange): Promise<ByteStream> {
    try {
      return new ByteStream(await this.#retries.run(() => this.#hedged(key, range)))
    } catch (error) {
      if (error instanceof S3Failure && (error.isMissing || error.status === 416)) {
        throw new StorageError('notFound', `there is no blob ${key}`, { cause: error })
      }
      throw storageErrorOf(error, `read ${key}`)
    }
  }

  /** A range as a whole; short ones only. Throws as `open`. */
  async whole(key: string, range: ByteRange): Promise<Buffer> {
    const bytes = Buffer.alloc(range.end - range.start)
    const read = async () => {
      const stream = new ByteStream(await this.#hedged(key, range))
      try {
        await stream.fill(bytes)
      } finally {
        stream.close()
      }
    }
    try {
      await this.#retries.run(read)
      return bytes
    } catch (error) {
      if (error instanceof S3Failure && (error.isMissing || error.status === 416)) {
        throw new StorageError('notFound', `there is no blob ${key}`, { cause: error })
      }
      throw storageErrorOf(error, `read ${key}`)
    }
  }

  /** The first of two answers, the second of which is requested only if the first is late. */
  async #hedged(key: string, range: ByteRange): Promise<IncomingMessage> {
    const tries: { readonly answer: Promise<IncomingMessage>; readonly abort: () => void }[] = []
    const begin = () => {
      const controller = new AbortController()
      const answer = this.#get(key, range, controller.signal)
      answer.catch(() => {})
      tries.push({ answer, abort: () => controller.abort() })
      return answer
    }
    const timer = new AbortController()
    const late = sleep(this.#hedgeMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const)
    const first = begin()
    try {
      const winner = await Promise.race([first, late])
      if (winner !== 'late') return winner
      if (!this.#retries.take()) return await first
      const answers = [first, begin()]
      const response = await Promise.any(answers).catch(() => first)
      for (const { answer, abort } of tries) if ((await settledWith(answer)) !== response) abort()
      return response
    } finally {
      timer.abort()
    }
  }

  async #get(key: string, { start, end }: ByteRange, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = { range: `bytes=${start}-${end - 1}` }
    const response = await this.#client.open({ method: 'GET', key: this.#prefix + key, headers, signal })
    const isPartial = response.statusCode === 206
    if (isPartial || (start === 0 && Number(response.headers['content-length']) === end)) return response
    response.destroy()
    throw new S3Failure(0, '', 'the S3 store has answered another range')
  }
}

/** The value of a promise that has resolved; undefined for any other. */
async function settledWith<T>(promise: Promise<T>): Promise<T | undefined> {
  const pending = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
  return await Promise.race([promise.catch(() => undefined), pending])
}
