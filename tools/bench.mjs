// `npm run bench`: the short suite on this clone's server and on all peers that are installed, as a table and as files in
// benchmarks/results. docs/guides/measure.md explains how to read it.
//
// npm run bench -- [name ...] [--full] [--runs N] [--only TEXT] [--peers a,b | --peers none]
//   name               workloads of benchmarks/<name>.mjs, or that program itself if it exports none
//   --full             all workloads, larger and with more runs
//   --only TEXT        workloads with TEXT in their name
//   --peer URL [--dialect s3|oss] --access-key ID --secret-key SECRET [--region R] [--pid N]
//                      a running endpoint, in addition to this clone's server; --pid measures its cost
//   --no-results       print only, write no files

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasFio, measureDisk } from '../benchmarks/disk.mjs'
import { installedPeers, startPeer } from '../benchmarks/peers.mjs'
import { describeRun, machineLine, table } from '../benchmarks/support/report.mjs'
import { runSuite } from '../benchmarks/support/suite.mjs'
import { namedTarget, startBindery } from '../benchmarks/support/targets.mjs'
import { readArguments } from './read-arguments.mjs'

const folder = fileURLToPath(new URL('../benchmarks', import.meta.url))
/** The programs that export workloads; each states its question in its first line. */
const LOADS = ['upload', 'small', 'large', 'warp', 'complete']
/** Programs whose parts are compared with what the disk can do. */
const WRITING = new Set(['upload', 'costs'])

function readOptions() {
  return readArguments({
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      runs: { type: 'string' },
      only: { type: 'string', default: '' },
      peers: { type: 'string' },
      peer: { type: 'string' },
      dialect: { type: 'string', default: 's3' },
      'access-key': { type: 'string', default: '' },
      'secret-key': { type: 'string', default: '' },
      region: { type: 'string', default: 'us-east-1' },
      pid: { type: 'string' },
      'no-results': { type: 'boolean', default: false },
    },
  })
}

/** The programs that are named, or all of the suite. */
function loadPrograms(names) {
  const loads = names.length === 0 ? LOADS : names
  return Promise.all(loads.map((name) => import(path.join(folder, `${name}.mjs`))))
}

/** @returns {import('../benchmarks/support/suite.mjs').Workload[]} */
function chosenWorkloads(programs, names, options) {
  const isWanted = ({ name, isShort }) => (options.full || names.length > 0 || isShort) && name.includes(options.only)
  return programs.flatMap(({ workloads }) => workloads).filter(isWanted)
}

async function startTargets(options) {
  const peers = options.peers === 'none' ? [] : (options.peers?.split(',') ?? installedPeers())
  const targets = [await startBindery()]
  for (const name of peers) targets.push(await startPeer(name))
  if (options.peer !== undefined) targets.push(namedPeer(options.peer, options))
  return targets
}

function namedPeer(endpoint, options) {
  const { dialect, region, pid } = options
  if (dialect !== 's3' && dialect !== 'oss')
    throw new Error(`no dialect is called ${dialect}; the dialects are s3 and oss`)
  const keys = { accessKeyId: options['access-key'], accessKeySecret: options['secret-key'] }
  return namedTarget({ endpoint, dialect, ...keys, region, pid: pid === undefined ? undefined : Number(pid) })
}

function writeResults(run, names, targets, outcomes, text) {
  const results = path.join(folder, 'results')
  mkdirSync(results, { recursive: true })
  const name = path.join(
    results,
    `${run.date.slice(0, 10)}-${run.commit}${names.length === 0 ? '' : `-${names.join('-')}`}`,
  )
  const settings = targets.map(({ name: target, settings: how }) => ({ target, settings: how }))
  writeFileSync(`${name}.json`, `${JSON.stringify({ ...run, targets: settings, outcomes }, undefined, 1)}\n`)
  const lines = settings.map(({ target, settings: how }) => `- ${target}: ${how}`)
  writeFileSync(`${name}.md`, `# ${run.command}\n\n${machineLine(run)}\n\n${lines.join('\n')}\n\n${text}\n`)
  console.log(`\nwritten to ${path.relative(process.cwd(), name)}.md and .json`)
}

async function runLoads() {
  const { values: options, positionals: names } = readOptions()
  const run = describeRun()
  const programs = await loadPrograms(names)
  const workloads = chosenWorkloads(programs, names, options)
  const targets = await startTargets(options)
  console.log(machineLine(run))
  for (const { name, settings } of targets) console.log(`${name}: ${settings}`)
  try {
    const runs = Number(options.runs ?? (options.full ? 5 : 3))
    const outcomes = await runSuite({
      workloads,
      targets,
      runs,
      scale: options.full ? 2 : 1,
      report: (ended) => console.log(table(ended).split('\n').slice(2).join('\n')),
    })
    if ((names.length === 0 || names.some((name) => WRITING.has(name))) && hasFio()) outcomes.push(...measureDisk(runs))
    const conclusions = programs.flatMap(({ conclusion }) => conclusion?.(outcomes) ?? [])
    const text = [table(outcomes), ...conclusions].join('\n\n')
    console.log(`\n${text}`)
    if (!options['no-results']) writeResults(run, names, targets, outcomes, text)
    return outcomes.every(({ failure }) => failure === undefined)
  } finally {
    for (const target of targets) await target.stop()
  }
}

/** Whether a benchmark is a program that needs no server. */
function isProgram(name) {
  const file = path.join(folder, `${name}.mjs`)
  if (!existsSync(file)) throw new Error(`there is no benchmarks/${name}.mjs`)
  return !readFileSync(file, 'utf8').includes('export const workloads')
}

const [first = ''] = process.argv.slice(2)
if (/^\w/.test(first) && isProgram(first)) {
  const args = [path.join(folder, `${first}.mjs`), ...process.argv.slice(3)]
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
} else if (!(await runLoads())) process.exitCode = 1
