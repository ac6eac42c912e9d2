import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Failure, nearest } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Environment, Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { configWordsIn } from '../messages/config.js'
import { note, table, write, writeJson } from '../objects/output.js'
import { withoutSection, withSetting } from '../profiles/ini.js'
import {
  DEFAULT_PROFILE,
  findProfile,
  listProfiles,
  ownFile,
  type Profile,
  requireProfile,
  SETTINGS,
  type Setting,
} from '../profiles/profiles.js'

const ACTIONS = ['get', 'set', 'unset', 'path', 'explain'] as const

/** `bindery config get|set|unset|path|explain`: reads and writes the settings of a profile, or explains those of a server. Throws Failure. */
export async function configCommand(invocation: Invocation): Promise<ExitCode> {
  const { args, env } = invocation
  if (args[0] === 'explain') {
    const { explainCommand } = await import('./explain-config.js')
    return explainCommand({ ...invocation, args: args.slice(1) })
  }
  const parsed = readArguments('config', args, 3)
  const { positionals, values, flags } = parsed
  const [action] = requireArguments(positionals, 'config', ['ACTION'])
  const rest = positionals.slice(1)
  const name = values.get('profile') ?? DEFAULT_PROFILE
  if (action === 'path') await write(`${ownFile(env)}\n`)
  else if (action === 'get') await printSettings(name, rest[0], { env, hasJson: flags.has('json') })
  else if (action === 'set') {
    const [setting, value] = requireArguments(rest, 'config set', ['SETTING', 'VALUE'])
    const content = value === '-' ? (await text(process.stdin)).trim() : value
    const known = settingOf(setting)
    await change(env, (old) => withSetting(old, sectionOf(name), known, content))
  } else if (action === 'unset') {
    const [setting] = requireArguments(rest, 'config unset', ['SETTING'])
    const known = settingOf(setting)
    await change(env, (old) => withSetting(old, sectionOf(name), known, undefined))
  } else {
    throw new Failure('unknownCommand', {
      command: `config ${action}`,
      suggestion: prefixed('config', nearest(action, ACTIONS)),
    })
  }
  return EXIT.ok
}

/** `bindery profile ls|show|rm`: the profiles of this user, in all files that may hold one. Throws Failure. */
export async function profileCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('profile', args, 2)
  const [action] = requireArguments(parsed.positionals, 'profile', ['ACTION'])
  const rest = parsed.positionals.slice(1)
  const hasJson = parsed.flags.has('json')
  if (action === 'ls') {
    const profiles = await listProfiles(env)
    if (profiles.length === 0) note(configWordsIn(language).noProfiles)
    for (const { name, file, settings } of profiles) {
      const { endpoint, region } = settings
      if (hasJson) await writeJson({ name, file, ...masked(settings) })
      else await write(`${name}  ${endpoint ?? region ?? '-'}  ${file}\n`)
    }
  } else if (action === 'show') {
    const [name] = requireArguments(rest, 'profile show', ['NAME'])
    await print(await requireProfile(name, env), hasJson)
  } else if (action === 'rm') {
    const [name] = requireArguments(rest, 'profile rm', ['NAME'])
    const { file } = await requireProfile(name, env)
    // files of other programs are theirs
    if (file !== ownFile(env)) throw new Failure('profileForeign', { profile: name, file })
    await change(env, (old) => withoutSection(old, sectionOf(name)))
  } else {
    const suggestion = prefixed('profile', nearest(action, ['ls', 'show', 'rm']))
    throw new Failure('unknownCommand', { command: `profile ${action}`, suggestion })
  }
  return EXIT.ok
}

function prefixed(command: string, suggestion: string | undefined): string | undefined {
  return suggestion === undefined ? undefined : `${command} ${suggestion}`
}

function sectionOf(profile: string): string {
  return profile === DEFAULT_PROFILE ? profile : `profile ${profile}`
}

/** Throws Failure `valueInvalid`. */
function settingOf(name: string): Setting {
  const found = SETTINGS.find((setting) => setting === name)
  if (found !== undefined) return found
  throw new Failure('valueInvalid', { name: 'SETTING', value: name, expected: SETTINGS.join(', ') })
}

async function printSettings(
  name: string,
  setting: string | undefined,
  { env, hasJson }: { readonly env: Environment; readonly hasJson: boolean },
): Promise<void> {
  const profile = await findProfile(name, env)
  if (setting === undefined) await print(profile ?? { name, file: ownFile(env), settings: {} }, hasJson)
  else {
    const value = profile?.settings[settingOf(setting)]
    if (value === undefined) throw new Failure('settingMissing', { profile: name, setting })
    await (hasJson ? writeJson({ name, setting, value }) : write(`${value}\n`))
  }
}

async function print({ name, file, settings }: Profile, hasJson: boolean): Promise<void> {
  const shown = masked(settings)
  if (hasJson) await writeJson({ name, file, ...shown })
  else await write(table([['profile', name], ['file', file], ...Object.entries(shown)]))
}

const SECRET: ReadonlySet<string> = new Set<Setting>(['access-key-secret', 'sts-token'])

/** Settings of which no secret is readable over a shoulder. */
function masked(settings: Profile['settings']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, SECRET.has(name) ? `${value.slice(0, 3)}…` : value]),
  )
}

/** Changes the own file as a whole, readable by its owner alone. Throws Failure `folderForbidden`. */
async function change(env: Environment, changed: (old: string) => string): Promise<void> {
  const file = ownFile(env)
  const fresh = `${file}.${process.pid}.tmp`
  try {
    const { makeFolders } = await import('@bindery/client')
    await makeFolders(path.resolve(path.dirname(file)), 0o700)
    const old = await readFile(file, 'utf8').catch(() => '')
    await writeFile(fresh, changed(old), { mode: 0o600 })
    await rename(fresh, file)
  } catch (error) {
    throw new Failure('folderForbidden', { folder: path.dirname(file) }, { cause: error })
  }
}
