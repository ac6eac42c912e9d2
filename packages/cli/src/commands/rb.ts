import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Language } from '../language.js'
import { objectWordsIn } from '../messages/objects.js'
import { messagesIn } from '../messages.js'
import { parseBucket } from '../objects/address.js'
import { deleteAll } from '../objects/delete-all.js'
import { mayDraw, write, writeJson } from '../objects/output.js'
import { failureOf, withClient } from '../objects/with-client.js'

/** `bindery rb oss://BUCKET`: deletes an empty bucket; with `--force` it empties it first. Throws Failure. */
export async function rbCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('rb', args, 1)
  const { positionals, flags } = parsed
  const [address] = requireArguments(positionals, 'rb', ['oss://BUCKET'])
  const bucket = parseBucket('rb', address)
  const hasJson = flags.has('json')
  await withClient(parsed, env, async (client) => {
    if (flags.has('yes')) await empty(client, bucket, { language, hasJson })
    await client.deleteBucket(bucket)
  })
  const text = objectWordsIn(language).deleted(`oss://${bucket}`)
  await (hasJson ? writeJson({ t: 'deleted', bucket }) : write(text))
  return EXIT.ok
}

/** Deletes all versions, delete markers and parts. Throws OssError. */
async function empty(
  client: Client,
  bucket: string,
  { language, hasJson }: { readonly language: Language; readonly hasJson: boolean },
): Promise<void> {
  const selection = { address: { bucket, key: '' }, isRecursive: true, hasVersions: true, filter: undefined }
  await deleteAll(client, selection, {
    words: objectWordsIn(language),
    hasJson,
    hasProgress: mayDraw(),
    explain: (error) => {
      const failure = failureOf(error, client.requester.address.endpoint)
      return failure instanceof Failure ? messagesIn(language).failure(failure) : String(failure)
    },
  })
  for await (const { key, uploadId } of client.listUploads({ bucket })) {
    await client.abortUpload({ bucket, key, uploadId })
  }
}
