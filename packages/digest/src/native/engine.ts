import { endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import {
  DIGEST_NAMES,
  type Digest,
  type DigestName,
  type DigestRequest,
  type Digests,
  type FilePlace,
  NO_DIGESTS,
} from '../stream-digest.js'
import type { Appended, Blanks, Unsealed } from '../unsealed.js'
import { ANSWER, ANSWERED, type Binding, CIPHER, FILE_KIND, type FileKind, type RawEngine } from './binding.js'
import { Gathering } from './gathering.js'
import type { CipherName, NativeCipher, NativeEngine, NativeStream } from './native.js'

/** Jobs under way at a time; further ones wait for a slot. */
const JOBS_MAX = 512
/** Writing threads: a disk under load serves four better than two, and more gain nothing. */
const FILE_THREADS = 4

const ALL_SLOTS_TAKEN = -1
const NO_FILE = -1
const NANOSECONDS_PER_MS = 1e6
const LITTLE_ENDIAN = endianness() === 'LE'

const MD5_BYTES = 16
const TAG_BYTES = 16
/** Fewer bytes are encrypted where they are: the way to another thread costs more. */
const CRYPT_BYTES_MIN = 16 * 1024
const NO_BYTES = new Uint8Array(0)

/** A job under way. */
interface Job {
  readonly syscall: string
  /** The memory that the threads use: it must not be collected before the job is done. */
  readonly uses: unknown
  /** @param start position of the job's record in `answers`, which must be read at once */
  resolve(start: number): void
  reject(error: Error): void
}

const SYSCALL: Readonly<Record<FileKind, string>> = {
  allocate: 'fallocate',
  punchHole: 'fallocate',
  writeBack: 'sync_file_range',
}

/** The engine of `loadNative`: turns promises into slots and back. */
export class Engine implements NativeEngine {
  readonly digests: readonly DigestName[]
  readonly ciphers: readonly CipherName[]
  readonly #binding: Binding
  readonly #raw: RawEngine
  readonly #answers: DataView
  readonly #answerBytes: Uint8Array
  readonly #jobs: (Job | undefined)[] = new Array(JOBS_MAX).fill(undefined)
  #jobCount = 0
  /** Jobs that wait for a slot, in order; each returns whether it has begun. */
  readonly #waiting: (() => boolean)[] = []
  /**
   * Digests begin at the end of a turn of the event loop: one alone is hashed by the narrow kernel, and several in parallel lanes cost
   * hardly more than one.
   */
  readonly #digests = new Gathering(setImmediate, (begin) => this.#holding(begin))
  /** Images that are ready at the same time are written by one call, and share a sync. */
  readonly #appends = new Gathering(process.nextTick, (begin) => this.#holding(begin))
  #closed: Promise<void> | undefined
  #resolveIdle: (() => void) | undefined

  constructor(binding: Binding, md5Kernel: number, crcKernel: number) {
    this.digests = DIGEST_NAMES.filter((name) => (binding.digests & ANSWERED[name].bit) !== 0)
    const ciphers = Object.keys(CIPHER) as CipherName[]
    this.ciphers = ciphers.filter((name) => (binding.ciphers & (1 << CIPHER[name])) !== 0)
    this.#binding = binding
    this.#raw = binding.createEngine(JOBS_MAX, FILE_THREADS, md5Kernel, crcKernel, (count) => this.#take(count))
    this.#answers = new DataView(this.#raw.answers)
    this.#answerBytes = new Uint8Array(this.#raw.answers)
  }

  begin({ digests = [], runningMd5 }: DigestRequest = {}): NativeStream {
    if (runningMd5 !== undefined) return withRunningMd5(this.#begin(digests), this.#begin([], runningMd5))
    return this.#begin(digests)
  }

  #begin(digests: readonly DigestName[], savedMd5?: Uint8Array): NativeStream {
    this.#requireOpen()
    const binding = this.#binding
    const raw = this.#raw
    const wanted = setOf(digests)
    let stream: number | undefined = binding.begin(raw, wanted, savedMd5 !== undefined, savedMd5 ?? NO_BYTES)
    const current = () => {
      if (stream === undefined) throw new Error('the stream has ended')
      return stream
    }
    const end = () => {
      const ended = current()
      stream = undefined
      return ended
    }
    return {
      update: async (bytes, place) =>
        this.#run('pwrite', this.#updating(current(), bytes, place), (start) => this.#crc64At(start), bytes),
      finish: async () => {
        const ended = end()
        return this.#run(
          'finish',
          () => binding.finish(raw, ended),
          (start) => this.#digestAt(start, digests),
        )
      },
      discard: () => {
        const ended = end()
        this.#inTurn(() => {
          binding.discard(raw, ended)
          return true
        })
      },
    }
  }

  createCipher(name: CipherName, encrypts: boolean, key: Uint8Array, nonce: Uint8Array): NativeCipher {
    const binding = this.#binding
    const cipher = binding.createCipher(CIPHER[name], encrypts, key, nonce)
    return {
      update: async (bytes) => {
        if (bytes.length < CRYPT_BYTES_MIN) binding.cryptHere(cipher, bytes)
        else await this.#crypt(cipher, bytes)
      },
      finish() {
        const tag = new Uint8Array(TAG_BYTES)
        binding.cipherTag(cipher, tag)
        return tag
      },
      verify: (tag) => tag.length === TAG_BYTES && binding.cipherVerify(cipher, tag),
    }
  }

  #crypt(cipher: object, bytes: Uint8Array): Promise<void> {
    const start = () => this.#binding.crypt(this.#raw, cipher, bytes)
    return this.#run('crypt', start, () => undefined, { cipher, bytes })
  }

  digest(bytes: Uint8Array, digests: readonly DigestName[] = []): Promise<Digest> {
    const wanted = setOf(digests)
    const start = () => this.#binding.digest(this.#raw, bytes, wanted)
    return this.#run('finish', start, (record) => this.#digestAt(record, digests), bytes, this.#digests)
  }

  append(
    pieces: readonly Uint8Array[],
    place: FilePlace,
    syncFailed: Uint8Array,
    unsealed?: Unsealed,
  ): Promise<Appended> {
    if (unsealed !== undefined) return this.#seal(pieces, place, syncFailed, unsealed)
    const { fd, directFd = NO_FILE, position } = place
    const start = () => this.#binding.append(this.#raw, pieces, fd, directFd, position, syncFailed)
    const read = (record: number) => ({ milliseconds: this.#millisecondsAt(record + ANSWER.crc64) })
    return this.#run('pwrite', start, read, { pieces, syncFailed }, this.#appends)
  }

  #seal(
    pieces: readonly Uint8Array[],
    { fd, directFd = NO_FILE, position }: FilePlace,
    syncFailed: Uint8Array,
    unsealed: Unsealed,
  ): Promise<Appended> {
    const { bytes, digests, footer, blanks } = unsealed
    const [raw, wanted, places] = [this.#raw, setOf(digests), placesOf(blanks)]
    const start = () =>
      this.#binding.seal(raw, pieces, fd, directFd, position, syncFailed, bytes, wanted, footer, places)
    const read = (record: number) => ({
      milliseconds: this.#millisecondsAt(record + ANSWER.saved),
      digest: this.#digestAt(record, digests),
    })
    return this.#run('pwrite', start, read, { pieces, syncFailed, unsealed }, this.#digests)
  }

  async write(pieces: readonly Uint8Array[], { fd, directFd = NO_FILE, position }: FilePlace): Promise<void> {
    const start = () => this.#binding.write(this.#raw, pieces, fd, directFd, position)
    await this.#run('pwrite', start, () => undefined, pieces)
  }

  allocate(fd: number, position: number, length: number): Promise<void> {
    return this.#workOnFile('allocate', fd, position, length)
  }

  punchHole(fd: number, position: number, length: number): Promise<void> {
    return this.#workOnFile('punchHole', fd, position, length)
  }

  writeBack(fd: number, position: number, length: number): Promise<void> {
    return this.#workOnFile('writeBack', fd, position, length)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    while (!this.#digests.isEmpty || !this.#appends.isEmpty) await new Promise(setImmediate)
    if (this.#jobCount > 0) {
      await new Promise<void>((resolve) => {
        this.#resolveIdle = resolve
      })
    }
    this.#binding.close(this.#raw)
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw new Error('the engine is closed')
  }

  #updating(stream: number, bytes: Uint8Array, place: FilePlace | undefined): () => number {
    const { fd = NO_FILE, directFd = NO_FILE, position = 0 } = place ?? {}
    return () => this.#binding.update(this.#raw, stream, bytes, fd, directFd, position)
  }

  async #workOnFile(kind: FileKind, fd: number, position: number, length: number): Promise<void> {
    const start = () => this.#binding.workOnFile(this.#raw, FILE_KIND[kind], fd, position, length)
    await this.#run(SYSCALL[kind], start, () => undefined)
  }

  /** Starts a job, with others if it is gathered, when a slot is free; resolves with the result of `read` for its record. */
  #run<T>(
    syscall: string,
    start: () => number,
    read: (start: number) => T,
    uses?: unknown,
    gathering?: Gathering,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#requireOpen()
      const begin = () => {
        try {
          const slot = start()
          if (slot === ALL_SLOTS_TAKEN) return false
          this.#jobs[slot] = { syscall, uses, resolve: (record) => resolve(read(record)), reject }
          this.#jobCount++
        } catch (error) {
          reject(error)
        }
        return true
      }
      if (gathering === undefined) this.#inTurn(begin)
      else gathering.add(() => this.#inTurn(begin))
    })
  }

  /** Lets jobs begin with one wake-up. */
  #holding(begin: () => void): void {
    this.#binding.hold(this.#raw, true)
    try {
      begin()
    } finally {
      this.#binding.hold(this.#raw, false)
    }
  }

  #inTurn(begin: () => boolean): void {
    if (this.#waiting.length > 0 || !begin()) this.#waiting.push(begin)
  }

  /** Settles the finished jobs, and begins those that waited for a slot. */
  #take(count: number): void {
    for (let start = 0; start < count * ANSWER.bytes; start += ANSWER.bytes) {
      const slot = this.#answers.getUint32(start + ANSWER.slot, LITTLE_ENDIAN)
      const error = this.#answers.getInt32(start + ANSWER.error, LITTLE_ENDIAN)
      const job = this.#jobs[slot]
      this.#jobs[slot] = undefined
      this.#jobCount--
      if (error === 0) job?.resolve(start)
      else job?.reject(systemError(error, job.syscall))
    }
    let begun = 0
    while (this.#waiting[begun]?.() === true) begun++
    this.#waiting.splice(0, begun)
    if (this.#jobCount === 0) this.#resolveIdle?.()
  }

  #millisecondsAt(start: number): number {
    return Number(this.#answers.getBigUint64(start, LITTLE_ENDIAN)) / NANOSECONDS_PER_MS
  }

  #crc64At(start: number): bigint {
    return this.#answers.getBigUint64(start + ANSWER.crc64, LITTLE_ENDIAN)
  }

  #digestAt(start: number, names: readonly DigestName[]): Digest {
    const savedLength = this.#answers.getUint32(start + ANSWER.savedLength, LITTLE_ENDIAN)
    return {
      md5: this.#copy(start + ANSWER.md5, MD5_BYTES),
      crc64: this.#crc64At(start),
      digests: names.length === 0 ? NO_DIGESTS : this.#digestsAt(start + ANSWER.digests, names),
      ...(savedLength > 0 && { runningMd5: this.#copy(start + ANSWER.saved, savedLength) }),
    }
  }

  #digestsAt(start: number, names: readonly DigestName[]): Digests {
    const entries = names.map((name) => [name, this.#copy(start + ANSWERED[name].start, ANSWERED[name].bytes)] as const)
    return Object.fromEntries(entries)
  }

  #copy(start: number, length: number): Uint8Array {
    // a short array has no memory of its own, as long as nothing looks for it
    return this.#answerBytes.slice(start, start + length)
  }
}

/** The places of blanks as the addon reads them. */
function placesOf(blanks: Blanks): Uint8Array {
  if (known?.blanks !== blanks) {
    const { crc64, md5, end } = blanks
    known = { blanks, places: new Uint8Array(new Uint32Array([...crc64, md5, end]).buffer) }
  }
  return known.places
}

/** Most footers are alike. */
let known: { readonly blanks: Blanks; readonly places: Uint8Array } | undefined

function setOf(digests: readonly DigestName[]): number {
  return digests.reduce((set, name) => set | ANSWERED[name].bit, 0)
}

/** A stream whose bytes also continue another MD5: a second lane of the same kernel, at the same time. */
function withRunningMd5(stream: NativeStream, running: NativeStream): NativeStream {
  return {
    async update(bytes, place) {
      // The bytes are in use until both have ended, even if one fails.
      const [own, continued] = await Promise.allSettled([stream.update(bytes, place), running.update(bytes)])
      if (own.status === 'rejected') throw own.reason
      if (continued.status === 'rejected') throw continued.reason
      return own.value
    },
    async finish() {
      const [own, { runningMd5 }] = await Promise.all([stream.finish(), running.finish()])
      return runningMd5 === undefined ? own : { ...own, runningMd5 }
    },
    discard() {
      stream.discard()
      running.discard()
    },
  }
}

/** An error like those of Node's own file functions. */
export function systemError(errno: number, syscall: string): Error {
  const code = getSystemErrorName(-errno)
  return Object.assign(new Error(`${code}: ${syscall} failed`), { errno: -errno, code, syscall })
}
