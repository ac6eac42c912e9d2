import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { inspectWordsIn } from '../messages/inspect.js'
import { sizeText } from '../messages/maintenance-words.js'
import { addressText, parseAddress, shown } from '../objects/address.js'
import { numberOf } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

const INDENT = '  '

/** `bindery tree oss://BUCKET[/PREFIX]`: the keys as folders within folders, page by page. Throws Failure. */
export async function treeCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('tree', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'tree', ['oss://BUCKET[/PREFIX]'])
  const address = parseAddress(given)
  const depth = numberOf('--depth', values.get('depth'), 1, 100) ?? 100
  const words = inspectWordsIn(language)
  const sums = { objects: 0, bytes: 0, folders: 0 }
  await withClient(parsed, env, async (client) => {
    const start = address.key.lastIndexOf('/') + 1
    let open: readonly string[] = []
    if (!flags.has('json')) await write(`${addressText({ ...address, key: address.key.slice(0, start) })}\n`)
    for await (const entry of client.list({ bucket: address.bucket, prefix: address.key })) {
      if (entry.kind !== 'object') continue
      const path = entry.key.slice(start).split('/')
      const folders = path.slice(0, -1)
      const shared = commonLength(open, folders)
      for (let level = shared; level < folders.length; level += 1) {
        sums.folders += 1
        if (level >= depth) continue
        const key = `${entry.key.slice(0, start)}${folders.slice(0, level + 1).join('/')}/`
        if (flags.has('json')) await writeJson({ kind: 'folder', depth: level, bucket: address.bucket, key })
        else await write(`${INDENT.repeat(level + 1)}${shown(folders[level] ?? '')}/\n`)
      }
      open = folders
      const name = path.at(-1) ?? ''
      if (name === '') continue // stands for a folder
      sums.objects += 1
      sums.bytes += entry.size
      if (folders.length >= depth) continue
      const { key, size } = entry
      if (flags.has('json'))
        await writeJson({ kind: 'object', depth: folders.length, bucket: address.bucket, key, size })
      else await write(`${INDENT.repeat(folders.length + 1)}${shown(name)}  ${sizeText(size)}\n`)
    }
  })
  await (flags.has('json') ? writeJson({ kind: 'summary', ...sums }) : write(words.treeSum(sums, sizeText(sums.bytes))))
  return EXIT.ok
}

function commonLength(one: readonly string[], other: readonly string[]): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}
