import type { LentBody, ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import type { Sent } from '../send-response.js'
import type { Link, Passage } from './link.js'

/** A body of which the kernel may take bytes from its own memory. */
export type PassableBody = LentBody & Required<Pick<LentBody, 'pass' | 'left'>>

/** Whether a body is one. */
export function isPassable(body: ServiceResponse['body']): body is PassableBody {
  return body !== undefined && !(body instanceof Uint8Array) && body.pass !== undefined
}

/**
 * Sends a head, and then a body: what the kernel has in its memory, from there, and the rest through the memory of this process. Calls back once, when all
 * was taken or the link is destroyed, and closes the body before.
 */
export function sendPassed(
  link: Link,
  passage: Passage,
  head: string,
  body: PassableBody,
  onSent: (sent: Sent) => void,
): void {
  const passing = new Passing(link, passage, body, onSent)
  link.send(head, undefined, (all) => (all ? passing.continue() : passing.end(false)))
}

class Passing {
  readonly #link: Link
  readonly #passage: Passage
  readonly #body: PassableBody
  readonly #onSent: (sent: Sent) => void
  #bytes = 0
  #pieces: AsyncIterator<LentBytes> | undefined

  constructor(link: Link, passage: Passage, body: PassableBody, onSent: (sent: Sent) => void) {
    this.#link = link
    this.#passage = passage
    this.#body = body
    this.#onSent = onSent
  }

  /** Passes what comes next, when the kernel has all that was sent before. */
  continue(): void {
    if (this.#link.destroyed) {
      this.end(false)
      return
    }
    try {
      if (!this.#passage.isFree()) {
        this.#awaitRoom()
        return
      }
      const passed = this.#body.pass(this.#passage.socket)
      if (passed < 0) {
        void this.#sendNext()
        return
      }
      this.#bytes += passed
      if (this.#body.left === 0) this.end(true)
      else if (passed < PASSED_AT_ONCE) this.#awaitRoom()
      // others have their turn
      else setImmediate(() => this.continue())
    } catch (failure) {
      this.#fail(failure)
    }
  }

  #awaitRoom(): void {
    this.#passage.awaitRoom((has) => (has ? this.continue() : this.end(false)))
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
      this.#link.send('', bytes, (all) => {
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

  /** The head promised bytes that cannot be read: only a broken connection reports that. */
  #fail(failure: unknown): void {
    this.#link.destroy()
    this.end(false, failure)
  }
}

/** The bytes that a body passes at once if nothing keeps it from doing so. */
const PASSED_AT_ONCE = 1024 * 1024
