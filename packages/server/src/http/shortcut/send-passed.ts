import type { PassSocket } from '@bindery/digest'
import type { LentBody, ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import type { Sent } from '../send-response.js'
import type { Link } from './link.js'

/** A body of which the kernel may take bytes from its own memory. */
export type PassableBody = LentBody & Required<Pick<LentBody, 'pass' | 'left'>>

/** A link on which that is possible. */
export type PassingLink = Link & Required<Pick<Link, 'pass'>>

/** Whether a body is one. */
export function isPassable(body: ServiceResponse['body']): body is PassableBody {
  return body !== undefined && !(body instanceof Uint8Array) && body.pass !== undefined
}

/** Whether a link is one. */
export function canPass(link: Link): link is PassingLink {
  return link.pass !== undefined
}

/**
 * Sends a head, and then a body: what the kernel has in its memory, from there, and the rest through the memory of this process. Calls back once, when all
 * was taken or the link is destroyed, and closes the body before.
 */
export function sendPassed(link: PassingLink, head: string, body: PassableBody, onSent: (sent: Sent) => void): void {
  if (!link.isSending) new Passing(link, head, body, onSent).continue()
  else {
    const passing = new Passing(link, '', body, onSent)
    link.send(head, undefined, (all) => (all ? passing.continue() : passing.end(false)))
  }
}

class Passing implements PassSocket {
  readonly #link: PassingLink
  readonly #body: PassableBody
  readonly #onSent: (sent: Sent) => void
  /** Until it was sent with the first bytes. */
  #head: string
  #bytes = 0
  #pieces: AsyncIterator<LentBytes> | undefined

  constructor(link: PassingLink, head: string, body: PassableBody, onSent: (sent: Sent) => void) {
    this.#link = link
    this.#head = head
    this.#body = body
    this.#onSent = onSent
  }

  /** Passes what comes next, when the kernel has all that was sent before. */
  continue(): void {
    if (this.#link.destroyed) {
      this.end(false)
      return
    }
    let isAtOnce = true
    try {
      this.#body.pass(this, (bytes) => {
        this.#bytes += bytes
        if (this.#body.left === 0) this.end(true)
        else if (this.#link.destroyed) this.end(false)
        else if (bytes === 0) void this.#sendNext()
        // others have their turn
        else if (isAtOnce) setImmediate(() => this.continue())
        else this.continue()
      })
    } catch (failure) {
      this.#fail(failure)
    }
    isAtOnce = false
  }

  /** Passes what the body has for it, behind the head. */
  pass(watch: object, position: number, length: number, passed: (bytes: number, outcome: number) => void): void {
    this.#link.pass(this.#takeHead(), watch, position, length, passed)
  }

  /** Called once, also when the link was destroyed. */
  end(whole: boolean, failure?: unknown): void {
    const sent = { bytes: this.#bytes, whole, ...(failure !== undefined && { failure }) }
    this.#body.close().then(
      () => this.#onSent(sent),
      (error: unknown) => this.#onSent({ ...sent, failure: failure ?? error }),
    )
  }

  /** Sends a piece that had to be read. */
  async #sendNext(): Promise<void> {
    try {
      this.#pieces ??= this.#body[Symbol.asyncIterator]()
      const { done, value } = await this.#pieces.next()
      if (done === true) {
        this.#fail(new Error('a body has ended before its announced length'))
        return
      }
      const { bytes } = value
      this.#link.send(this.#takeHead(), bytes, (all) => {
        value.release()
        if (all) this.#bytes += bytes.length
        if (!all) this.end(false)
        else if (this.#body.left === 0) this.end(true)
        else this.continue()
      })
    } catch (failure) {
      this.#fail(failure)
    }
  }

  #takeHead(): string {
    const head = this.#head
    this.#head = ''
    return head
  }

  /** The head promised bytes that cannot be read: only a broken connection reports that. */
  #fail(failure: unknown): void {
    this.#link.destroy()
    this.end(false, failure)
  }
}
