/** A download: ranges in parallel, each continued at the byte where it broke off, of one version of the object, verified. */
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { DownloadOptions, DownloadResult, DownloadTarget, ObjectInfo, WrittenRange } from '../types/object.js'
import type { Checksum } from '../wire/checksum.js'
import { asOssError } from '../wire/failure.js'
import { bareEtag, objectInfo } from '../wire/object-headers.js'
import { getObject, headObject } from '../wire/objects.js'
import type { Answer, Requester } from '../wire/requester.js'
import { backOff, pause } from '../wire/retry.js'
import { objectChanged } from './object-changed.js'
import { checksumOf } from './part-body.js'
import type { PlannedPart } from './plan.js'
import { runPool } from './pool.js'
import type { Run, Runner } from './task.js'

const PART_BYTES = 8 * 1024 * 1024

/**
 * Downloads one version of an object, or a range of it, into a target. The parts of a whole object are compared with
 * its CRC-64 unless `verify` is `none`. `discard` closes the target and drops what it holds; `close` keeps what an
 * unfinished download has written.
 */
export class DownloadRunner<Value> implements Runner<DownloadResult<Value>> {
  readonly #requester: Requester
  readonly #checksum: () => Promise<Checksum>
  readonly #options: DownloadOptions & { readonly bucket: string }
  readonly #target: DownloadTarget<Value>
  #info: ObjectInfo | undefined
  #start = 0
  #waiting: PlannedPart[] = []
  #parts: readonly PlannedPart[] = []
  readonly #checksums = new Map<number, bigint>()
  readonly #rangeChecksums = new WeakMap<WrittenRange, Promise<bigint>>()
  #isFinished = false
  /** The answer that described the object, with its first bytes. */
  #first: Answer | undefined

  constructor(
    environment: { readonly requester: Requester; readonly checksum: () => Promise<Checksum> },
    target: DownloadTarget<Value>,
    options: DownloadOptions & { readonly bucket: string },
  ) {
    this.#requester = environment.requester
    this.#checksum = environment.checksum
    this.#target = target
    this.#options = options
  }

  async run(run: Run): Promise<DownloadResult<Value> | undefined> {
    try {
      return await this.#run(run)
    } finally {
      if (!this.#isFinished && (await this.#target.keep?.()) === false) this.#info = undefined
    }
  }

  async #run(run: Run): Promise<DownloadResult<Value> | undefined> {
    const info = this.#info ?? (await this.#open(run))
    run.setState('running')
    const cut = new AbortController()
    // a combined signal costs as much as the rest of a small download
    const signal = this.#waiting.length > 1 ? AbortSignal.any([run.signal, cut.signal]) : run.signal
    await runPool<PlannedPart>({
      parallelism: run.parallelism,
      next: () => this.#waiting.shift(),
      run: (part) => this.#receive(run, part, info, signal),
      isDraining: run.isDraining,
      onFailure: () => cut.abort(new DOMException('Another range failed.', 'AbortError')),
    })
    if (this.#waiting.length > 0) return undefined
    run.setState('completing')
    await this.#verify(info)
    const value = await this.#target.finish()
    this.#isFinished = true
    return { info, value }
  }

  async discard(): Promise<void> {
    await this.#target.close({ discard: true })
    this.#isFinished = true
    await this.close()
  }

  /** After a failure, another run opens again what it can continue. */
  async release(): Promise<void> {
    if (this.#target.read === undefined || this.#isFinished) return
    this.#info = undefined
    await this.close()
  }

  async close(): Promise<void> {
    const first = this.#takeFirst()
    if (first !== undefined) await leave(first)
    if (!this.#isFinished) await this.#target.close({ discard: false })
  }

  async #open(run: Run): Promise<ObjectInfo> {
    const { range, partSize = 'auto' } = this.#options
    const bytes = partSize === 'auto' ? PART_BYTES : partSize
    const info = await this.#describe(run, bytes)
    const { ifMatch = 'pin' } = this.#options
    if (ifMatch !== 'pin' && bareEtag(ifMatch) !== info.etag) throw objectChanged(info.key)
    const start = Math.min(range?.start ?? 0, info.size)
    const size = Math.max(0, Math.min(range?.end ?? info.size, info.size) - start)
    const count = Math.ceil(size / bytes)
    const present = await this.#target.open(info, size, { start, ranges: count })
    this.#parts = Array.from({ length: count }, (_, index) => ({
      partNumber: index + 1,
      offset: index * bytes,
      size: Math.min(bytes, size - index * bytes),
    }))
    run.board.reset(this.#parts, size)
    this.#start = start
    this.#waiting = []
    for (const part of this.#parts) {
      if (await this.#isPresent(part, present, run.signal)) run.emitPart(run.board.reused(part.partNumber))
      else this.#waiting.push(part)
    }
    this.#info = info
    return info
  }

  /** Describes the object, of a small one by the answer that has its bytes. */
  async #describe(run: Run, bytes: number): Promise<ObjectInfo> {
    const { key, bucket, range } = this.#options
    // S3 answers with the checksum of an object only where all of it is requested
    const isBegun = await this.#target.isBegun?.()
    if (range === undefined && isBegun !== true && this.#requester.dialect === 'oss') {
      const hooks = { ...run.hooks, lends: true }
      const first = await getObject(this.#requester, this.#options, { range: { start: 0, end: bytes } }, hooks).catch(
        (error: unknown) => {
          if (error instanceof OssError && error.status === 416) return undefined // it is empty
          throw error
        },
      )
      const size = /^bytes 0-\d+\/(\d+)$/.exec(first?.response.header('content-range') ?? '')?.[1]
      if (size !== undefined) {
        this.#first = first
        return { ...objectInfo(bucket, key, (first as Answer).response), size: Number(size) }
      }
      if (first !== undefined) await leave(first)
    }
    return headObject(this.#requester, this.#options, run.hooks)
  }

  /** Whether an earlier run wrote a part. Its bytes are read again: they may be lost, and the checksum of the whole needs them. */
  async #isPresent(
    { partNumber, offset, size }: PlannedPart,
    present: readonly WrittenRange[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { read } = this.#target
    const range = present.find(([start, end]) => start <= offset && offset + size <= end)
    if (read === undefined || range === undefined) return false
    const checksum = await this.#checksum()
    const found = async (start: number, end: number) => {
      signal.throwIfAborted()
      return checksumOf(read.call(this.#target, start, end), checksum)
    }
    const [start, end, expected] = range
    const isOnePart = start === offset && end === offset + size
    const own = await found(offset, offset + size)
    this.#checksums.set(partNumber, own)
    if (expected === undefined) return true
    const ofRange = isOnePart ? own : await this.#rangeChecksum(range, () => found(start, end))
    return String(ofRange) === expected
  }

  /** That of a range of several parts, which is read once for all of them. */
  #rangeChecksum(range: WrittenRange, read: () => Promise<bigint>): Promise<bigint> {
    const known = this.#rangeChecksums.get(range) ?? read()
    this.#rangeChecksums.set(range, known)
    return known
  }

  #takeFirst(): Answer | undefined {
    const first = this.#first
    this.#first = undefined
    return first
  }

  async #receive(run: Run, part: PlannedPart, info: ObjectInfo, signal: AbortSignal): Promise<void> {
    const { partNumber, offset, size } = part
    run.emitPart(run.board.started(partNumber, Date.now()))
    const state = { done: 0, checksum: 0n }
    try {
      for (let attempt = 1; state.done < size; attempt += 1) {
        const before = state.done
        // a request has attempts of its own; those here are for bodies that break off
        const answer = await this.#request(run, part, info, state.done, signal)
        try {
          await this.#receiveFrom(run, part, answer, state, signal)
        } catch (thrown) {
          signal.throwIfAborted()
          const error = asOssError(thrown)
          if (state.done > before) attempt = 1 // what moves is worth going on with
          if (!error.retryable || attempt >= this.#requester.retry.maxAttempts) throw error
          run.emitPart(run.board.retried(partNumber, attempt + 1, error))
          await pause(backOff(this.#requester.retry, attempt + 1), signal)
        }
      }
    } catch (thrown) {
      this.#waiting.unshift(part)
      run.emitPart(run.board.released(partNumber))
      throw thrown
    }
    this.#checksums.set(partNumber, state.checksum)
    const { verify = 'crc64' } = this.#options
    await this.#target.written?.(offset, offset + size, verify === 'crc64' ? state.checksum : undefined)
    run.parallelism.arrived(size, Date.now())
    run.emitPart(run.board.done(partNumber, Date.now()))
  }

  /** Requests a part from the byte `done` on. */
  async #request(
    run: Run,
    part: PlannedPart,
    { key, etag }: ObjectInfo,
    done: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { partNumber, offset, size } = part
    const range = { start: this.#start + offset + done, end: this.#start + offset + size }
    const { onSent: _, ...hooks } = run.hooksFor(part)
    const first = partNumber === 1 ? this.#takeFirst() : undefined
    const conditions = { range, ifMatch: etag }
    const answer =
      first ??
      (await getObject(this.#requester, this.#options, conditions, { ...hooks, signal, lends: true }).catch(
        (error: unknown) => {
          throw error instanceof OssError && error.status === 412 ? objectChanged(key) : error
        },
      ))
    checkRange(answer.response.status, answer.response.header('content-range'), range)
    return answer
  }

  async #receiveFrom(
    run: Run,
    { partNumber, offset, size }: PlannedPart,
    answer: Answer,
    state: { done: number; checksum: bigint },
    signal: AbortSignal,
  ): Promise<void> {
    const { verify = 'crc64' } = this.#options
    const { crc64 } = await this.#checksum()
    for await (const piece of answer.response.body) {
      if (state.done + piece.length > size) throw tooMuch()
      if (!run.throttle.isOpen) await run.throttle.take(piece.length, signal)
      await this.#target.write(offset + state.done, piece, signal)
      if (verify === 'crc64') state.checksum = crc64(piece, state.checksum)
      state.done += piece.length
      run.emitPart(run.board.moved(partNumber, state.done, Date.now()))
    }
    if (state.done < size) throw cutShort()
  }

  async #verify(info: ObjectInfo): Promise<void> {
    const { verify = 'crc64', range } = this.#options
    if (verify === 'none' || range !== undefined || info.crc64 === undefined) return
    const { combine } = await this.#checksum()
    let checksum = 0n
    for (const { partNumber, size } of this.#parts) {
      const part = this.#checksums.get(partNumber) ?? 0n
      // most objects are one part, and combining takes longer than hashing a small one
      checksum = partNumber === 1 ? part : combine(checksum, part, size)
    }
    if (String(checksum) === info.crc64) return
    // nothing of it may be taken for a part of the object later
    this.#info = undefined
    await this.#target.close({ discard: true })
    throw new OssError({
      code: CLIENT_CODES.checksumMismatch,
      message: `The object's CRC-64 is ${info.crc64}; the bytes that arrived have ${checksum}.`,
      hint: 'Download it again; what arrived was not taken over.',
    })
  }
}

/** Drops a body that is not wanted. */
async function leave({ response }: Answer): Promise<void> {
  for await (const _ of response.body) break
}

function checkRange(status: number, contentRange: string | undefined, wanted: { start: number; end: number }): void {
  if (status === 206 && contentRange?.startsWith(`bytes ${wanted.start}-`) === true) return
  throw new OssError({
    code: 'UnexpectedAnswer',
    message: `The server answered ${status} ${contentRange ?? ''} where bytes ${wanted.start} to ${wanted.end - 1} were requested.`,
  })
}

function tooMuch(): OssError {
  return new OssError({ code: 'UnexpectedAnswer', message: 'The server sent more bytes than were requested.' })
}

function cutShort(): OssError {
  return new OssError({ code: CLIENT_CODES.network, message: 'The answer ended too early.', retryable: true })
}
