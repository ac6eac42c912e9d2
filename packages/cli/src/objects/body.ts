import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Document, Operation } from '@bindery/protocol'
import { Failure } from '@bindery/server/local'

/** The bytes of a body: a text, of a file, or standard input. JSON becomes the document of the operation. Throws Failure. */
export async function bodyOf(
  { body: document }: Operation,
  given: string | undefined,
): Promise<Uint8Array | undefined> {
  if (given === undefined) return undefined
  const bytes = await contentOf(given)
  if (document === undefined || document === 'bytes' || !/^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString()))
    return bytes
  if ((document.contentType ?? '').includes('json')) return bytes
  try {
    return (document as Document<unknown>).encode(JSON.parse(Buffer.from(bytes).toString()))
  } catch (error) {
    const expected = document.docLines().join('; ')
    throw new Failure('valueInvalid', { name: '--body', value: given, expected }, { cause: error })
  }
}

/** Throws Failure `fileUnreadable`. */
async function contentOf(given: string): Promise<Uint8Array> {
  if (given === '-') return buffer(process.stdin)
  if (!given.startsWith('file://')) return Buffer.from(given)
  const file = given.slice('file://'.length)
  return readFile(file).catch((error) => {
    throw new Failure('fileUnreadable', { file }, { cause: error })
  })
}
