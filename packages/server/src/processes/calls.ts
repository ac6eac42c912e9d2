import { Failure, type FailureDetails, type FailureKind } from '../failure.js'

/** One end of a pipe between two processes: `process` in a worker, the worker in the primary. */
export interface Pipe {
  send(message: unknown): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** Functions that the other process may call. Arguments and results must survive structured clone. */
export type Calls = { readonly [name: string]: (input: never) => Promise<unknown> }

/** The functions of the other process. */
export type Remote<C extends Calls> = {
  readonly [N in keyof C]: (...input: Parameters<C[N]>) => ReturnType<C[N]>
}

/** An error in the form that is sent to another process. */
interface SentError {
  readonly message: string
  readonly stack?: string | undefined
  readonly kind?: FailureKind
  readonly details?: FailureDetails[FailureKind]
}

type Message =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: SentError }

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Rejects calls to a process that has ended. */
export class ProcessGone extends Error {
  override readonly name = 'ProcessGone'
  /** Its exit code or signal. */
  readonly how: string

  constructor(how: string) {
    super(`the process has ended: ${how}`)
    this.how = how
  }
}

/** Calls functions of the process at the other end of a pipe, and answers its calls. */
export class CallChannel<C extends Calls> {
  readonly remote: Remote<C>
  readonly #pipe: Pipe
  readonly #answers: Calls
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #gone: ProcessGone | undefined

  constructor(pipe: Pipe, answers: Calls) {
    this.#pipe = pipe
    this.#answers = answers
    this.remote = new Proxy({} as Remote<C>, {
      get: (_, name) => (input: unknown) => this.#call(String(name), input),
    })
    pipe.on('message', (message) => this.#receive(message as Message))
  }

  /** The other process has ended: pending calls fail, and later calls fail at once. */
  close(how: string): void {
    this.#gone = new ProcessGone(how)
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }

  #call(name: string, input: unknown): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone)
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#pipe.send({ type: 'call', id, name, input })
    })
  }

  #receive(message: Message): void {
    if (message.type === 'call') {
      void this.#answer(message.id, message.name, message.input)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.type === 'result') waiting?.resolve(message.value)
    else waiting?.reject(receivedError(message.error))
  }

  async #answer(id: number, name: string, input: unknown): Promise<void> {
    try {
      const answer = this.#answers[name]
      if (answer === undefined) throw new Error(`there is no ${name} to call`)
      const value = await answer(input as never)
      if (this.#gone === undefined) this.#pipe.send({ type: 'result', id, value })
    } catch (error) {
      if (this.#gone === undefined) this.#pipe.send({ type: 'error', id, error: sentError(error) })
    }
  }
}

function sentError(error: unknown): SentError {
  if (error instanceof Failure) return { message: error.message, kind: error.kind, details: error.details }
  if (error instanceof Error) return { message: error.message, stack: error.stack }
  return { message: String(error) }
}

function receivedError({ message, stack, kind, details }: SentError): Error {
  if (kind !== undefined && details !== undefined) return new Failure(kind, details)
  const error = new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
