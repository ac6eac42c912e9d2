import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { messagesIn } from '../messages.js'
import { type Address, addressText, shown } from '../objects/address.js'
import { type Deletable, type DeleteAll, deletableOf, deleteAll } from '../objects/delete-all.js'
import { requireNoMetadata } from '../objects/metadata-filter.js'
import { mayDraw, write, writeJson } from '../objects/output.js'
import { requireUnfiltered, selectedOf } from '../objects/selected.js'
import { failureOf, withClient } from '../objects/with-client.js'
import { Questions } from '../transfer/questions.js'

/** `bindery rm oss://BUCKET/KEY`, one version or all of it, or every key with a prefix by `--recursive`. Throws Failure. */
export async function rmCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('rm', args, 1)
  const { positionals, values, flags } = parsed
  const words = objectWordsIn(language)
  const hasJson = flags.has('json')
  const [given] = requireArguments(positionals, 'rm', ['oss://BUCKET/KEY'])
  const { address, isRecursive, filter, metadata, range } = selectedOf('rm', given, parsed)
  const versionId = values.get('version-id')
  const hasVersions = flags.has('all-versions')
  if (hasVersions) requireNoMetadata('rm', metadata)
  if (versionId !== undefined && (isRecursive || hasVersions)) {
    throw new Failure('addressUnfit', { command: 'rm --version-id', address: given, needed: 'oss://BUCKET/KEY' })
  }
  if (!isRecursive && !hasVersions) requireUnfiltered('rm', parsed)
  const selection = { address, isRecursive, hasVersions, filter, metadata, range, versionId }
  if (flags.has('dry-run')) return withClient(parsed, env, (client) => list(client, selection, hasJson))
  if (!isRecursive && !hasVersions) {
    await withClient(parsed, env, (client) => deleteOne(client, address, versionId))
    const deleted = { t: 'deleted', ...address, ...(versionId === undefined ? {} : { versionId }) }
    await (hasJson ? writeJson(deleted) : write(words.deleted(addressText(address))))
    return EXIT.ok
  }
  const isPattern = isRecursive && !flags.has('recursive')
  const question = (isPattern ? words.confirmDeletePattern : words.confirmDelete)(shown(given))
  if (!flags.has('yes') && !(await isConfirmed(given, question))) return EXIT.interrupted
  const outcome = await withClient(parsed, env, (client) =>
    deleteAll(client, selection, {
      words,
      hasJson,
      hasProgress: !flags.has('no-progress') && mayDraw(),
      explain: (error) => {
        const failure = failureOf(error, client.requester.address.endpoint)
        return failure instanceof Failure ? messagesIn(language).failure(failure) : String(failure)
      },
    }),
  )
  const exit = outcome.failed === 0 ? EXIT.ok : EXIT.partial
  await (hasJson ? writeJson({ t: 'summary', ...outcome, exit }) : write(words.deletedAll(outcome)))
  return exit
}

async function deleteOne(client: Client, { bucket, key }: Address, versionId: string | undefined): Promise<void> {
  if (versionId !== undefined) {
    await client.requester.sendForText({ op: 'DeleteObject', method: 'DELETE', bucket, key, query: { versionId } })
    return
  }
  const { failed } = await client.delete(key, { bucket })
  const [first] = failed
  if (first !== undefined) throw first.error
}

async function list(
  client: Client,
  selection: DeleteAll & { readonly versionId: string | undefined },
  hasJson: boolean,
): Promise<ExitCode> {
  const { address, isRecursive, hasVersions, versionId } = selection
  const print = ({ key, versionId: version }: Deletable) => {
    const { bucket } = address
    if (hasJson)
      return writeJson({ t: 'delete', bucket, key, ...(version === undefined ? {} : { versionId: version }) })
    return write(`${addressText({ bucket, key })}${version === undefined ? '' : `  ${version}`}\n`)
  }
  if (!isRecursive && !hasVersions) await print({ key: address.key, versionId })
  else for await (const one of deletableOf(client, selection)) await print(one)
  return EXIT.ok
}

/** Confirms it on the terminal. Throws Failure `confirmationNeeded` where that is not possible. */
async function isConfirmed(given: string, question: string): Promise<boolean> {
  const address = shown(given)
  if (process.stdin.isTTY !== true) throw new Failure('confirmationNeeded', { address })
  return new Questions().ask(question)
}
