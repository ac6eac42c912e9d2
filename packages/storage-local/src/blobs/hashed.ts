import { StorageError } from '@bindery/storage'

/** The answer of a hasher; its failure, which is that of a thread, as StorageError `unavailable`. */
export async function hashed<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw new StorageError('unavailable', 'the bytes could not be hashed', { cause: error })
  }
}
