import { realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join, relative, sep } from 'node:path'
import type { Environment } from './command.js'

const NAME = 'bindery'

/**
 * How the command is called again from the same shell: `bindery` if that is found there, otherwise by npx or by the path of its file.
 * `program` is the file that Node.js runs.
 */
export function ownName(env: Environment, program = process.argv[1] ?? '', cwd = process.cwd()): string {
  const file = realpathSync(program)
  const launchers = launchersOf(file)
  const isOwn = (candidate: string) => isFile(candidate) && [file, ...launchers].includes(realpathSync(candidate))
  // npm puts folders before the PATH of the shell
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => basename(folder) !== '.bin')
  if (folders.some((folder) => isOwn(join(folder, NAME)))) return NAME
  const [launcher] = launchers
  if (launcher !== undefined) return shellWord(pathFrom(cwd, launcher))
  return file.split(sep).includes('node_modules') ? `npx ${NAME}` : `node ${shellWord(pathFrom(cwd, file))}`
}

/** A command line to paste into the same shell. */
export function commandLineOf(env: Environment, words: readonly string[]): string {
  return [ownName(env), ...words.map(shellWord)].join(' ')
}

/** A word of a command line, quoted if the shell would read it otherwise. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The scripts of a clone and of an archive that start the program. */
function launchersOf(file: string): string[] {
  const above = dirname(dirname(file))
  return [join(above, '..', '..', NAME), join(above, '..', '..', '..', NAME)].filter(isFile)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function pathFrom(cwd: string, file: string): string {
  const path = relative(cwd, file)
  return path.startsWith('..') ? file : `.${sep}${path}`
}
