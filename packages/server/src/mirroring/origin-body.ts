import type { IncomingMessage } from 'node:http'
import { OssError, PART_SIZE_MAX } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'

/** A sender that is silent for this long counts as pausing: it gets its buffer back. */
const PAUSE_MS = 20

/**
 * The body of an answer, read as its consumer demands. Fails with incompleteBody where the connection ends early,
 * requestTimeout where no byte arrives for `idleMs`, and entityTooLarge beyond 5 GiB.
 */
export class OriginBody implements ByteSource {
  readonly size: number | undefined
  readonly #incoming: IncomingMessage
  readonly #idleMs: number
  #taken = 0
  #wake: () => void = () => {}

  constructor(incoming: IncomingMessage, idleMs: number) {
    this.#incoming = incoming
    this.#idleMs = idleMs
    const { 'content-length': length } = incoming.headers
    this.size = length === undefined ? undefined : Number(length)
    for (const event of ['readable', 'end', 'close', 'error']) incoming.on(event, () => this.#wake())
  }

  async ready(): Promise<void> {
    if (!(await this.#something(this.#idleMs))) throw new OssError('requestTimeout')
  }

  async read(buffer: Uint8Array): Promise<number> {
    await this.ready()
    let filled = 0
    while (filled < buffer.length && !this.#hasEnded && (await this.#something(PAUSE_MS))) {
      const piece: Uint8Array | null = this.#incoming.read(
        Math.min(this.#incoming.readableLength, buffer.length - filled),
      )
      if (piece === null) continue
      buffer.set(piece, filled)
      filled += piece.length
    }
    this.#taken += filled
    if (this.#taken > PART_SIZE_MAX) throw new OssError('entityTooLarge')
    return filled
  }

  get #hasEnded(): boolean {
    return this.#incoming.complete && this.#incoming.readableLength === 0
  }

  /** Whether a byte or the end arrives within a time. */
  async #something(ms: number): Promise<boolean> {
    if ((this.size ?? 0) > PART_SIZE_MAX) throw new OssError('entityTooLarge')
    const until = performance.now() + ms
    while (this.#incoming.readableLength === 0 && !this.#hasEnded) {
      if (this.#incoming.destroyed) throw new OssError('incompleteBody')
      const left = until - performance.now()
      if (left <= 0) return false
      await this.#event(left)
    }
    return true
  }

  #event(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
