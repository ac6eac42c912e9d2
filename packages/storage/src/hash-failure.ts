import { StorageError } from './storage-error.js'

/** The answer of a hasher; its failure, which is that of a thread, as StorageError `unavailable`. */
export function rethrowHashFailure<T>(answer: Promise<T>): Promise<T> {
  return orUnavailable(answer, 'the bytes could not be hashed')
}

/** The answer of a cipher; its failure as StorageError `unavailable`. */
export function rethrowCipherFailure<T>(answer: Promise<T>): Promise<T> {
  return orUnavailable(answer, 'the bytes could not be encrypted or decrypted')
}

async function orUnavailable<T>(answer: Promise<T>, message: string): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw new StorageError('unavailable', message, { cause: error })
  }
}
