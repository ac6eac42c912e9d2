import { constants, createReadStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { type Client, contentTypeOf, OssError, objectHeaders } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { sizeText } from '../messages/maintenance-words.js'
import { type Address, addressText, parseObject } from '../objects/address.js'
import { objectOptionsOf } from '../objects/object-options.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** `bindery append FILE oss://BUCKET/KEY`: appends bytes to an object, which the first append makes. Throws Failure. */
export async function appendCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('append', args, 2)
  const [file, given] = requireArguments(parsed.positionals, 'append', ['FILE', 'oss://BUCKET/KEY'])
  const address = parseObject('append', given)
  const { contentType = contentTypeOf(address.key), ...options } = objectOptionsOf(parsed)
  const content = await contentOf(file)
  const size = await withClient(parsed, env, async (client) => {
    const position = await lengthOf(client, address)
    const headers = objectHeaders({ ...options, ...(contentType === undefined ? {} : { contentType }) })
    await client.requester.sendForText({
      op: 'AppendObject',
      method: 'POST',
      ...address,
      query: { append: '', position: String(position) },
      headers: { ...headers, 'content-length': String(content.size) },
      body: content.open,
      bodyLength: content.size,
    })
    return position + content.size
  })
  const { bucket, key } = address
  if (parsed.flags.has('json')) await writeJson({ t: 'done', bucket, key, appended: content.size, size })
  else await write(`${addressText(address)}  +${sizeText(content.size)}  ${sizeText(size)}\n`)
  return EXIT.ok
}

/** Bytes of an object; 0 where it does not exist. Throws OssError. */
async function lengthOf(client: Client, { bucket, key }: Address): Promise<number> {
  try {
    return (await client.head(key, { bucket })).size
  } catch (error) {
    if (error instanceof OssError && error.status === 404 && error.code !== 'NoSuchBucket') return 0
    throw error
  }
}

/** A file, or all of standard input in memory. Throws Failure `fileUnreadable`. */
async function contentOf(
  file: string,
): Promise<{ readonly size: number; open(): AsyncIterable<Uint8Array> | Uint8Array }> {
  if (file === '-') {
    const bytes = await buffer(process.stdin)
    return { size: bytes.length, open: () => bytes }
  }
  const unreadable = (error: unknown): never => {
    throw new Failure('fileUnreadable', { file }, { cause: error })
  }
  await access(file, constants.R_OK).catch(unreadable)
  const found = await stat(file).catch(unreadable)
  return { size: found.size, open: () => createReadStream(file) }
}
