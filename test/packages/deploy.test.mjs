// The files of deploy/: the steps of the Dockerfile in plain folders, the unit, the alert rules and the dashboard.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { EXIT } from '../../packages/cli/dist/index.js'
import { startServer } from '../support/start-server.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dockerfile = readFileSync(path.join(root, 'deploy', 'Dockerfile'), 'utf8')
const alerts = path.join(root, 'deploy', 'prometheus', 'alerts.yaml')

test('the steps of the Dockerfile, run in plain folders, make a command that serves and reports its health', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-image-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const inFolder = (text) =>
    text
      .replaceAll('/packages', `${folder}/packages`)
      .replaceAll('/opt/bindery', `${folder}/opt`)
      .replaceAll('/data', `${folder}/data`)
  const [build] = dockerfile.split(/^FROM /m).slice(1)
  const steps = [...build.matchAll(/^RUN (?!apt-get )(.+)$/gm)].map(([, step]) => inFolder(step))
  assert.equal(steps.length, 2)
  for (const step of steps)
    execFileSync('sh', ['-e', '-c', step], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })

  const [, variables] = /^ENV (.+)$/m.exec(dockerfile)
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BINDERY_'))
  const image = variables.split(' ').map((pair) => pair.split(/=(.*)/s, 2))
  const env = { ...Object.fromEntries([...inherited, ...image].map(([name, value]) => [name, inFolder(value)])) }
  Object.assign(env, { BINDERY_PORT: '0', BINDERY_LANG: 'en', BINDERY_WORKERS: '1' })
  const words = (name) => JSON.parse(new RegExp(`^(?:.* )?${name} (\\[.+\\])$`, 'm').exec(dockerfile)[1])
  const [health, ...healthArgs] = /HEALTHCHECK .* CMD (\[.+\])/.exec(dockerfile)[1] && words('CMD')
  const checkHealth = () => spawnSync(health, healthArgs, { env, encoding: 'utf8' })
  assert.equal(checkHealth().status, 3)
  const [command, ...args] = [...words('ENTRYPOINT'), ...JSON.parse(/^CMD (\[.+\])$/m.exec(dockerfile)[1])]
  const server = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(server, 'exit')
  t.after(() => server.kill('SIGKILL'))
  while (checkHealth().status !== 0) {
    assert.equal(server.exitCode, null)
    await sleep(100)
  }
  server.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null])
})

test('systemd accepts the unit', () => {
  const unit = readFileSync(path.join(root, 'deploy', 'systemd', 'bindery.service'), 'utf8')
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-unit-'))
  const file = path.join(folder, 'bindery.service')
  // the command need not be installed here
  execFileSync('sh', ['-c', 'cat > "$0"', file], { input: unit.replace('/usr/local/bin/bindery', '/bin/true') })
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
  rmSync(folder, { recursive: true, force: true })
  assert.equal(stderr, '')
  assert.equal(status, 0)
})

test('the unit names the exit codes of the command', () => {
  const unit = readFileSync(path.join(root, 'deploy', 'systemd', 'bindery.service'), 'utf8')
  const [, prevented] = /^RestartPreventExitStatus=(.+)$/m.exec(unit)
  const [, success] = /^SuccessExitStatus=(.+)$/m.exec(unit)
  assert.deepEqual([Number(prevented), Number(success)], [EXIT.usage, EXIT.interrupted])
})

test('Prometheus accepts the alert rules, and they fire when they should', () => {
  execFileSync('promtool', ['check', 'rules', alerts])
  execFileSync('promtool', ['test', 'rules', alerts.replace('.yaml', '.test.yaml')])
})

test('a server has every metric that the dashboard and the alert rules use', async (t) => {
  const server = await startServer({ args: ['--workers', '1', '--log', 'error'] })
  t.after(() => server.stop())
  await fetch(`${server.endpoint}/no-such-bucket`)
  const text = await (await fetch(`${server.endpoint}/-/metrics`)).text()
  const names = new Set([...text.matchAll(/^([a-z_0-9]+)(?:\{| )/gm)].map(([, name]) => name))
  const dashboard = readFileSync(path.join(root, 'deploy', 'grafana', 'bindery.json'), 'utf8')
  const panels = JSON.parse(dashboard).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const rules = [...readFileSync(alerts, 'utf8').matchAll(/expr: (.+)/g)].map(([, expr]) => expr)
  const used = [...panels, ...rules].flatMap((expr) => expr.match(/\b(?:bindery|nodejs|process)_\w+/g) ?? [])
  assert.ok(used.length > 20)
  for (const name of used) assert.ok(names.has(name), name)
})
