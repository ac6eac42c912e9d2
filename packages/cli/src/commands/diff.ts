import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { inspectWordsIn } from '../messages/inspect.js'
import { transferWordsIn } from '../messages/transfer.js'
import { shown } from '../objects/address.js'
import { numberOf } from '../objects/arguments.js'
import { note, write, writeJson } from '../objects/output.js'
import { withClients } from '../objects/with-client.js'
import { hasSameBytes } from '../transfer/checksum.js'
import { CHECKERS, differences, type Entry, entriesBelow, folderOf } from '../transfer/entries.js'
import { filterOf } from '../transfer/filter.js'
import { isLoss, type LeftOut } from '../transfer/items.js'
import { parsePlace, requirePair } from '../transfer/places.js'

/**
 * `bindery diff ONE OTHER`: compares two folders or prefixes by name, size and CRC-64. Resolves with 6 if they differ.
 * Throws Failure.
 */
export async function diffCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('diff', args, 2)
  const { positionals, flags } = parsed
  const [one, other] = requireArguments(positionals, 'diff', ['ONE', 'OTHER'])
  const [from, to] = [folderOf(parsePlace(one)), folderOf(parsePlace(other))]
  requirePair('diff', from, to, true)
  const filter = filterOf(parsed, Date.now())
  const hasJson = flags.has('json')
  let isWhole = true
  const sums = { same: 0, differ: 0, onlyFirst: 0, onlySecond: 0 }
  await withClients(parsed, env, async (clientOf) => {
    const onLeftOut = (left: LeftOut) => {
      isWhole &&= !isLoss(left)
      note(transferWordsIn(language).leftOut[left.reason](shown(left.name)))
    }
    const isSame = async (source: Entry, target: Entry) => {
      if (filter?.(source) === false) return true
      const isEqual = flags.has('size-only')
        ? source.size === target.size
        : await hasSameBytes(clientOf, source, target)
      if (isEqual) sums.same += 1
      return isEqual
    }
    const sources = entriesBelow(clientOf, from, { onLeftOut, mayBeMissing: false })
    const targets = entriesBelow(clientOf, to, { onLeftOut, mayBeMissing: false })
    const checkers = numberOf('--checkers', parsed.values.get('checkers'), 1, 256) ?? CHECKERS
    for await (const difference of differences(sources, targets, isSame, checkers)) {
      const { entry } = difference
      if (filter?.(entry) === false) continue
      const target = difference.kind === 'transfer' ? difference.target : undefined
      const kind = difference.kind === 'extra' ? 'onlySecond' : target === undefined ? 'onlyFirst' : 'differ'
      sums[kind] += 1
      const { name, size } = entry
      const sizes = target === undefined ? { size } : { size, otherSize: target.size }
      if (hasJson) await writeJson({ t: 'difference', kind, name, ...sizes })
      else await write(lineOf(kind, name, sizes))
    }
  })
  const isEqual = sums.differ + sums.onlyFirst + sums.onlySecond === 0
  const exit = isEqual ? (isWhole ? EXIT.ok : EXIT.partial) : EXIT.found
  if (hasJson) await writeJson({ t: 'summary', ...sums, exit })
  else note(inspectWordsIn(language).diffSum(sums))
  return exit
}

const SIGNS = { onlyFirst: '<', onlySecond: '>', differ: '!' } as const

function lineOf(
  kind: keyof typeof SIGNS,
  name: string,
  { size, otherSize }: { readonly size: number; readonly otherSize?: number },
): string {
  const sizes = otherSize === undefined || otherSize === size ? String(size) : `${size} ≠ ${otherSize}`
  return `${SIGNS[kind]} ${shown(name)}  ${sizes}\n`
}
