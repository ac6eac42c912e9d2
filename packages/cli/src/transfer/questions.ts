import { createInterface } from 'node:readline/promises'

/** One question at a time on the terminal, whose answer may be that of all others. */
export class Questions {
  #previous: Promise<unknown> = Promise.resolve()
  #forAll: boolean | undefined

  /** Waits for an answer to `text`: yes, no, all or none; Ctrl-C is a signal to this process, and no. */
  ask(text: string): Promise<boolean> {
    const answer = this.#previous.then(() => this.#forAll ?? this.#put(text))
    this.#previous = answer.catch(() => {})
    return answer
  }

  async #put(text: string): Promise<boolean> {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const stop = new AbortController()
    terminal.on('SIGINT', () => {
      this.#forAll = false
      stop.abort()
      process.emit('SIGINT')
    })
    try {
      const answer = (await terminal.question(text, { signal: stop.signal })).trim().toLowerCase()
      if (/^(?:a|all|全部)$/.test(answer)) this.#forAll = true
      if (/^(?:none|全不)$/.test(answer)) this.#forAll = false
      return this.#forAll ?? /^(?:y|yes|是)$/.test(answer)
    } catch (error) {
      if (stop.signal.aborted) return false
      throw error
    } finally {
      terminal.close()
    }
  }
}
