import {
  createKey,
  generateMasterKey,
  type KeyEntry,
  type KeyPlace,
  listKeys,
  listMasterKeys,
  type MasterKeyEntry,
  readConfig,
  retireMasterKey,
  rewrap,
  rotateKey,
  setKeyState,
} from '@bindery/server'
import { Failure, nearest } from '@bindery/server/local'
import { defaultFolder, isCluster, readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'

/** Counts of what was put under the newest master key. */
type Counts = Awaited<ReturnType<typeof rewrap>>

/** Each prints the keys, or the counts, that it returns. */
interface Action {
  /** It is about one key. */
  readonly takesId: boolean
  run(place: KeyPlace, id: string): Promise<Keys | readonly MasterKeyEntry[] | readonly Counts[]>
}

const ACTIONS: Readonly<Record<string, Action>> = {
  list: { takesId: false, run: listKeys },
  create: { takesId: false, run: async (place) => [await createKey(place)] },
  rotate: { takesId: true, run: async (place, id) => [await rotateKey(place, id)] },
  enable: { takesId: true, run: async (place, id) => [await setKeyState(place, id, 'enabled')] },
  rewrap: { takesId: false, run: async (place) => [await rewrap(place)] },
  masters: { takesId: false, run: listMasterKeys },
  generate: { takesId: false, run: async (place) => [await generateMasterKey(place)] },
  retire: { takesId: true, run: async (place, id) => [await retireMasterKey(place, id)] },
  disable: { takesId: true, run: async (place, id) => [await setKeyState(place, id, 'disabled')] },
}

type Keys = readonly KeyEntry[]

/** `bindery keys ACTION [ID] [DIR]`: the keys that requests for KMS name, also while a server uses the folder; and master keys. */
export async function keysCommand({ args, env }: Invocation): Promise<ExitCode> {
  const { positionals, flags } = readArguments('keys', args, 3)
  const [name] = requireArguments(positionals, 'keys', ['ACTION'])
  const action = ACTIONS[name]
  if (action === undefined) {
    throw new Failure('unknownCommand', { command: `keys ${name}`, suggestion: suggestionFor(name) })
  }
  const rest = positionals.slice(1)
  const id = action.takesId ? requireArguments(rest, `keys ${name}`, ['ID'])[0] : ''
  const extra = rest[action.takesId ? 2 : 1]
  if (extra !== undefined) throw new Failure('unexpectedArgument', { argument: extra })
  const folder = rest[action.takesId ? 1 : 0]
  const place =
    folder === undefined && isCluster(env)
      ? { config: readConfig([], env) }
      : { folder: folder ?? defaultFolder(env), masterKeys: env.BINDERY_MASTER_KEYS }
  for (const key of await action.run(place, id)) {
    process.stdout.write(`${flags.has('json') ? JSON.stringify(key) : lineOf(key)}\n`)
  }
  return EXIT.ok
}

function suggestionFor(name: string): string | undefined {
  const suggestion = nearest(name, Object.keys(ACTIONS))
  return suggestion && `keys ${suggestion}`
}

function lineOf(entry: KeyEntry | MasterKeyEntry | Counts): string {
  if ('records' in entry) return `${entry.records} records  ${entry.secrets} secrets`
  if ('heldIn' in entry) return [entry.id, entry.isNewest ? 'newest' : 'older', entry.heldIn].join('  ')
  const { id, state, isDefault, versions } = entry
  const [newest = 0] = versions
  const words = [id, isDefault ? `${state}, default` : state, `${versions.length}`, new Date(newest).toISOString()]
  return words.join('  ')
}
