import type { Client } from '@bindery/client'
import { operations, s3Operations } from '@bindery/protocol'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import type { ExitCode } from '../exit-codes.js'
import { type Address, isAddress } from '../objects/address.js'
import { numberOf, oneOf } from '../objects/arguments.js'
import { call } from '../objects/call.js'
import { forEachObject, selectedOf } from '../objects/selected.js'
import { withClient } from '../objects/with-client.js'
import { copyCommand } from './copy.js'

const DAYS_MAX = 365

/** `bindery restore`: archived objects where an address is given, else a data folder from a backup. Throws Failure. */
export async function restoreCommand(invocation: Invocation): Promise<ExitCode> {
  const { args, env, language } = invocation
  const parsed = readArguments('restore', args, 2)
  const { positionals, values, flags } = parsed
  const [given = ''] = positionals
  if (!isAddress(given)) return copyCommand('restore', invocation)
  requireArguments(positionals, 'restore', ['oss://BUCKET/KEY'])
  const days = numberOf('--days', values.get('days'), 1, DAYS_MAX)
  const tier = oneOf('--tier', values.get('tier'), ['Expedited', 'Standard', 'Bulk'])
  const versionId = values.get('version-id')
  const selected = selectedOf('restore', given, parsed)
  return withClient(parsed, env, (client) =>
    forEachObject(client, selected, {
      language,
      hasJson: flags.has('json'),
      isDry: flags.has('dry-run'),
      event: 'restored',
      act: (object) => restoreObject(client, object, { days, tier, versionId }),
    }),
  )
}

interface RestoreOptions {
  readonly days: number | undefined
  readonly tier: 'Expedited' | 'Standard' | 'Bulk' | undefined
  readonly versionId: string | undefined
}

async function restoreObject(
  client: Client,
  address: Address,
  { days, tier, versionId }: RestoreOptions,
): Promise<object> {
  const input = versionId === undefined ? {} : { versionId }
  if (client.requester.dialect === 's3') {
    // S3 takes no restore without a document, and has an element of its own for the tier
    const body = { days: days ?? 1, job: { tier } }
    await call(client, s3Operations.RestoreObject, address, { input, body })
  } else {
    const job = tier === undefined ? {} : { job: { tier } }
    const body = days === undefined && tier === undefined ? {} : { body: { days: days ?? 1, ...job } }
    await call(client, operations.RestoreObject, address, { input, ...body })
  }
  return { ...(days === undefined ? {} : { days }), ...(tier === undefined ? {} : { tier }) }
}
