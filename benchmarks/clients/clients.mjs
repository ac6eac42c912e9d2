// The clients that are compared, and how each is installed and run. All use their default settings, except for the endpoint and key.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../../.cache/clients', import.meta.url))
const BIN = path.join(CACHE, 'bin')
const S5CMD = 'github.com/peak/s5cmd/v2'

/**
 * @typedef {object} Place  where the bytes are: a server, a bucket and a prefix of keys
 * @typedef {object} Commands  the commands that upload and download a folder, and their variables
 * @typedef {object} Measured
 * @property {string} settings
 * @property {string} [program]  exists once the client is installed
 * @property {() => void} [install]
 * @property {(place: Place) => Commands} commands
 */

/** A program of this folder: `PROGRAM upload|download FOLDER`, with the place in variables. */
function script(name, settings) {
  const file = fileURLToPath(new URL(name, import.meta.url))
  const commands = (place) => ({
    env: variables(place),
    upload: (folder) => [process.execPath, file, 'upload', folder],
    download: (folder) => [process.execPath, file, 'download', folder],
  })
  return { settings, commands }
}

function variables({ endpoint, region, bucket, prefix, accessKeyId, accessKeySecret }) {
  return {
    ENDPOINT: endpoint,
    REGION: region,
    BUCKET: bucket,
    PREFIX: prefix,
    ACCESS_KEY_ID: accessKeyId,
    ACCESS_KEY_SECRET: accessKeySecret,
  }
}

function buildGo() {
  mkdirSync(BIN, { recursive: true })
  const source = fileURLToPath(new URL('go', import.meta.url))
  execFileSync('go', ['build', '-o', path.join(BIN, 'go-sdk'), '.'], { cwd: source, stdio: 'inherit' })
}

function installS5cmd() {
  const folder = path.join(CACHE, 's5cmd')
  for (const each of [folder, BIN]) mkdirSync(each, { recursive: true })
  writeFileSync(path.join(folder, 'go.mod'), `module client\n\ngo 1.26\n\nrequire ${S5CMD} v2.3.0\n`)
  const options = { cwd: folder, env: { ...process.env, GOBIN: BIN }, stdio: 'inherit' }
  execFileSync('go', ['install', '-mod=mod', S5CMD], options)
}

/** @type {Readonly<Record<string, Measured>>} */
export const CLIENTS = {
  bindery: script('bindery.mjs', '@bindery/client in Node.js, a queue for files; CRC-64 of every part and object'),
  'ali-oss': script(
    'ali-oss.mjs',
    'ali-oss 6, multipartUpload and get for the large file, put and get for the others; no checksums',
  ),
  'lib-storage': script('lib-storage.mjs', '@aws-sdk/lib-storage 3, Upload and GetObject; CRC-32 of uploads'),
  'go-sdk': {
    settings:
      'alibabacloud-oss-go-sdk-v2, Uploader and Downloader for the large file, PutObjectFromFile and GetObjectToFile for the others; CRC-64',
    program: path.join(BIN, 'go-sdk'),
    install: buildGo,
    commands: (place) => ({
      env: variables(place),
      upload: (folder) => [path.join(BIN, 'go-sdk'), 'upload', folder],
      download: (folder) => [path.join(BIN, 'go-sdk'), 'download', folder],
    }),
  },
  rclone: {
    settings: 'rclone copy by S3, as installed',
    program: '/usr/bin/rclone',
    install: () =>
      execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'rclone'], { stdio: 'inherit' }),
    commands({ endpoint, accessKeyId, accessKeySecret, bucket, prefix }) {
      const remote = `bench:${bucket}/${prefix}`
      return {
        env: {
          AWS_CA_BUNDLE: undefined, // its transport cannot have one
          RCLONE_CONFIG: '/dev/null',
          RCLONE_CONFIG_BENCH_TYPE: 's3',
          RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
          RCLONE_CONFIG_BENCH_ENDPOINT: endpoint,
          RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: accessKeyId,
          RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: accessKeySecret,
        },
        upload: (folder) => ['/usr/bin/rclone', 'copy', folder, remote],
        download: (folder) => ['/usr/bin/rclone', 'copy', remote, folder],
      }
    },
  },
  s5cmd: {
    settings: 's5cmd 2.3.0 cp',
    program: path.join(BIN, 's5cmd'),
    install: installS5cmd,
    commands({ endpoint, accessKeyId, accessKeySecret, region, bucket, prefix }) {
      const program = path.join(BIN, 's5cmd')
      const common = [program, '--endpoint-url', endpoint, 'cp']
      return {
        env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: accessKeySecret, AWS_REGION: region },
        upload: (folder) => [...common, `${folder}/`, `s3://${bucket}/${prefix}`],
        download: (folder) => [...common, `s3://${bucket}/${prefix}*`, `${folder}/`],
      }
    },
  },
}

/** Whether a client can be run. */
export function isInstalled(name) {
  const { program } = CLIENTS[name]
  return program === undefined || existsSync(program)
}

/** Installs the clients that are missing. */
export function installClients() {
  for (const [name, { install }] of Object.entries(CLIENTS)) if (!isInstalled(name)) install?.()
}
