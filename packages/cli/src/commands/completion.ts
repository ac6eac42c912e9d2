import { Failure } from '@bindery/server/local'
import { CALLABLE, flagsOf } from '../api/operations.js'
import { readArguments, requireArguments } from '../arguments.js'
import { COMMAND_NAMES, COMMANDS, type Command, commandOf, type Environment, type Invocation } from '../command.js'
import { fromCommand } from '../command-line.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { FLAGS, type Flag, SERVER_FLAGS } from '../flags.js'
import { OBJECT_ACLS, STORAGE_CLASSES } from '../objects/object-options.js'
import { write } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { listProfiles } from '../profiles/profiles.js'
import { OVERWRITE } from '../transfer/existing.js'

/** The argument after which the words of a command line follow. Only the scripts use it. */
const WORDS = '--words'

/** `bindery completion bash|zsh|fish|powershell`: prints the script for a shell; with words, what may take the place of the last one. */
export async function completionCommand({ args, env }: Invocation): Promise<ExitCode> {
  if (args[0] === WORDS) {
    for (const candidate of await candidatesFor(args.slice(1), env)) await write(`${candidate}\n`)
    return EXIT.ok
  }
  const { positionals } = readArguments('completion', args, 1)
  const [shell] = requireArguments(positionals, 'completion', ['bash|zsh|fish|powershell'])
  const script = SCRIPTS[shell === 'pwsh' ? 'powershell' : shell]
  if (script === undefined) {
    throw new Failure('valueInvalid', { name: 'SHELL', value: shell, expected: Object.keys(SCRIPTS).join(', ') })
  }
  await write(script)
  return EXIT.ok
}

/** Actions of commands that have some. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  mpu: ['ls', 'parts', 'map', 'du', 'resume', 'complete', 'abort', 'gc', 'watch'],
  keys: ['list', 'create', 'rotate', 'enable', 'disable', 'rewrap'],
  config: ['get', 'set', 'unset', 'path'],
  profile: ['ls', 'show', 'rm'],
  completion: ['bash', 'zsh', 'fish', 'powershell'],
}

/** The words that may take the place of the last of `words`, which come after `bindery`. Never throws: a shell shows no failure. */
export async function candidatesFor(words: readonly string[], env: Environment): Promise<readonly string[]> {
  const current = words.at(-1) ?? ''
  const values = await valuesOf(words.at(-2) ?? '', env)
  if (values !== undefined) return beginningWith(current, values)
  const before = fromCommand(words.slice(0, -1))
  const [first] = before
  if (first === undefined) return beginningWith(current, current.startsWith('-') ? GLOBAL_FLAGS : COMMAND_NAMES)
  const name = commandOf(first)
  if (name === undefined) return []
  if (/^(?:(?:oss|s3):\/\/|[a-z0-9][\w.-]+:)/i.test(current)) return remoteNames(current, env)
  if (name === 'help') return beginningWith(current, COMMAND_NAMES)
  const api = name === 'api' ? CALLABLE.get(before[1] ?? '') : undefined
  if (name === 'api' && api === undefined) return beginningWith(current, [...CALLABLE.keys()])
  const command: Command = COMMANDS[name]
  const table: Readonly<Record<string, Flag>> = {
    ...Object.fromEntries(
      [...command.flags, ...(api === undefined ? [] : SERVER_FLAGS)].map((flag) => [flag, FLAGS[flag]]),
    ),
    ...(api === undefined ? {} : flagsOf(api)),
  }
  if (current.startsWith('-'))
    return beginningWith(
      current,
      Object.keys(table).map((flag) => `--${flag}`),
    )
  if (name === 'bucket') return beginningWith(current, await wordsOfBucket(before))
  return before.length === 1 && ACTIONS[name] !== undefined ? beginningWith(current, ACTIONS[name]) : []
}

/** The flags that may precede a command. */
const GLOBAL_FLAGS = ['--language', '--compat', ...SERVER_FLAGS.map((flag) => `--${flag}`)]

/** The values of flags that have a few. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--overwrite': OVERWRITE,
  '--acl': OBJECT_ACLS,
  '--storage-class': STORAGE_CLASSES,
  '--resume': ['auto', 'never', 'require'],
  '--by': ['folder', 'class'],
  '--tier': ['Expedited', 'Standard', 'Bulk'],
  '--method': ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'],
  '--addressing-style': ['auto', 'path', 'virtual', 'cname'],
  '--sign-version': ['v4', 'v1'],
  '--dialect': ['oss', 's3'],
  '--language': ['en', 'zh'],
  '--compat': ['ossutil'],
}

/** The values that may follow a flag; undefined where they are not known. */
async function valuesOf(flag: string, env: Environment): Promise<readonly string[] | undefined> {
  return flag === '--profile' ? (await listProfiles(env)).map(({ name }) => name) : VALUES[flag]
}

/** The documents of buckets, and then what can be done to the one that was named. */
async function wordsOfBucket(before: readonly string[]): Promise<readonly string[]> {
  const { DOCUMENTS } = await import('./bucket.js')
  if (before.length === 1) return [...DOCUMENTS.keys()]
  return before.length === 2 ? Object.keys(DOCUMENTS.get(before[1] ?? '') ?? {}) : []
}

function beginningWith(prefix: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(prefix))
}

/** Names that a shell shows at a time. */
const NAMES_MAX = 200

/** Buckets, or the folders and keys that begin with an address. Without a server there are no names. */
async function remoteNames(current: string, env: Environment): Promise<readonly string[]> {
  const [, start = '', profile, path = ''] = /^((?:oss|s3):\/\/|([a-z0-9][\w.-]+):)(.*)$/is.exec(current) ?? []
  const flags = profile === undefined ? [] : ['--profile', profile]
  const slash = path.indexOf('/')
  const names: string[] = []
  try {
    await withClient(readArguments('ls', ['--retry-times', '1', ...flags], 0), env, async (client) => {
      if (slash === -1) {
        for await (const { name } of client.listBuckets({ prefix: path })) names.push(`${start}${name}/`)
        return
      }
      const bucket = path.slice(0, slash)
      const prefix = path.slice(slash + 1)
      for await (const entry of client.list({ bucket, prefix, delimiter: '/', pageSize: NAMES_MAX })) {
        names.push(`${start}${bucket}/${entry.kind === 'prefix' ? entry.prefix : entry.key}`)
        if (names.length === NAMES_MAX) return
      }
    })
  } catch {
    return []
  }
  return names
}

/** The command takes the words up to the cursor; files are completed by the shell itself. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# bash: source <(bindery completion bash)
_bindery() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=() cur
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  cur="\${words[\${#words[@]}-1]}"
  local IFS=$'\\n'
  COMPREPLY=($(bindery completion --words "\${words[@]:1}" 2>/dev/null))
  if [[ \${#COMPREPLY[@]} -eq 0 && "$cur" != *://* && "$cur" != -* ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
    compopt -o filenames 2>/dev/null
    return
  fi
  # bash takes a colon for the end of a word
  local colon="\${cur%"\${cur##*:}"}"
  [[ "$COMP_WORDBREAKS" == *:* ]] && COMPREPLY=("\${COMPREPLY[@]#"$colon"}")
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == */ ]] && compopt -o nospace 2>/dev/null
}
complete -F _bindery bindery
`,
  zsh: `#compdef bindery
# zsh: bindery completion zsh > "\${fpath[1]}/_bindery"
_bindery() {
  local -a names
  names=("\${(@f)$(bindery completion --words "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -z "\${names[*]}" ]]; then
    _files
  else
    compadd -Q -S '' -- "\${names[@]}"
  fi
}
compdef _bindery bindery
`,
  fish: `# fish: bindery completion fish > ~/.config/fish/completions/bindery.fish
function __bindery
  set -l words (commandline -opc) (commandline -ct)
  bindery completion --words $words[2..-1] 2>/dev/null
end
complete -c bindery -a '(__bindery)'
complete -c bindery -n 'string match -qr : -- (commandline -ct)' -f
`,
  powershell: `# PowerShell: bindery completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName bindery -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -le $position } | ForEach-Object { $_.Extent.Text })
  if ($word -eq '') { $words += '""' }
  bindery completion --words @($words | Select-Object -Skip 1) 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
}
