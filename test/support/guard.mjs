/**
 * Ends what this process has started when it ends itself without doing so, whatever ends it: `kill -9` too. A shell waits until the pipe
 * to it closes, which the system does at the end of a process, and then reads from a file what is left.
 */

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A line is a signal, and the number of a process or files whose first lines are such numbers; or `folder`, and its path. */
const SCRIPT = `trap '' HUP INT TERM
cat > /dev/null
while read -r what where; do
  case "$what $where" in
    folder*) continue ;;
    */*) numbers=$(for file in $where; do read -r number < "$file" && echo "$number"; done 2> /dev/null) ;;
    *) numbers=$where ;;
  esac
  for number in $numbers; do
    kill -s "$what" -- "$number"
    kill -s CONT -- "$number" $(pgrep -P "$number")
  done
done < "$1"
sleep 1
while read -r what where; do
  if [ "$what" = folder ]; then rm -rf "$where"; fi
done < "$1"
rm "$1"`

/** @type {Map<object, string[]>} */
const held = new Map()
/** @type {string | undefined} */
let list

/**
 * @param {object} started
 * @param {number} [started.pid] a process, or minus the number of a process group
 * @param {string} [started.pidFiles] a pattern of files whose first lines are numbers of processes; its folders have no spaces
 * @param {string} [started.signal] that ends the processes, without SIG. Default: KILL
 * @param {string} [started.folder] removed when the processes have ended
 * @returns {() => void} to be called when nothing of it is left
 */
export function guard({ pid, pidFiles, signal = 'KILL', folder }) {
  if (process.platform === 'win32') return () => {}
  const key = {}
  const lines = [
    ...(pid === undefined ? [] : [`${signal} ${pid}`]),
    ...(pidFiles === undefined ? [] : [`${signal} ${pidFiles}`]),
    ...(folder === undefined ? [] : [`folder ${folder}`]),
  ]
  held.set(key, lines)
  const file = list ?? join(tmpdir(), `bindery-guard-${randomUUID()}`)
  const save = () =>
    writeFileSync(file, [...held.values()].flatMap((lines) => lines.map((line) => `${line}\n`)).join(''))
  save()
  if (list === undefined) watch(file)
  list = file
  return () => {
    if (held.delete(key)) save()
  }
}

/** @param {string} file */
function watch(file) {
  const child = spawn('sh', ['-c', SCRIPT, 'guard', file], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.unref()
  child.stdin.on('error', () => {})
  const { stdin } = child
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
}
