import { createInterface } from 'node:readline/promises'
import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server'
import { requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type ObjectWords, objectWordsIn } from '../messages/objects.js'
import { messagesIn } from '../messages.js'
import { type Address, addressText, parseAddress, parseObject, shown } from '../objects/address.js'
import { readObjectArguments } from '../objects/arguments.js'
import { note, write, writeJson } from '../objects/output.js'
import { failureOf, withClient } from '../objects/with-client.js'
import { ProgressLine } from '../progress-line.js'

/** Keys per request of DeleteMultipleObjects. */
const BATCH = 1_000

/** `bindery rm oss://BUCKET/KEY`, or every key with a prefix by `--recursive`. Throws Failure. */
export async function rmCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, values, flags } = readObjectArguments(args, 1, { flags: ['recursive', 'yes', 'dry-run'] })
  const words = objectWordsIn(language)
  const hasJson = flags.has('json')
  const [given] = requireArguments(positionals, 'rm', ['oss://BUCKET/KEY'])
  const address = flags.has('recursive') ? parseAddress(given) : parseObject('rm', given)
  if (flags.has('dry-run')) return withClient(values, env, (client) => list(client, address, flags.has('recursive')))
  if (!flags.has('recursive')) {
    await withClient(values, env, (client) =>
      client.delete(address.key, { bucket: address.bucket }).then(requireDeleted),
    )
    await (hasJson ? writeJson({ event: 'deleted', ...address }) : write(words.deleted(addressText(address))))
    return EXIT.ok
  }
  if (!flags.has('yes') && !(await isConfirmed(address, words))) return EXIT.interrupted
  const outcome = await withClient(values, env, (client) =>
    deleteAll(client, address, {
      words,
      hasJson,
      explain: (error) => {
        const failure = failureOf(error, client.requester.address.endpoint)
        return failure instanceof Failure ? messagesIn(language).failure(failure) : String(failure)
      },
    }),
  )
  await (hasJson ? writeJson({ event: 'summary', ...outcome }) : write(words.deletedAll(outcome)))
  return outcome.failed === 0 ? EXIT.ok : EXIT.refused
}

function requireDeleted({ failed }: { readonly failed: readonly { readonly error: Error }[] }): void {
  const [first] = failed
  if (first !== undefined) throw first.error
}

async function list(client: Client, { bucket, key }: Address, isRecursive: boolean): Promise<ExitCode> {
  if (!isRecursive) await write(`${addressText({ bucket, key })}\n`)
  else {
    for await (const entry of client.list({ bucket, prefix: key })) {
      if (entry.kind === 'object') await write(`${addressText({ bucket, key: entry.key })}\n`)
    }
  }
  return EXIT.ok
}

/** Confirms it on the terminal. Throws Failure `confirmationNeeded` where that is not possible. */
async function isConfirmed({ bucket, key }: Address, words: ObjectWords): Promise<boolean> {
  const address = shown(`oss://${bucket}/${key}`)
  if (process.stdin.isTTY !== true) throw new Failure('confirmationNeeded', { address })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(words.confirmDelete(address))
    return /^(?:y|yes|是)$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}

interface DeleteOptions {
  readonly words: ObjectWords
  readonly hasJson: boolean
  readonly explain: (error: Error) => string
}

/** Deletes the keys of each page before the next is listed; nothing of the listing is kept. */
async function deleteAll(
  client: Client,
  { bucket, key: prefix }: Address,
  { words, hasJson, explain }: DeleteOptions,
): Promise<{ readonly deleted: number; readonly failed: number }> {
  const line = new ProgressLine()
  let deleted = 0
  let failed = 0
  const flush = async (keys: readonly string[]) => {
    const outcome = await client.delete(keys, { bucket })
    const [first] = outcome.failed
    // the request itself failed: the next one would, too
    if (
      first !== undefined &&
      outcome.failed.length > 1 &&
      outcome.failed.every(({ error }) => error === first.error)
    ) {
      throw first.error
    }
    deleted += outcome.deleted.length
    failed += outcome.failed.length
    if (hasJson) for (const key of outcome.deleted) await writeJson({ event: 'deleted', bucket, key })
    for (const { key, error } of outcome.failed) {
      line.clear()
      note(`${addressText({ bucket, key })}: ${explain(error)}`)
      if (hasJson) await writeJson({ event: 'error', bucket, key, code: error.code, message: error.message })
    }
    line.show(() => words.deletedAll({ deleted, failed }).trimEnd())
  }
  let keys: string[] = []
  for await (const entry of client.list({ bucket, prefix })) {
    if (entry.kind === 'object') keys.push(entry.key)
    if (keys.length < BATCH) continue
    await flush(keys)
    keys = []
  }
  if (keys.length > 0) await flush(keys)
  line.clear()
  return { deleted, failed }
}
