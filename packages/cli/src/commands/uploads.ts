import { type Client, fileStore, type ListedUpload } from '@bindery/client'
import { Failure, nearest } from '@bindery/server'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type TransferWords, transferWordsIn } from '../messages/transfer.js'
import { type Address, addressText, parseAddress, parseObject } from '../objects/address.js'
import { note, timeText, write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

const ACTIONS = ['abort', 'list', 'parts'] as const

/**
 * `bindery uploads`: the incomplete uploads of a bucket with what they hold, the parts of one, and aborting one or all with a
 * prefix. Throws Failure.
 */
export async function uploadsCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('uploads', args, 3)
  const { positionals, values, flags } = parsed
  const [first, ...rest] = requireArguments(positionals, 'uploads', ['ACTION'])
  const action = actionOf(first, rest)
  const words = transferWordsIn(language)
  const hasJson = flags.has('json')
  if (action === 'list') {
    const [given] = requireArguments(rest, 'uploads list', ['oss://BUCKET[/PREFIX]'])
    const { bucket, key } = parseAddress(given)
    await withClient(parsed, env, (client) => list(client, bucket, key, hasJson))
    return EXIT.ok
  }
  if (action === 'parts') {
    const [given, uploadId] = requireArguments(rest, 'uploads parts', ['oss://BUCKET/KEY', 'UPLOAD_ID'])
    const address = parseObject('uploads parts', given)
    await withClient(parsed, env, (client) => listParts(client, address, uploadId, hasJson))
    return EXIT.ok
  }
  const abort = new Abort(words, hasJson, values.get('checkpoint-dir'))
  if (flags.has('all')) {
    const [given] = requireArguments(rest, 'uploads abort --all', ['oss://BUCKET[/PREFIX]'])
    if (!flags.has('yes'))
      throw new Failure('addressUnfit', { command: 'uploads abort --all', address: given, needed: '--yes' })
    const { bucket, key } = parseAddress(given)
    await withClient(parsed, env, async (client) => {
      for await (const upload of client.listUploads({ bucket, prefix: key })) await abort.one(client, bucket, upload)
    })
    return EXIT.ok
  }
  const [given, uploadId] = requireArguments(rest, 'uploads abort', ['oss://BUCKET/KEY', 'UPLOAD_ID'])
  const { bucket, key } = parseObject('uploads abort', given)
  await withClient(parsed, env, (client) => abort.one(client, bucket, { key, uploadId }))
  return EXIT.ok
}

/** Throws Failure `addressUnfit`, with the action that was probably meant. */
function actionOf(given: string, rest: readonly string[]): (typeof ACTIONS)[number] {
  const found = ACTIONS.find((action) => action === given)
  if (found !== undefined) return found
  const needed = nearest(given, ACTIONS) ?? ACTIONS.join(', ')
  throw new Failure('addressUnfit', { command: 'uploads', address: [given, ...rest].join(' '), needed })
}

interface Held {
  readonly parts: number
  readonly bytes: number
  readonly lastPart?: Date
}

async function heldBy(
  client: Client,
  bucket: string,
  { key, uploadId }: Pick<ListedUpload, 'key' | 'uploadId'>,
): Promise<Held> {
  let parts = 0
  let bytes = 0
  let last: Date | undefined
  for await (const { size, lastModified } of client.listParts({ bucket, key, uploadId })) {
    parts += 1
    bytes += size
    if (last === undefined || lastModified > last) last = lastModified
  }
  return { parts, bytes, ...(last === undefined ? {} : { lastPart: last }) }
}

async function list(client: Client, bucket: string, prefix: string, hasJson: boolean): Promise<void> {
  for await (const upload of client.listUploads({ bucket, prefix })) {
    const { key, uploadId, initiated } = upload
    const held = await heldBy(client, bucket, upload)
    if (hasJson) await writeJson({ kind: 'upload', bucket, key, uploadId, initiated, ...held })
    else {
      const columns = [timeText(initiated), String(held.parts).padStart(6), String(held.bytes).padStart(14), uploadId]
      await write(`${columns.join('  ')}  ${addressText({ bucket, key })}\n`)
    }
  }
}

async function listParts(client: Client, address: Address, uploadId: string, hasJson: boolean): Promise<void> {
  for await (const part of client.listParts({ ...address, uploadId })) {
    const { partNumber, size, etag, lastModified } = part
    if (hasJson) await writeJson({ kind: 'part', ...part })
    else
      await write(
        `${timeText(lastModified)}  ${String(partNumber).padStart(6)}  ${String(size).padStart(14)}  ${etag}\n`,
      )
  }
}

/** Aborts uploads, and forgets what this machine knows of them. */
class Abort {
  readonly #words: TransferWords
  readonly #hasJson: boolean
  readonly #folder: string | undefined

  constructor(words: TransferWords, hasJson: boolean, folder: string | undefined) {
    this.#words = words
    this.#hasJson = hasJson
    this.#folder = folder
  }

  async one(client: Client, bucket: string, { key, uploadId }: Pick<ListedUpload, 'key' | 'uploadId'>): Promise<void> {
    const held = await heldBy(client, bucket, { key, uploadId })
    await client.abortUpload({ bucket, key, uploadId })
    await this.#forget(uploadId)
    const address = addressText({ bucket, key })
    if (this.#hasJson) await writeJson({ event: 'aborted', bucket, key, uploadId, ...held })
    else note(this.#words.aborted(address, uploadId, held))
  }

  async #forget(uploadId: string): Promise<void> {
    const store = fileStore(this.#folder)
    for await (const checkpoint of store.list()) {
      if (checkpoint.uploadId !== uploadId) continue
      const unlock = await store.lock?.(checkpoint.id)
      await store.delete(checkpoint.id)
      await unlock?.()
    }
  }
}
