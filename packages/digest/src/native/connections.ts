import { type ConnectionsBinding, PASSED, type RawConnections, SENT } from './binding.js'

/** A report's fields in a batch, each a 32-bit integer. */
const FIELDS = 4
const CAME = 0
const PLACED = 1
const ALL_SENT = 2
const ENDED = 3
const BROKEN = 4

/** Integers and bytes of an entry of `hashes`. */
const HASH_FIELDS = 6
const HASH_START = 8
const HASH_BYTES = 16

const NOTHING = new Uint8Array(0)

/** The owner of a connection, to which it reports. Reports come in a turn of their own. */
export interface ConnectionListener {
  /** Bytes that came. They are valid only until it returns. */
  came(bytes: Buffer): void
  /** Bytes that came into those given to `receive`. */
  placed(bytes: number): void
  /** The kernel has everything that was to be sent. */
  sent(): void
  /** The other side will send nothing more. */
  ended(): void
  /** The connection is lost. It still has to be dropped. */
  broken(): void
}

/**
 * Connections whose bytes the addon receives and sends itself, in the event loop of this thread, without streams of Node.js: many at once, and
 * into the memory where they are wanted. The process stays alive as long as there is one.
 */
export class Connections {
  readonly #binding: ConnectionsBinding
  readonly #raw: RawConnections
  readonly #reports: Int32Array
  readonly #arena: Buffer
  readonly #hashes: Int32Array
  readonly #digests: Buffer
  readonly #connections: (OwnedConnection | undefined)[] = []
  #open = 0
  #isClosed = false
  /** Whether short answers that wait will leave: behind a batch, or in the next tick. */
  #willFlush = false
  /** A number of the batch that is being reported, of the last one that was hashed, and where the report is. */
  #batch = 0
  #hashedBatch = 0
  #at = 0

  /** Throws where the event loop cannot watch them. */
  constructor(binding: ConnectionsBinding) {
    this.#binding = binding
    this.#raw = binding.openConnections((count) => this.#deliver(count))
    this.#reports = new Int32Array(this.#raw.reports)
    this.#arena = Buffer.from(this.#raw.arena)
    this.#hashes = new Int32Array(this.#raw.hashes)
    this.#digests = Buffer.from(this.#raw.hashes)
  }

  /**
   * Takes a socket, by a descriptor of its own: the one that is given stays the caller's, but must not be read from any more. Undefined if the system
   * has no descriptors left.
   */
  adopt(fd: number): OwnedConnection | undefined {
    const number = this.#binding.adopt(this.#raw, fd)
    if (number < 0) return undefined
    const hooks = {
      forget: () => this.#forget(number),
      queued: () => this.#flushSoon(),
      md5Of: (body: Buffer) => this.#md5Of(body),
    }
    const connection = new OwnedConnection(this.#binding, this.#raw, number, hooks)
    this.#connections[number] = connection
    this.#open += 1
    if (this.#open === 1) this.#binding.keepAlive(this.#raw, true)
    return connection
  }

  /** Cuts all connections, whose owners are to drop them. */
  close(): void {
    if (this.#isClosed) return
    for (const connection of this.#connections) connection?.listener?.broken()
    this.#isClosed = true
    this.#binding.closeConnections(this.#raw)
  }

  #forget(number: number): void {
    this.#connections[number] = undefined
    this.#open -= 1
    if (this.#open === 0) this.#binding.keepAlive(this.#raw, false)
  }

  /** Answers that become known in the same tick leave together. */
  #flushSoon(): void {
    if (this.#willFlush) return
    this.#willFlush = true
    process.nextTick(() => {
      this.#willFlush = false
      if (!this.#isClosed) this.#binding.flush(this.#raw)
    })
  }

  #deliver(count: number): void {
    const reports = this.#reports
    this.#batch += 1
    // the addon flushes behind the batch
    this.#willFlush = true
    try {
      for (let at = 0; at < count * FIELDS; at += FIELDS) {
        this.#at = at / FIELDS
        // the owner of another one may have dropped it
        const connection = this.#connections[reports[at] ?? 0]
        if (connection !== undefined)
          this.#report(connection, reports[at + 1] ?? 0, reports[at + 2] ?? 0, reports[at + 3] ?? 0)
      }
    } finally {
      this.#willFlush = false
      // what comes later must not be taken for this batch
      this.#batch += 1
    }
  }

  #md5Of(body: Buffer): () => Uint8Array | undefined {
    const batch = this.#batch
    const entry = this.#at * HASH_FIELDS
    const { buffer, byteOffset, length } = body
    return () => {
      if (batch !== this.#batch || buffer !== this.#raw.arena) return undefined
      if (this.#hashedBatch !== batch) this.#binding.hashBodies(this.#raw)
      this.#hashedBatch = batch
      if (this.#hashes[entry] !== byteOffset || this.#hashes[entry + 1] !== length) return undefined
      const start = entry * 4 + HASH_START
      return Buffer.from(this.#digests.subarray(start, start + HASH_BYTES))
    }
  }

  #report(connection: OwnedConnection, kind: number, start: number, length: number): void {
    const { listener } = connection
    if (kind === CAME) listener?.came(this.#arena.subarray(start, start + length))
    else if (kind === PLACED) listener?.placed(length)
    else if (kind === ALL_SENT) listener?.sent()
    else if (kind === ENDED) listener?.ended()
    else if (kind === BROKEN) listener?.broken()
    else connection.endPass(start, length)
  }
}

interface Hooks {
  /** The connection has no number any more. */
  readonly forget: () => void
  /** A short answer waits for `flush`. */
  readonly queued: () => void
  readonly md5Of: (body: Buffer) => () => Uint8Array | undefined
}

/** One connection. Nothing may be called after `drop` or `release`. */
export class OwnedConnection {
  /** To be set in the turn in which the connection was adopted. */
  listener: ConnectionListener | undefined
  readonly #binding: ConnectionsBinding
  readonly #raw: RawConnections
  readonly #number: number
  readonly #hooks: Hooks
  /** Called with the outcome of what is being passed, and the bytes that are left. */
  #passing: ((outcome: number, left: number) => void) | undefined

  constructor(binding: ConnectionsBinding, raw: RawConnections, number: number, hooks: Hooks) {
    this.#binding = binding
    this.#raw = raw
    this.#number = number
    this.#hooks = hooks
  }

  /**
   * Receives the next bytes into `bytes` instead of reporting them, until they are full; then it pauses. Returns how many came at once, or a negative
   * number if none will: those are not reported, but all later ones are.
   */
  receive(bytes: Uint8Array): number {
    return this.#binding.receive(this.#raw, this.#number, bytes)
  }

  /**
   * A function for the MD5 of the body of a request that was reported as one piece, given as a part of that piece. The first call hashes those of
   * the whole batch. It returns undefined when the batch has been reported, and where the body was not hashed: if it is longer than 4 KiB.
   */
  md5Of(body: Buffer): () => Uint8Array | undefined {
    return this.#hooks.md5Of(body)
  }

  /** Receives nothing until `resume` or `receive`, also of what `receive` wanted. */
  pause(): void {
    this.#binding.receive(this.#raw, this.#number, NOTHING)
  }

  resume(): void {
    this.#binding.pause(this.#raw, this.#number, false)
  }

  /**
   * Sends a text of which each character is a byte, and bytes behind it. `sent`: the addon or the kernel has all of it. `sending`: the rest follows, which
   * `sent` of the listener reports; until then `bytes` must not change. `busy`: nothing was taken, because others still follow, whose end is reported
   * so. `lost`: the connection is.
   */
  send(text: string, bytes: Uint8Array = NOTHING): 'sent' | 'sending' | 'busy' | 'lost' {
    const outcome = this.#binding.send(this.#raw, this.#number, text, bytes)
    if (outcome === SENT.queued) this.#hooks.queued()
    else if (outcome === SENT.follows) return 'sending'
    else if (outcome === SENT.busy) return 'busy'
    else if (outcome !== SENT.all) return 'lost'
    return 'sent'
  }

  /**
   * Sends a text, and passes bytes of a watched file behind it, as a `PassSocket` does. Nothing may be sent, nor may the connection be released, until it calls back, which `drop` makes
   * it do.
   */
  pass(
    text: string,
    watch: object,
    position: number,
    length: number,
    passed: (bytes: number, outcome: number) => void,
  ): void {
    const outcome = this.#binding.pass(this.#raw, this.#number, text, watch, position, length)
    this.#passing = (reason, left) => passed(length - left, reason)
    if (outcome !== PASSED.follows) this.endPass(outcome, this.unpassed())
  }

  get isPassing(): boolean {
    return this.#passing !== undefined
  }

  /** For `Connections`: the kernel has what was to be passed, except for the bytes that are left. */
  endPass(outcome: number, left: number): void {
    const passing = this.#passing
    this.#passing = undefined
    passing?.(outcome, left)
  }

  /** How many of the bytes that are being passed the kernel has not taken yet. */
  unpassed(): number {
    return this.#passing === undefined ? 0 : this.#binding.unpassed(this.#raw, this.#number)
  }

  /** Bytes that the kernel has not taken yet, without those that are passed. */
  unsent(): number {
    return this.#binding.unsent(this.#raw, this.#number)
  }

  /** A copy of these bytes. */
  unsentBytes(): Buffer {
    return this.#binding.unsentBytes(this.#raw, this.#number)
  }

  /** Sends an end behind what the kernel has. */
  shut(): void {
    this.#binding.shut(this.#raw, this.#number)
  }

  /** Closes the connection; what the kernel has is still sent. */
  drop(): void {
    const left = this.#binding.drop(this.#raw, this.#number)
    this.#hooks.forget()
    this.endPass(PASSED.broken, left)
  }

  /** Gives the connection up, without what it has not sent. Returns its descriptor, which is the caller's from then on. */
  release(): number {
    const fd = this.#binding.release(this.#raw, this.#number)
    this.#hooks.forget()
    return fd
  }
}
