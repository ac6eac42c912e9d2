import { Failure } from '@bindery/server/local'
import { type Arguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { TRANSFER_FLAGS } from '../flags.js'
import { transferWordsIn } from '../messages/transfer.js'
import { numberOf } from '../objects/arguments.js'
import { metadataFilterOf, objectIn, requireObjects, withMetadata } from '../objects/metadata-filter.js'
import { complain, note } from '../objects/output.js'
import { isFileSystemError } from '../objects/system-error.js'
import type { ClientOf } from '../objects/with-client.js'
import { hasSameBytes } from './checksum.js'
import { CHECKERS, differences, type Entry, entriesBelow, folderOf, placeBelow, withFileNames } from './entries.js'
import { Extras } from './extras.js'
import { type Filter, filterOf, nameFilterOf } from './filter.js'
import { type Item, type LeftOut, reportingChosen } from './items.js'
import { jobsOf, transferOptionsOf } from './options.js'
import { type Place, parsePlace, placeText, requirePair } from './places.js'
import { printPlan, runTransfers } from './run-transfers.js'

type SyncFlag =
  | (typeof TRANSFER_FLAGS)[number]
  | 'checksum'
  | 'size-only'
  | 'update'
  | 'no-overwrite'
  | 'max-delete'
  | 'checkers'
  | 'backup-dir'

/** Two folders, and how one is made like the other. */
export interface SyncPlan {
  readonly parsed: Arguments<SyncFlag>
  readonly invocation: Invocation
  readonly command: 'sync' | 'mirror'
  readonly from: Place
  readonly to: Place
  /** Whether what only the target has is deleted. */
  readonly isDeleting: boolean
  /** The folder to which it is copied first. */
  readonly backup: Place | undefined
}

/** The plan of a command line. Throws Failure. */
export function syncPlanOf(
  command: SyncPlan['command'],
  invocation: Invocation,
  parsed: Arguments<SyncFlag>,
  isDeleting: boolean,
): SyncPlan {
  const [fromText, toText] = requireArguments(parsed.positionals, command, ['FROM', 'TO'])
  const [from, to] = [folderOf(parsePlace(fromText)), folderOf(parsePlace(toText))]
  requirePair(command, from, to, true)
  requireObjects(command, parsed, [from])
  if (parsed.values.get('max-delete') !== undefined && !isDeleting) {
    throw new Failure('argumentMissing', { command: `${command} --max-delete`, argument: '--delete' })
  }
  return { command, invocation, parsed, from, to, isDeleting, backup: backupOf(command, parsed, to) }
}

/** A folder on the side of the target, and not within it. Throws Failure `addressUnfit`. */
function backupOf(command: string, { values }: Arguments<SyncFlag>, to: Place): Place | undefined {
  const given = values.get('backup-dir')
  if (given === undefined) return undefined
  const backup = folderOf(parsePlace(given))
  const isInside = `${placeText(backup)}/`.startsWith(`${placeText(to).replace(/\/$/, '')}/`)
  const isElsewhere = to.kind === 'object' && backup.kind === 'object' && to.address.profile !== backup.address.profile
  if (backup.kind === to.kind && !isInside && !isElsewhere) return backup
  const needed = to.kind === 'object' ? 'oss://BUCKET/OTHER/' : 'DIR'
  throw new Failure('addressUnfit', { command: `${command} --backup-dir`, address: given, needed })
}

/**
 * Transfers what the target lacks or has otherwise, and deletes what only it has. `isRepeated` leaves out the summary of a run
 * that found nothing to do. Throws Failure.
 */
export async function synchronise(clientOf: ClientOf, plan: SyncPlan, isRepeated = false): Promise<ExitCode> {
  const { command, parsed, from, isDeleting } = plan
  const { args, env, language } = plan.invocation
  const { flags, values } = parsed
  const hasJson = flags.has('json')
  const isDry = flags.has('dry-run')
  const words = transferWordsIn(language)
  const deletesMax = numberOf('--max-delete', values.get('max-delete'), 0, 1_000_000)
  const extras = new Extras({ clientOf, isDry, hasJson, isDeleting, deletesMax, backup: plan.backup })
  const items = (onLeftOut: (left: LeftOut) => void) =>
    itemsOf(
      clientOf,
      plan,
      extras,
      reportingChosen(nameFilterOf(parsed), (left) => {
        if (left.reason === 'unreadable') extras.isUncertain = true
        onLeftOut(left)
      }),
    )
  if (isDry) {
    await printPlan(items, { hasJson, words })
  } else {
    const exit = await runTransfers({
      clientOf,
      language,
      hasJson,
      hasProgress: !flags.has('no-progress'),
      jobs: jobsOf(parsed),
      isBatch: true,
      isQuietWhenIdle: isRepeated,
      items,
      ...(isDeleting ? { summaryFacts: () => ({ deleted: extras.deleted }) } : {}),
      env,
      commandLine: [command, ...args],
      options: transferOptionsOf(parsed, flags.has('no-overwrite') ? 'never' : 'always'),
    })
    if (extras.deleted > 0 && !hasJson) note(words.deletedExtras(extras.deleted))
    if (!extras.hasSource && from.kind === 'object' && exit === EXIT.ok && !isRepeated)
      note(words.nothingFound(placeText(from)))
    if (extras.hasKept) complain(words.extrasKept)
    if (exit !== EXIT.ok) return exit
    if (extras.failed > 0) return EXIT.partial
  }
  if (extras.tooMany === undefined || deletesMax === undefined) return EXIT.ok
  complain(words.tooManyExtras(extras.tooMany, deletesMax))
  return EXIT.found
}

/** The transfers that are needed. What only the target has is passed to `extras` in between. */
async function* itemsOf(
  clientOf: ClientOf,
  { parsed, from, to }: SyncPlan,
  extras: Extras,
  onLeftOut: (left: LeftOut) => void,
): AsyncGenerator<Item> {
  const filter = filterOf(parsed, Date.now())
  // size and age of what is to be deleted mean nothing
  const nameFilter = nameFilterOf(parsed)
  let sources = counted(entriesBelow(clientOf, from, { onLeftOut, mayBeMissing: false }), extras)
  if (to.kind === 'file') sources = withFileNames(sources, onLeftOut)
  const targets = entriesBelow(clientOf, to, { onLeftOut: () => {}, mayBeMissing: true })
  const isSame = sameness(clientOf, parsed.flags)
  const isLeft = (source: Entry, target: Entry) => filter?.(source) === false || isSame(source, target)
  const checkers = numberOf('--checkers', parsed.values.get('checkers'), 1, 256) ?? CHECKERS
  // what is compared by a listing alone is not looked at ahead: nothing is deleted after a folder that cannot be read
  const found = differences(sources, targets, isLeft, parsed.flags.has('checksum') ? checkers : 1)
  const taken = withMetadata(found, metadataFilterOf(parsed), ({ kind, entry }) =>
    kind === 'transfer' ? objectIn(clientOf, entry.place) : undefined,
  )
  for await (const { kind, entry } of taken) {
    if (kind === 'extra') {
      if (isTaken(nameFilter, entry)) await extras.add(entry, from)
    } else if (isTaken(filter, entry)) {
      yield { from: entry.place, to: placeBelow(to, entry.name), size: entry.size, modified: entry.modified }
    }
  }
  await extras.finish()
}

function isTaken(filter: Filter | undefined, entry: Entry): boolean {
  return filter === undefined || filter(entry)
}

function sameness(
  clientOf: ClientOf,
  flags: { has(flag: 'checksum' | 'size-only' | 'update' | 'no-overwrite'): boolean },
): (source: Entry, target: Entry) => boolean | Promise<boolean> {
  if (flags.has('no-overwrite')) return () => true
  if (flags.has('checksum')) {
    return (source, target) =>
      hasSameBytes(clientOf, source, target).catch((error) => {
        // its transfer fails by itself, and the others go on
        if (isFileSystemError(error)) return false
        throw error
      })
  }
  if (flags.has('size-only')) return (source, target) => source.size === target.size
  if (flags.has('update')) return isAsNew
  return (source, target) => source.size === target.size && isAsNew(source, target)
}

async function* counted(entries: AsyncIterable<Entry>, extras: Extras): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    extras.hasSource = true
    yield entry
  }
}

/** Whether the target is not older than the source. */
function isAsNew(source: Entry, target: Entry): boolean {
  // listings have whole seconds
  const seconds = ({ modified }: Entry) => Math.floor(modified.getTime() / 1_000)
  return seconds(target) >= seconds(source)
}
