import { Worker } from 'node:worker_threads'
import { crc64 } from './crc64.js'
import { createDigester, digestOf } from './digester.js'
import type { HashAnswer, HashRequest } from './hash-worker.js'
import { type NativeEngine, nativeEngine } from './native/native.js'
import type { Digest, DigestRequest, StreamDigest } from './stream-digest.js'

/** Where bytes are hashed: on the caller's thread, on others, or by native code. */
export interface Hasher {
  /** @param sizeExpected bytes of the stream, or undefined if unknown; short streams are not worth another thread */
  begin(sizeExpected: number | undefined, request?: DigestRequest): StreamDigest
  /** The digest of bytes, which must not change until it resolves. */
  digest(bytes: Uint8Array, request?: DigestRequest): Promise<Digest>
  /** Resolves with the CRC-64 of bytes, which must not change until then. */
  crc64(bytes: Uint8Array): Promise<bigint>
  /** Ends its threads. Pending calls are rejected. */
  close(): Promise<void>
}

/** Hashes natively if the addon is available, otherwise on a worker thread. One hasher serves a whole store. */
export function createHasher(): Hasher {
  const engine = nativeEngine()
  return engine === undefined ? createThreadedHasher(1) : createNativeHasher(engine)
}

function beginHere(request?: DigestRequest): StreamDigest {
  const digester = createDigester(request)
  return {
    update: async (bytes) => digester.update(bytes),
    finish: async () => digester.finish(),
    discard: () => {},
  }
}

/** Hashes on the caller's thread. */
export function createInlineHasher(): Hasher {
  return {
    begin: (_sizeExpected, request) => beginHere(request),
    digest: async (bytes, request) => digestOf(bytes, request),
    crc64: async (bytes) => crc64(bytes),
    close: async () => {},
  }
}

/**
 * Streams announced as shorter than this are hashed on the calling thread: the way to the engine and back costs
 * more.
 */
const NATIVE_BYTES_MIN = 16 * 1024

/**
 * Hashes many streams at once on an engine's thread. Short streams, checksums, and digests that the engine lacks are
 * computed on the caller's thread.
 */
export function createNativeHasher(engine: NativeEngine): Hasher {
  const isHere = (sizeExpected: number | undefined, { digests = [] }: DigestRequest = {}) =>
    (sizeExpected !== undefined && sizeExpected < NATIVE_BYTES_MIN) ||
    digests.some((name) => !engine.digests.includes(name))
  return {
    begin(sizeExpected, request) {
      if (isHere(sizeExpected, request)) return beginHere(request)
      const stream = engine.begin(request)
      return { ...stream, updateAndWrite: (bytes, place) => stream.update(bytes, place) }
    },
    async digest(bytes, request) {
      if (isHere(bytes.length, request)) return digestOf(bytes, request)
      if (request?.runningMd5 === undefined) return engine.digest(bytes, request?.digests)
      const stream = engine.begin(request)
      const [, digest] = await Promise.all([stream.update(bytes), stream.finish()])
      return digest
    },
    crc64: async (bytes) => crc64(bytes),
    close: async () => {},
  }
}

/** Streams announced as shorter than this are hashed on the calling thread. */
const THREADED_BYTES_MIN = 256 * 1024

/**
 * Hashes on worker threads, which start on first use. Buffers in shared memory are not copied.
 * @param threadCount at least 1
 */
export function createThreadedHasher(threadCount: number): Hasher {
  const threads = Array.from({ length: threadCount }, () => new HashThread())
  let nextStream = 0
  const leastBusy = () => threads.reduce((best, thread) => (thread.load < best.load ? thread : best))
  return {
    begin(sizeExpected, request) {
      if (sizeExpected !== undefined && sizeExpected < THREADED_BYTES_MIN) return beginHere(request)
      return leastBusy().begin(nextStream++, request)
    },
    async digest(bytes, request) {
      if (bytes.length < THREADED_BYTES_MIN) return digestOf(bytes, request)
      const stream = leastBusy().begin(nextStream++, request)
      const [, digest] = await Promise.all([stream.update(bytes), stream.finish()])
      return digest
    },
    crc64(bytes) {
      // A checksum costs less than waiting for another stream's MD5.
      const idle = bytes.length < THREADED_BYTES_MIN ? undefined : threads.find((thread) => thread.isIdle)
      return idle?.ask<bigint>({ kind: 'crc64', bytes }) ?? Promise.resolve(crc64(bytes))
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

interface Pending {
  resolve(answer: HashAnswer): void
  reject(error: Error): void
}

/** One worker, whose answers come in the order of the requests. */
class HashThread {
  #worker: Worker | undefined
  #failure: Error | undefined
  #streamCount = 0
  readonly #pending: Pending[] = []

  get load(): number {
    return this.#streamCount + this.#pending.length
  }

  get isIdle(): boolean {
    return this.#pending.length === 0
  }

  begin(stream: number, request: DigestRequest = {}): StreamDigest {
    this.#streamCount++
    return {
      update: (bytes) => this.ask<bigint>({ kind: 'update', stream, request, bytes }),
      finish: () => {
        this.#streamCount--
        return this.ask<Digest>({ kind: 'finish', stream, request })
      },
      discard: () => {
        this.#streamCount--
        this.#worker?.postMessage({ kind: 'discard', stream } satisfies HashRequest)
      },
    }
  }

  ask<Answer extends HashAnswer>(request: HashRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#worker ??= this.#start()
      if (this.#pending.length === 0) this.#worker.ref()
      this.#pending.push({ resolve: (answer) => resolve(answer as Answer), reject })
      this.#worker.postMessage('bytes' in request ? { ...request, bytes: shareable(request.bytes) } : request)
    })
  }

  async close(): Promise<void> {
    this.#fail(new Error('the hasher is closed'))
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./hash-worker.js', import.meta.url))
    worker.on('message', (answer: HashAnswer) => {
      this.#pending.shift()?.resolve(answer)
      if (this.#pending.length === 0) worker.unref()
    })
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('a hashing thread has ended')))
    return worker
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure)
  }
}

/** A message clones all the memory that a view belongs to, unless it is shared. */
function shareable(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? bytes : new Uint8Array(bytes)
}
