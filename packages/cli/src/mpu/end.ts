import { type Client, fileStore } from '@bindery/client'
import { operations } from '@bindery/protocol'
import { Failure } from '@bindery/server/local'
import { requireArguments } from '../arguments.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type MpuWords, mpuWordsIn } from '../messages/mpu.js'
import { addressText, parseAddress, parseObject } from '../objects/address.js'
import { secondsOf } from '../objects/arguments.js'
import { call } from '../objects/call.js'
import { note, write, writeJson } from '../objects/output.js'
import { timeText } from '../objects/time-text.js'
import { heldBy } from '../objects/uploads.js'
import { withClient } from '../objects/with-client.js'
import { explain } from './explain.js'
import type { MpuInvocation } from './invocation.js'

/** `bindery mpu abort oss://BUCKET/KEY ID`, or `--all oss://BUCKET[/PREFIX]`. Throws Failure. */
export async function abortUploads({ parsed, rest, env, language }: MpuInvocation): Promise<ExitCode> {
  const { flags, values } = parsed
  const abort = new Abort(mpuWordsIn(language), flags.has('json'), values.get('checkpoint-dir'))
  if (!flags.has('all')) {
    const [given, uploadId] = requireArguments(rest, 'mpu abort', ['oss://BUCKET/KEY', 'ID'])
    const { bucket, key } = parseObject('mpu abort', given)
    await withClient(parsed, env, (client) => abort.one(client, bucket, { key, uploadId }))
    return EXIT.ok
  }
  const [given] = requireArguments(rest, 'mpu abort --all', ['oss://BUCKET[/PREFIX]'])
  const { bucket, key: prefix } = parseAddress(given)
  const isDry = flags.has('dry-run')
  if (!flags.has('yes') && !isDry) throw unconfirmed('mpu abort --all', given)
  await withClient(parsed, env, async (client) => {
    for await (const upload of client.listUploads({ bucket, prefix })) {
      if (isDry) await abort.planned(client, bucket, upload)
      else await abort.one(client, bucket, upload)
    }
  })
  return EXIT.ok
}

const DEFAULT_AGE = '7d'
const AGE_SECONDS_MAX = 100 * 365 * 86_400

/** `bindery mpu gc oss://BUCKET[/PREFIX] --older-than TIME`: aborts uploads without activity for that long. Throws Failure. */
export async function sweepUploads({ parsed, rest, env, language }: MpuInvocation): Promise<ExitCode> {
  const { flags, values } = parsed
  const [given] = requireArguments(rest, 'mpu gc', ['oss://BUCKET[/PREFIX]'])
  const { bucket, key: prefix } = parseAddress(given)
  const seconds = secondsOf('--older-than', values.get('min-age') ?? DEFAULT_AGE, AGE_SECONDS_MAX)
  const isDry = flags.has('dry-run')
  if (!flags.has('yes') && !isDry) throw unconfirmed('mpu gc', given)
  const before = Date.now() - seconds * 1_000
  const words = mpuWordsIn(language)
  const abort = new Abort(words, flags.has('json'), values.get('checkpoint-dir'))
  const kept = { uploads: 0 }
  await withClient(parsed, env, async (client) => {
    for await (const upload of client.listUploads({ bucket, prefix })) {
      const { lastPart = upload.initiated } = await heldBy(client, bucket, upload)
      if (lastPart.getTime() > before) kept.uploads += 1
      else if (isDry) await abort.planned(client, bucket, upload, lastPart)
      else await abort.one(client, bucket, upload)
    }
  })
  const { uploads, bytes } = abort.sum
  if (flags.has('json')) await writeJson({ t: 'summary', uploads, bytes, kept: kept.uploads, exit: EXIT.ok })
  else note(words.swept(abort.sum, kept.uploads, isDry))
  return EXIT.ok
}

/** `bindery mpu complete oss://BUCKET/KEY ID [--all]`: completes an upload with the parts that it has. Throws Failure. */
export async function completeUpload({ parsed, rest, env, language }: MpuInvocation): Promise<ExitCode> {
  const { flags } = parsed
  const [given, uploadId] = requireArguments(rest, 'mpu complete', ['oss://BUCKET/KEY', 'ID'])
  const address = parseObject('mpu complete', given)
  const done = await withClient(parsed, env, async (client) => {
    const { gaps, partCount, bytes } = await explain(client, address, uploadId)
    if (gaps.length > 0 && !flags.has('all'))
      throw new Failure('uploadIncomplete', { address: given, uploadId, gaps: gaps.length })
    const forbid = flags.has('no-overwrite') ? { forbidOverwrite: true } : {}
    if (flags.has('dry-run')) return { parts: partCount, size: bytes }
    const result = await call(client, operations.CompleteMultipartUpload, address, {
      input: { uploadId, completeAll: 'yes', ...forbid },
    })
    return { parts: partCount, size: bytes, etag: result?.etag }
  })
  if (flags.has('json'))
    await writeJson({ t: flags.has('dry-run') ? 'planned' : 'done', ...address, uploadId, ...done })
  else await write(mpuWordsIn(language).completed(addressText(address), done, flags.has('dry-run')))
  return EXIT.ok
}

function unconfirmed(command: string, address: string): Failure {
  return new Failure('addressUnfit', { command, address, needed: '--yes, --dry-run' })
}

/** Aborts uploads, and forgets what this machine knows of them. */
class Abort {
  readonly #words: MpuWords
  readonly #hasJson: boolean
  readonly #folder: string | undefined
  /** The uploads that were aborted, or would be, and the bytes of their parts. */
  readonly sum = { uploads: 0, bytes: 0 }

  constructor(words: MpuWords, hasJson: boolean, folder: string | undefined) {
    this.#words = words
    this.#hasJson = hasJson
    this.#folder = folder
  }

  async one(
    client: Client,
    bucket: string,
    upload: { readonly key: string; readonly uploadId: string },
  ): Promise<void> {
    const { key, uploadId } = upload
    const held = await heldBy(client, bucket, upload)
    await client.abortUpload({ bucket, key, uploadId })
    await this.#forget(uploadId)
    this.#count(held.bytes)
    const address = addressText({ bucket, key })
    if (this.#hasJson) await writeJson({ t: 'aborted', bucket, key, uploadId, ...held })
    else note(this.#words.aborted(address, uploadId, held))
  }

  async planned(
    client: Client,
    bucket: string,
    upload: { readonly key: string; readonly uploadId: string },
    lastActivity?: Date,
  ): Promise<void> {
    const { key, uploadId } = upload
    const held = await heldBy(client, bucket, upload)
    this.#count(held.bytes)
    if (this.#hasJson)
      await writeJson({ t: 'planned', bucket, key, uploadId, ...held, ...(lastActivity && { lastActivity }) })
    else {
      const since = lastActivity === undefined ? '' : `  ${timeText(lastActivity)}`
      await write(`${addressText({ bucket, key })}  ${uploadId}  ${held.parts}  ${held.bytes}${since}\n`)
    }
  }

  #count(bytes: number): void {
    this.sum.uploads += 1
    this.sum.bytes += bytes
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
