/** The types of a handler's input and answer. */
import type { InputOf, Operation, OutputOf, ResultOf, S3InputOf, S3OutputOf } from '@bindery/protocol'
import type { LentBytes, PassableBytes } from '@bindery/storage'
import type { AnsweredCallback } from './callback/outcome.js'

/** A handler's answer: the declared output headers, and the result where the operation has one. */
export type Reply<O extends Operation> = {
  /** One of the operation's other statuses of success. */
  readonly status?: number
  readonly output: OutputOf<O> & S3OutputOf<O['name']>
  /** Content that is lent, whole or piece by piece; absent where nothing is sent. Resources that it reads are open in the call's scope. */
  readonly content?: AsyncIterable<LentBytes> | LentBytes | PassableBytes | Uint8Array
  /** Bytes of the content, where that is known. */
  readonly contentSize?: number
  /** An application's answer to a callback, sent instead of the result. */
  readonly answer?: AnsweredCallback | undefined
} & ([ResultOf<O>] extends [undefined] ? unknown : { readonly result: ResultOf<O> })

/** The input of an operation, and what requests of another protocol for it have in addition. */
export type HandledInput<O extends Operation> = InputOf<O> & S3InputOf<O['name']>
