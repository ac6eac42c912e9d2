import { endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import type { Digest, FilePlace } from '../stream-digest.js'
import { ANSWER, type Binding, FILE_KIND, type FileKind, type RawEngine } from './binding.js'
import type { NativeEngine, NativeStream } from './native.js'

/** Jobs that are under way at once; more wait for their turn here. */
const JOBS_MAX = 512
/** Threads that write: a disk under load serves four better than two, and more gain nothing. */
const FILE_THREADS = 4

const ALL_SLOTS_TAKEN = -1
const LITTLE_ENDIAN = endianness() === 'LE'

/** One record of an engine's answers. */
interface Answer {
  readonly crc64: bigint
  readonly md5: Uint8Array
}

/** A job under way. It holds the bytes, which the threads read. */
interface Job {
  readonly syscall: string
  readonly bytes: Uint8Array | undefined
  resolve(answer: Answer): void
  reject(error: Error): void
}

const SYSCALL: Readonly<Record<FileKind, string>> = {
  allocate: 'fallocate',
  punchHole: 'fallocate',
  writeBack: 'sync_file_range',
}

/** The engine of `loadNative`: turns promises into slots and back. */
export class Engine implements NativeEngine {
  readonly #binding: Binding
  readonly #raw: RawEngine
  readonly #answers: DataView
  readonly #jobs: (Job | undefined)[] = new Array(JOBS_MAX).fill(undefined)
  #jobCount = 0
  /** What could not begin for want of slots, in order; each returns whether it has begun. */
  readonly #waiting: (() => boolean)[] = []
  #closed: Promise<void> | undefined
  #resolveIdle: (() => void) | undefined

  constructor(binding: Binding, md5Kernel: number, crc64Kernel: number) {
    this.#binding = binding
    this.#raw = binding.createEngine(JOBS_MAX, FILE_THREADS, md5Kernel, crc64Kernel, (count) => this.#take(count))
    this.#answers = new DataView(this.#raw.answers)
  }

  begin(): NativeStream {
    this.#requireOpen()
    const binding = this.#binding
    const raw = this.#raw
    let stream: number | undefined = binding.begin(raw)
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
      update: async (bytes, place) => (await this.#run('pwrite', this.#updating(current(), bytes, place), bytes)).crc64,
      finish: async (): Promise<Digest> => {
        const ended = end()
        const { md5, crc64 } = await this.#run('finish', () => binding.finish(raw, ended))
        return { md5, crc64 }
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
    const { fd = 0, position = 0 } = place ?? {}
    return () => this.#binding.update(this.#raw, stream, bytes, place !== undefined, fd, position)
  }

  async #workOnFile(kind: FileKind, fd: number, position: number, length: number): Promise<void> {
    const start = () => this.#binding.workOnFile(this.#raw, FILE_KIND[kind], fd, position, length)
    await this.#run(SYSCALL[kind], start)
  }

  /** Starts a job, at once or in its turn, and resolves with its answer. */
  #run(syscall: string, start: () => number, bytes?: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#requireOpen()
      this.#inTurn(() => {
        try {
          const slot = start()
          if (slot === ALL_SLOTS_TAKEN) return false
          this.#jobs[slot] = { syscall, bytes, resolve, reject }
          this.#jobCount++
        } catch (error) {
          reject(error)
        }
        return true
      })
    })
  }

  #inTurn(begin: () => boolean): void {
    if (this.#waiting.length > 0 || !begin()) this.#waiting.push(begin)
  }

  /** Settles the jobs whose answers have come, and begins those that waited for a slot. */
  #take(count: number): void {
    for (let start = 0; start < count * ANSWER.bytes; start += ANSWER.bytes) {
      const slot = this.#answers.getUint32(start + ANSWER.slot, LITTLE_ENDIAN)
      const error = this.#answers.getInt32(start + ANSWER.error, LITTLE_ENDIAN)
      const job = this.#jobs[slot]
      this.#jobs[slot] = undefined
      this.#jobCount--
      if (error === 0) job?.resolve(this.#answerAt(start))
      else job?.reject(systemError(error, job.syscall))
    }
    let begun = 0
    while (this.#waiting[begun]?.() === true) begun++
    this.#waiting.splice(0, begun)
    if (this.#jobCount === 0) this.#resolveIdle?.()
  }

  #answerAt(start: number): Answer {
    const md5Start = start + ANSWER.md5
    return {
      crc64: this.#answers.getBigUint64(start + ANSWER.crc64, LITTLE_ENDIAN),
      md5: new Uint8Array(this.#raw.answers.slice(md5Start, md5Start + ANSWER.md5Bytes)),
    }
  }
}

/** An error as Node's own file functions reject with. */
export function systemError(errno: number, syscall: string): Error {
  const code = getSystemErrorName(-errno)
  return Object.assign(new Error(`${code}: ${syscall} failed`), { errno: -errno, code, syscall })
}
