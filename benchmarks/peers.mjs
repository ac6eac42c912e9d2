// Other servers to compare with, from their registries, each with its most durable settings.
// Usage: node benchmarks/peers.mjs install [name ...]    installs into .cache/peers; two of them need a Go toolchain
//        node benchmarks/peers.mjs                       lists them with their settings

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../test/support/free-port.mjs'
import { guard } from '../test/support/guard.mjs'

const CACHE = fileURLToPath(new URL('../.cache/peers', import.meta.url))
const BIN = path.join(CACHE, 'bin')
const BARE = fileURLToPath(new URL('support/bare-server.mjs', import.meta.url))
const START_MS_MAX = 30_000

const KEYS = { accessKeyId: 'benchkey', accessKeySecret: 'benchsecretbenchsecret', region: 'us-east-1' }
/** The only key that s3rver accepts. */
const S3RVER_KEYS = { accessKeyId: 'S3RVER', accessKeySecret: 'S3RVER', region: 'us-east-1' }

/**
 * @typedef {object} Peer
 * @property {string} settings
 * @property {readonly string[]} [lacks]
 * @property {string} program  exists once the peer is installed
 * @property {() => void} install
 * @property {typeof KEYS} keys
 * @property {(port: number, folder: string) => Promise<{ args: string[], env?: Record<string, string>, configure?: () => Promise<void> }>} start
 */

function goInstall(module) {
  mkdirSync(BIN, { recursive: true })
  execFileSync('go', ['install', module], { env: { ...process.env, GOBIN: BIN }, stdio: 'inherit' })
}

/**
 * For a module that `go install` rejects because it replaces some of its dependencies: a module of ours requires
 * it.
 */
function goBuild(module, version, name) {
  const folder = path.join(CACHE, name)
  mkdirSync(folder, { recursive: true })
  mkdirSync(BIN, { recursive: true })
  writeFileSync(path.join(folder, 'go.mod'), `module peer\n\ngo 1.26\n\nrequire ${module} ${version}\n`)
  const options = { cwd: folder, env: { ...process.env, GOBIN: BIN } }
  execFileSync('go', ['install', '-mod=mod', `${module}/${name}`], { ...options, stdio: 'inherit' })
}

/** @type {Readonly<Record<string, Peer>>} */
export const PEERS = {
  versitygw: {
    settings: 'versitygw 1.8.0, posix on ext4, files by O_TMPFILE; it has no setting for fsync, and calls none',
    program: path.join(BIN, 'versitygw'),
    install: () => goInstall('github.com/versity/versitygw/cmd/versitygw@v1.8.0'),
    keys: KEYS,
    start: async (port, folder) => ({
      args: ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder],
      env: { ROOT_ACCESS_KEY: KEYS.accessKeyId, ROOT_SECRET_KEY: KEYS.accessKeySecret },
    }),
  },
  seaweedfs: {
    settings: 'SeaweedFS 2026-11-09, `weed server -s3`, one volume server, filer.conf with fsync for every path',
    program: path.join(BIN, 'weed'),
    install: () => goBuild('github.com/seaweedfs/seaweedfs', 'v0.0.0-20261109003541-7506e5f91cd6', 'weed'),
    keys: KEYS,
    async start(port, folder) {
      const config = path.join(folder, 's3.json')
      const { accessKeyId: accessKey, accessKeySecret: secretKey } = KEYS
      const identity = { name: 'bench', credentials: [{ accessKey, secretKey }], actions: ['Admin', 'Read', 'Write'] }
      await writeFile(config, JSON.stringify({ identities: [identity] }))
      const ports = { 's3.port.grpc': await freePort() }
      for (const name of ['master', 'volume', 'filer']) {
        ports[`${name}.port`] = await freePort()
        ports[`${name}.port.grpc`] = await freePort()
      }
      const portArgs = Object.entries(ports).map(([name, number]) => `-${name}=${number}`)
      return {
        args: [
          'server',
          `-dir=${folder}`,
          '-ip=127.0.0.1',
          '-s3',
          `-s3.port=${port}`,
          `-s3.config=${config}`,
          '-volume.max=100',
          '-s3.port.iceberg=0',
          '-s3.port.lance=0',
          '-master.volumeSizeLimitMB=1024',
          '-master.telemetry=false',
          ...portArgs,
        ],
        configure: () => makeSeaweedDurable(ports),
      }
    },
  },
  s3rver: {
    settings: 's3rver 3.7.1, a test server on Node; no fsync',
    lacks: ['listParts'],
    program: path.join(CACHE, 's3rver', 'node_modules', '.bin', 's3rver'),
    install() {
      const folder = path.join(CACHE, 's3rver')
      mkdirSync(folder, { recursive: true })
      const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', 's3rver@3.7.1']
      execFileSync('npm', args, { stdio: 'inherit' })
    },
    keys: S3RVER_KEYS,
    start: async (port, folder) => ({
      args: ['-d', folder, '-a', '127.0.0.1', '-p', String(port), '-s', '--no-vhost-buckets'],
    }),
  },
  nginx: {
    settings: 'nginx, files by sendfile, 1 worker, no authentication: the upper bound of a GET',
    lacks: ['write'], // its objects are created as files
    program: '/usr/sbin/nginx',
    install: () =>
      execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'nginx-light'], { stdio: 'inherit' }),
    keys: KEYS,
    async start(port, folder) {
      const config = path.join(folder, 'nginx.conf')
      await writeFile(config, nginxConfig(port, folder))
      return { args: ['-c', config, '-e', 'stderr'] }
    },
  },
  bare: {
    settings: 'a bare server on node:http that discards bodies and checks nothing: the lower bound of a request',
    lacks: ['listParts'],
    program: process.execPath,
    install() {},
    keys: KEYS,
    start: async (port) => ({ args: [BARE, String(port)] }),
  },
}

/**
 * Makes SeaweedFS sync every path, which it does not do by default. Its servers find each other shortly after they
 * start to listen.
 */
async function makeSeaweedDurable(ports) {
  const address = (name) => `127.0.0.1:${ports[`${name}.port`]}.${ports[`${name}.port.grpc`]}`
  const shell = [PEERS.seaweedfs.program, 'shell', `-master=${address('master')}`, `-filer=${address('filer')}`]
  const input = 'fs.configure -locationPrefix=/ -fsync -apply\n'
  for (const end = performance.now() + START_MS_MAX; ; await sleep(500)) {
    const [program, ...args] = shell
    const { status, stdout } = spawnSync(program, args, { input, encoding: 'utf8', timeout: 10_000 })
    if (status === 0 && /"fsync": +true/.test(stdout)) return
    if (performance.now() > end) throw new Error(`SeaweedFS could not be configured to sync: ${stdout}`)
  }
}

function nginxConfig(port, folder) {
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; user root;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=1000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`
}

/** The names of the peers that are installed. */
export function installedPeers() {
  return Object.keys(PEERS).filter((name) => existsSync(PEERS[name].program))
}

/**
 * Starts a peer on a new folder. Rejects if it does not accept connections within half a minute.
 * @param {string} name
 * @returns {Promise<import('./support/targets.mjs').Target>}
 */
export async function startPeer(name) {
  const peer = PEERS[name]
  if (peer === undefined) throw new Error(`no peer is called ${name}; there are ${Object.keys(PEERS).join(', ')}`)
  if (!existsSync(peer.program)) throw new Error(`${name} is not installed: node benchmarks/peers.mjs install ${name}`)
  const folder = await mkdtemp(path.join(tmpdir(), `bench-${name}-`))
  const port = await freePort()
  const { args, env = {}, configure } = await peer.start(port, folder)
  const log = openSync(path.join(folder, 'server.log'), 'a')
  const child = spawn(peer.program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', log, log] })
  const hasEnded = guard({ pid: child.pid, signal: 'TERM', folder })
  const ended = once(child, 'exit')
  const isListening = await Promise.race([listens(port), ended.then(() => false)])
  if (!isListening) throw new Error(`${name} did not start: ${path.join(folder, 'server.log')}`)
  await configure?.()
  return {
    name,
    dialect: 's3',
    endpoint: `http://127.0.0.1:${port}`,
    ...peer.keys,
    pid: child.pid,
    settings: peer.settings,
    lacks: new Set(['sharing', 'sweep', ...(peer.lacks ?? [])]),
    ...(peer.lacks?.includes('write') && { files: folder }),
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
      hasEnded()
    },
  }
}

async function listens(port) {
  for (const end = performance.now() + START_MS_MAX; performance.now() < end; await sleep(100)) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return true
  }
  return false
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [verb, ...names] = process.argv.slice(2)
  if (verb === 'install') for (const name of names.length === 0 ? Object.keys(PEERS) : names) PEERS[name].install()
  for (const [name, { settings, program }] of Object.entries(PEERS)) {
    console.log(`${name}: ${settings}; ${existsSync(program) ? 'installed' : 'not installed'}`)
  }
}
