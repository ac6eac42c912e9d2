// How soon is a server ready, on an empty folder, on one that it has used, and in the first start after a build, and how much CPU does that take?
// Usage: npm run bench -- start [runs, 15 by default] [another clone, started in turn with this one]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cpuSeconds } from './support/processes.mjs'
import { describeRun, machineLine, summary } from './support/report.mjs'

const RUNS = Number(process.argv[2] ?? 15)
const own = fileURLToPath(new URL('..', import.meta.url))
const CLONES = [own, ...process.argv.slice(3)]

/** Starts the server of a clone on a folder, ends it when it is ready, and returns the milliseconds until then, and those of CPU. */
async function start(clone, folder) {
  const begin = performance.now()
  const options = ['--port', '0', '--log', 'error', '--ready-fd', '3']
  const command = [join(clone, 'packages/cli/bin/bindery.js'), 'serve', folder, ...options]
  const server = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  const ended = once(server, 'exit')
  await Promise.race([once(server.stdio[3], 'data'), ended])
  const milliseconds = performance.now() - begin
  if (server.exitCode !== null) throw new Error(`the server of ${clone} has ended`)
  const cpuMs = cpuSeconds(server.pid) * 1000
  server.kill('SIGTERM')
  await ended
  return { milliseconds, cpuMs }
}

/** Removes the compiled code that earlier starts of a clone have kept. */
function forgetCode(clone) {
  const bundle = join(clone, 'packages/cli/bundle')
  for (const name of readdirSync(bundle)) if (name.endsWith('.cache')) rmSync(join(bundle, name))
}

/** Kinds of starts, each a function of a clone, a new folder and one that the clone's server has used. */
const STARTS = {
  'first start after a build, empty folder': (clone, fresh) => {
    forgetCode(clone)
    return start(clone, fresh)
  },
  'empty folder': start,
  'used folder': (clone, _, used) => start(clone, used),
}

const temporary = mkdtempSync(join(tmpdir(), 'bindery-start-'))
let folders = 0
const newFolder = () => join(temporary, String(folders++))
try {
  const used = new Map(CLONES.map((clone) => [clone, newFolder()]))
  for (const [clone, folder] of used) await start(clone, folder)
  console.log(`${machineLine(describeRun())}\n\n| start | ms until ready | ms of CPU |\n| --- | --- | --- |`)
  for (const [name, startAs] of Object.entries(STARTS)) {
    const runs = CLONES.map((clone) => ({ clone, milliseconds: [], cpuMs: [] }))
    for (let run = 0; run < RUNS; run++) {
      for (const { clone, milliseconds, cpuMs } of runs) {
        const found = await startAs(clone, newFolder(), used.get(clone))
        milliseconds.push(found.milliseconds)
        cpuMs.push(found.cpuMs)
      }
    }
    for (const { clone, milliseconds, cpuMs } of runs)
      console.log(
        `| ${name}${clone === own ? '' : `, ${clone}`} | ${summary(milliseconds, 0)} | ${summary(cpuMs, 0)} |`,
      )
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
