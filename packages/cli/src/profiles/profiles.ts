import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Failure } from '@bindery/server/local'
import type { Environment } from '../command.js'
import { parseIni } from './ini.js'
import { aliasesOf } from './mc-aliases.js'

/** The settings that a profile may have. */
export const SETTINGS = [
  'endpoint',
  'region',
  'access-key-id',
  'access-key-secret',
  'sts-token',
  'addressing-style',
  'sign-version',
  'dialect',
  'proxy',
  'credential-process',
] as const

/** The name of a setting, as `bindery config` has it. */
export type Setting = (typeof SETTINGS)[number]

/** The profile that counts where none is named. */
export const DEFAULT_PROFILE = 'default'

/** A profile, and the file that it was found in. */
export interface Profile {
  readonly name: string
  readonly file: string
  readonly settings: Readonly<Partial<Record<Setting, string>>>
}

/** Other spellings of settings: those of ossutil 1 and 2 and of AWS, in lower case without `-` and `_`. */
const SPELLINGS: Readonly<Record<string, Setting>> = {
  endpoint: 'endpoint',
  endpointurl: 'endpoint',
  region: 'region',
  accesskeyid: 'access-key-id',
  awsaccesskeyid: 'access-key-id',
  accesskeysecret: 'access-key-secret',
  awssecretaccesskey: 'access-key-secret',
  ststoken: 'sts-token',
  securitytoken: 'sts-token',
  awssessiontoken: 'sts-token',
  addressingstyle: 'addressing-style',
  signversion: 'sign-version',
  dialect: 'dialect',
  proxy: 'proxy',
  proxyhost: 'proxy',
  credentialprocess: 'credential-process',
}

/** The file that `bindery config` writes: BINDERY_CONFIG, or `bindery/config` in the user's folder of settings. */
export function ownFile(env: Environment): string {
  if (env.BINDERY_CONFIG) return env.BINDERY_CONFIG
  const folder = env.XDG_CONFIG_HOME || env.APPDATA || path.join(home(env), '.config')
  return path.join(folder, 'bindery', 'config')
}

function home(env: Environment): string {
  return env.HOME || homedir()
}

/** The files of sections that hold profiles; of those with the same name the first one counts. */
function filesOf(env: Environment): readonly string[] {
  return [
    ownFile(env),
    env.OSSUTIL_CONFIG_FILE || path.join(home(env), '.ossutilconfig'),
    env.AWS_SHARED_CREDENTIALS_FILE || path.join(home(env), '.aws', 'credentials'),
    env.AWS_CONFIG_FILE || path.join(home(env), '.aws', 'config'),
  ]
}

/** All profiles, by name. Those of the two files of AWS with one name are one profile. */
export async function listProfiles(env: Environment): Promise<readonly Profile[]> {
  const found = new Map<string, Profile>()
  for (const [index, file] of filesOf(env).entries()) {
    const isAws = index >= 2
    const text = await readFile(file, 'utf8').catch(() => '')
    for (const [section, settings] of parseIni(text)) {
      const name = profileOf(section)
      const known = found.get(name)
      if (known !== undefined && !(isAws && path.dirname(known.file) === path.dirname(file))) continue
      const own = settingsOf(settings)
      if (Object.keys(own).length === 0) continue
      // the programs of AWS speak S3
      const dialect = isAws ? { dialect: 's3' } : {}
      found.set(name, { name, file: known?.file ?? file, settings: { ...dialect, ...known?.settings, ...own } })
    }
  }
  for (const alias of await aliasesOf(env, home(env))) if (!found.has(alias.name)) found.set(alias.name, alias)
  return [...found.values()]
}

/** A profile by its name; undefined where no file has it. */
export async function findProfile(name: string, env: Environment): Promise<Profile | undefined> {
  return (await listProfiles(env)).find((profile) => profile.name === name)
}

/** `[profile x]` is x; `[Credentials]`, the only section of ossutil 1, is the default. */
function profileOf(section: string): string {
  if (section === 'Credentials' || section === '') return DEFAULT_PROFILE
  return section.replace(/^profile\s+/, '')
}

function settingsOf(settings: ReadonlyMap<string, string>): Partial<Record<Setting, string>> {
  const own: Partial<Record<Setting, string>> = {}
  for (const [key, value] of settings) {
    const setting = SPELLINGS[key.toLowerCase().replace(/[-_]/g, '')]
    if (setting !== undefined && value !== '') own[setting] = value
  }
  return own
}

/** The variable that stands for the program that prints a key. It is not a name that an environment has. */
export const CREDENTIAL_PROCESS = 'credential-process'

/**
 * The variables that stand for a profile: its endpoint, or OSS's own for its region, and its key. Throws Failure
 * `credentialProcess` where its program fails.
 */
export async function variablesOf({ settings }: Profile): Promise<Environment> {
  const { region, dialect, 'credential-process': line } = settings
  const isPrinted = line !== undefined && settings['access-key-id'] === undefined
  const key = isPrinted ? await printedKey(line) : ownKey(settings)
  return defined({
    OSS_ENDPOINT: settings.endpoint ?? endpointIn(region, dialect),
    OSS_REGION: region,
    OSS_ADDRESSING_STYLE: settings['addressing-style'],
    OSS_SIGN_VERSION: settings['sign-version'],
    OSS_DIALECT: dialect,
    OSS_PROXY: settings.proxy,
    OSS_ACCESS_KEY_ID: key.id,
    OSS_ACCESS_KEY_SECRET: key.secret,
    OSS_SESSION_TOKEN: key.token,
    [CREDENTIAL_PROCESS]: isPrinted ? line : undefined,
  })
}

/** The address of the service that has regions. */
function endpointIn(region: string | undefined, dialect: string | undefined): string | undefined {
  if (region === undefined) return undefined
  return dialect === 's3' ? `https://s3.${region}.amazonaws.com` : `https://oss-${region}.aliyuncs.com`
}

/** A key of a profile, or of its program. */
export interface Key {
  readonly id?: string | undefined
  readonly secret?: string | undefined
  readonly token?: string | undefined
  /** When the key ends; undefined: it does not. */
  readonly expiration?: string | undefined
}

/** Milliseconds that a program may take to print a key. */
const PROCESS_MS = 60_000

function ownKey(settings: Profile['settings']): Key {
  return { id: settings['access-key-id'], secret: settings['access-key-secret'], token: settings['sts-token'] }
}

/** The key that a program prints: JSON with the names of AWS or of OSS. Throws Failure `credentialProcess`. */
export async function printedKey(line: string): Promise<Key> {
  const [program = '', ...args] = line.match(/"[^"]*"|\S+/g)?.map((word) => word.replace(/^"|"$/g, '')) ?? []
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: PROCESS_MS })
    const printed = JSON.parse(stdout) as Readonly<Record<string, string | undefined>>
    return {
      id: printed.AccessKeyId,
      secret: printed.AccessKeySecret ?? printed.SecretAccessKey,
      token: printed.SecurityToken ?? printed.SessionToken,
      expiration: printed.Expiration,
    }
  } catch (error) {
    throw new Failure('credentialProcess', { program, reason: error instanceof Error ? error.message : String(error) })
  }
}

function defined(variables: Readonly<Record<string, string | undefined>>): Environment {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined))
}

/** The profile that is named, by a flag or a variable. Throws Failure `profileUnknown`. */
export async function requireProfile(name: string, env: Environment): Promise<Profile> {
  const all = await listProfiles(env)
  const found = all.find((profile) => profile.name === name)
  if (found !== undefined) return found
  throw new Failure('profileUnknown', { profile: name, known: all.map((profile) => profile.name) })
}
