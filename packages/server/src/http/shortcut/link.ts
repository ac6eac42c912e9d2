import type { Socket } from 'node:net'

/** A connection that is not encrypted, as the shortcut uses it: a socket of Node.js, or one that the addon owns. */
export interface Link {
  /** The addresses of both ends, as `peerOf` and `hostAndPort` have them. */
  readonly peer: string
  readonly local: string
  /** Whether nothing can be received or sent any more. */
  readonly destroyed: boolean
  /** Whether the kernel has not taken all that was to be sent. */
  readonly isSending: boolean
  readonly isPaused: boolean
  /** Whether bytes that came are lost when the owner's `came` returns. */
  readonly lendsBytes: boolean
  /**
   * A function for the MD5 of a body, given as the part of bytes that just came, where hashing it together with others is cheaper than alone. It returns
   * undefined when the owner's `came` has returned. Absent: it never is.
   */
  md5Of?(body: Buffer): () => Uint8Array | undefined
  /** Called when the link has closed, for what an answer still holds then. */
  onClosed: (() => void) | undefined
  /** Begins to report to the owner. */
  start(owner: LinkOwner): void
  /** Calls the owner's `silent` when nothing was received or sent for so long, again and again. */
  setTimeout(milliseconds: number): void
  pause(): void
  /** Lets bytes come. A link may put them into `room`, and report that they were placed; even before it returns. */
  resume(room?: Uint8Array): void
  /**
   * Sends a text of which each character is a byte, and bytes behind it, which must not change until `taken` is called: once, maybe before it returns,
   * with true when the kernel has all of them, with false when the link is destroyed before.
   */
  send(text: string, bytes: Uint8Array | undefined, taken: (all: boolean) => void): void
  /**
   * Sends a text, and bytes of a watched file behind it, as a `PassSocket` takes them, while the link is neither sending nor destroyed; it is sending until it calls back. Absent: all bytes go through
   * the memory of this process.
   */
  pass?(
    text: string,
    watch: object,
    position: number,
    length: number,
    passed: (bytes: number, outcome: number) => void,
  ): void
  /** Sends an end behind what was to be sent, and these bytes. */
  end(bytes?: Uint8Array): void
  destroy(): void
  /** Destroys the link when the kernel has what was to be sent. */
  destroySoon(): void
  /** Gives the connection up, to a socket of Node.js which begins with bytes that were not used. */
  leave(bytes: Buffer): Socket
}

/** The owner of a link. */
export interface LinkOwner {
  came(bytes: Buffer): void
  /** Bytes that came into the room that was given to `resume`. */
  placed(bytes: number): void
  ended(): void
  closed(): void
  silent(): void
}
