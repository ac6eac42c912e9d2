// size: exempt (a table: the texts of each command)
import type { CommandTexts, HelpSentences } from './sentences.js'

const SERVER_DETAILS = [
  'The key comes from OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, from a profile, or from the data folder.',
] as const

/** The help pages. */
export const ENGLISH_COMMANDS: { readonly help: HelpSentences; readonly commands: CommandTexts } = {
  help: {
    title: 'Bindery, an object store with the protocols of Alibaba Cloud OSS and Amazon S3.',
    usage: 'Usage: bindery COMMAND [arguments] [flags]',
    subjects: {
      objects: 'Objects:',
      uploads: 'Multipart uploads, and requests of any kind:',
      buckets: 'Buckets:',
      server: 'The server and its data:',
      settings: 'This command:',
    },
    more: 'Arguments, flags and examples of a command: bindery help COMMAND\n中文：--language zh. For scripts that read the output of ossutil 1: --compat ossutil',
    exitCodes:
      'Exit codes: 0 success, 1 wrong arguments, 2 the server refused the request, 3 this machine or the network prevented ' +
      'it, 4 some of several items failed, 5 stopped by a signal, 6 a check found a problem',
    examples: 'Examples:',
    groups: {
      own: 'Flags:',
      selection: 'Choosing among several files or objects:',
      properties: 'Properties of the objects:',
      server: 'Server and key:',
      output: 'Output:',
    },
    values: 'Values: ',
    fallback: 'Default: ',
    options:
      'Options, each as a flag and as an environment variable. Flags take precedence over variables, and variables over the file of --config. A secret may be in a file, which BINDERY_ACCESS_KEY_SECRET_FILE, for example, names.',
  },
  commands: {
    serve: {
      summary: 'Run the server.',
      details: ['Prints its address and key, and runs until Ctrl-C or SIGTERM.'],
      flags: {},
    },
    connect: {
      summary: 'Print a ready-made program for an SDK or tool, with the address and key of the running server.',
      details: [
        'Without CLIENT, lists the clients. The output is a shell script for an empty folder; it contains the key.',
        'The server is the one running on DIR (by default BINDERY_DIR or ./data), or the one at --endpoint or OSS_ENDPOINT.',
        'The key comes from DIR, or from OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.',
      ],
      flags: {
        bucket: 'bucket to use; default demo',
        endpoint: 'address of a server elsewhere',
        json: 'print one line of JSON per client, or one line with the script',
      },
    },
    env: {
      summary: 'Print the environment variables with which SDKs and tools use the running server.',
      details: [
        'eval "$(bindery env)" sets OSS_ENDPOINT, OSS_REGION, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, and the same for S3: AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. It removes session tokens, which would belong to another key.',
        'The server is the one running on DIR (by default BINDERY_DIR or ./data), or the one at --endpoint.',
        'The key is the one that the server was started with, from DIR or the environment; with --endpoint it comes from OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.',
      ],
      flags: {
        shell: 'sh (default), fish or powershell: how the variables are set',
        dialect: 'print only the variables of oss or s3; by default both',
        endpoint: 'address of a server elsewhere',
        json: 'print the variables as one line of JSON',
      },
    },
    health: {
      summary: 'Check whether the running server is ready, for example in container health checks.',
      details: [
        'Prints the response of /-/health/ready. The exit code is 0 if the server is ready, otherwise 3.',
        'The server is the one running on DIR (by default BINDERY_DIR or ./data), or the one at --endpoint.',
      ],
      flags: {
        endpoint: 'address of a server elsewhere',
        json: 'accepted, but not needed: the response is always JSON',
      },
    },
    doctor: {
      summary: 'Find out why clients have problems with a running server.',
      details: [
        'Checks address, readiness, disk, clock, V1 and V4 signatures, the addressing of buckets, and the CORS rules of a bucket.',
        'Server and key are found as in connect. The exit code is 6 if there is a problem.',
      ],
      flags: {
        bucket: 'bucket whose CORS rules to check',
        endpoint: 'address of a server elsewhere',
        json: 'print one line of JSON per check',
      },
    },
    fsck: {
      summary: 'Check the data folder of a stopped server.',
      details: [
        'DIR is BINDERY_DIR or ./data by default. The exit code is 6 if there is a problem.',
        'If BINDERY_METADATA, BINDERY_BLOBS and their keys are set as for serve, and DIR is omitted, checks the cluster; all its gateways must have stopped.',
      ],
      flags: {
        bytes: 'read and verify all bytes, not only the metadata',
        repair: 'repair what can be repaired; what is removed is kept in DIR/quarantine, for a cluster in ./quarantine',
        json: 'print one line of JSON per problem, and a summary as the last line',
      },
    },
    backup: {
      summary: 'Back up a data folder or a cluster, even while servers use it.',
      details: [
        'Another backup to the same TARGET copies only new data. An interrupted backup continues when it is run again.',
        'With the word cluster as DIR, copies a consistent state of the cluster that BINDERY_METADATA and BINDERY_BLOBS name.',
      ],
      flags: {
        bytes: 'read and verify all bytes of the copy',
        json: 'print one line of JSON per problem, and a summary as the last line',
      },
    },
    restore: {
      summary: 'Create a data folder from a backup, or make archived objects readable for some days.',
      details: [
        'DIR must be empty, or not exist yet. With an address, restores archived objects.',
        'With the word cluster as DIR, fills the empty cluster that BINDERY_METADATA and BINDERY_BLOBS name.',
      ],
      flags: {
        recursive: 'all keys that begin with KEY',
        bytes: 'read and verify all bytes of the copy',
        json: 'print one line of JSON per problem, and a summary as the last line',
      },
    },
    migrate: {
      summary: 'Move everything from a data folder to a cluster, or back, while servers keep serving reads.',
      details: [
        'One of FROM and TO is a folder; the other is the word cluster, for the cluster that BINDERY_METADATA, BINDERY_BLOBS and their keys name, as for serve. TO must be empty.',
        'Servers of FROM may run. They accept writes until the last changes are copied, and refuse them with 503 from then on: start the servers of TO, and direct clients to them.',
        'Before TO can be used, every row is compared and TO is checked. Nothing in FROM is changed or deleted. --undo makes FROM accept writes again; what was written to TO meanwhile stays in TO.',
        'The same command continues an interrupted run. The exit code is 6 if TO has a problem.',
      ],
      flags: {
        bytes: 'read and verify all bytes of TO',
        json: 'print one line of JSON per problem, and a summary as the last line',
      },
    },
    upgrade: {
      summary:
        'Check whether this release can use a data folder or a backup, before you install it in place of another.',
      details: [
        'Changes nothing and does not use the network. A server may be running on DIR. DIR is BINDERY_DIR or ./data by default.',
        'The exit code is 0 if a server of this release can start on DIR (or the backup can be restored), otherwise 6.',
        'No data folder needs a conversion so far, so --check is required for folders.',
        'If BINDERY_METADATA, BINDERY_BLOBS and their keys are set as for serve, and DIR is omitted, upgrades the database of the cluster to this release. Older gateways keep working until --finish.',
      ],
      flags: { json: 'print the result as one line of JSON' },
    },
    keys: {
      summary: 'List and change KMS keys and master keys.',
      details: [
        'ACTION is list, create, rotate ID, enable ID or disable ID. A running server notices changes within a second.',
        'For master keys, ACTION is masters, generate, rewrap or retire ID. Only masters may run while a server uses DIR.',
        'generate adds a master key, which encrypts new data. rewrap encrypts all keys and secrets with the newest master key; retire does the same and then removes an older one.',
        'If BINDERY_METADATA and the other variables of a gateway are set, and DIR is omitted, uses the keys of the cluster; its master keys are in BINDERY_MASTER_KEYS.',
        'Columns: ID, state, number of versions, creation time of the newest version. Rotation does not rewrite data.',
      ],
      flags: { json: 'print one line of JSON per key' },
    },
    mb: {
      summary: 'Create a bucket.',
      details: SERVER_DETAILS,
      flags: {
        acl: 'private, public-read or public-read-write',
        'storage-class': 'default storage class of its objects: Standard, IA, Archive, ColdArchive or DeepColdArchive',
      },
    },
    rb: {
      summary: 'Delete a bucket.',
      details: ['The bucket must be empty, unless --force is used.', ...SERVER_DETAILS],
      flags: { yes: 'empty the bucket first: delete all objects, versions and parts' },
    },
    ls: {
      summary: 'List buckets, or the objects and folders of a bucket.',
      details: [
        'Lists keys that begin with PREFIX, up to the next slash; for a folder, end PREFIX with a slash. Columns: time, size, storage class, address.',
        'In PREFIX, * and ? match within one folder, and ** across folders; quote them for the shell.',
        'Names for --format: {address}, {key}, {size}, {modified}, {class}, {etag}, {version} and {kind}; \\t, \\n and \\0 are escapes.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'list all keys with the prefix',
        mpu: 'list incomplete uploads: time, parts, bytes, ID, address',
      },
    },
    stat: {
      summary: 'Describe a bucket or an object.',
      details: SERVER_DETAILS,
      flags: {},
    },
    cat: {
      summary: 'Write an object to standard output.',
      details: [
        'If the connection breaks, continues where it stopped. The exit code is 6 if the data does not match the CRC-64 of the object.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    rm: {
      summary: 'Delete an object, or all objects whose keys begin with a prefix.',
      details: [
        'Deleting an object that does not exist succeeds. Buckets with versioning keep previous versions.',
        'With --recursive or a pattern, it must be confirmed; without a terminal, --yes is required.',
        'In KEY, * and ? match within one folder, and ** across folders; quote them for the shell.',
        'A pattern of --include or --exclude without a slash matches the last part of a name. The last matching rule decides; if none matches, the name is included, unless the first rule is an --include.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'delete all keys that begin with KEY; oss://BUCKET/ means the whole bucket',
        'dry-run': 'only print what would be deleted',
        'all-versions': 'delete every version and delete marker for good',
      },
    },
    cp: {
      summary: 'Upload, download or copy a file or object, or everything below a folder or prefix.',
      details: [
        'FROM and TO are files, folders, addresses of the form oss://BUCKET/KEY, or - for standard input or output.',
        'PROFILE:BUCKET/KEY is an object on the server of that profile. Copies between two servers pass through this machine.',
        'In KEY, * and ? match within one folder, and ** across folders; quote them for the shell.',
        'If TO ends with a slash or is a folder, the name of FROM is kept. Uploads and downloads are verified by CRC-64 from end to end.',
        'A pattern of --include or --exclude without a slash matches the last part of a name. The last matching rule decides; if none matches, the name is included, unless the first rule is an --include.',
        'After an interruption, run the command again: it transfers only what is missing. Ctrl-C waits for the parts in transit.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all files below the folder FROM, or all keys that begin with FROM',
        'dry-run': 'only print what would be transferred',
        'version-id': 'version of the object FROM',
        yes: 'replace existing targets without confirmation',
      },
    },
    sync: {
      summary: 'Synchronize folders or prefixes: transfer what is missing or different.',
      details: [
        'FROM and TO are folders, or prefixes of the form oss://BUCKET/PREFIX/; at least one is on a server.',
        'A file is transferred if it is missing in TO, has a different size there, or is older there.',
        'What --include and --exclude leave out (see cp) is neither transferred nor deleted.',
        ...SERVER_DETAILS,
      ],
      flags: {
        'dry-run': 'only print what would be transferred and deleted',
        yes: 'accepted for compatibility: there is no confirmation',
      },
    },
    mv: {
      summary: 'Move: upload, download or copy, then delete each source.',
      details: [
        'FROM and TO are as in cp. A source is deleted only after its target has been verified; skipped files stay.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all files below the folder FROM, or all keys that begin with FROM',
        'dry-run': 'only print what would be moved',
        yes: 'replace existing targets without confirmation',
      },
    },
    mirror: {
      summary: 'Make a folder or prefix an exact copy of another one, once or continuously.',
      details: [
        'Same as sync --delete. With --watch, keeps running: changes in a folder are noticed at once, changes below a prefix at the next comparison.',
        'If a later run fails, for example because the server is unreachable, the failure is reported and the run is tried again. Ctrl-C between runs exits with 0.',
        ...SERVER_DETAILS,
      ],
      flags: {
        'dry-run': 'only print what would be transferred and deleted',
        yes: 'accepted for compatibility: there is no confirmation',
      },
    },
    put: {
      summary: 'Upload standard input, of any length.',
      details: [
        'Parts grow with the length, up to the largest possible object. After an error or Ctrl-C, no parts are left on the server.',
        ...SERVER_DETAILS,
      ],
      flags: {
        yes: 'accepted for compatibility: there is no confirmation',
        'dry-run': 'only print what would be transferred',
      },
    },
    touch: {
      summary: 'Create an empty object, or set the modification time of an existing one to now.',
      details: [
        'An existing object is copied onto itself, which moves no data, but creates a new version in a bucket with versioning.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    du: {
      summary: 'Count the objects and bytes below a prefix.',
      details: ['Columns: objects, bytes, readable size, group.', ...SERVER_DETAILS],
      flags: { versions: 'count all versions' },
    },
    tree: {
      summary: 'Show keys as folders within folders.',
      details: SERVER_DETAILS,
      flags: {},
    },
    find: {
      summary: 'Print the matching files or objects below a folder or prefix.',
      details: [
        'Columns: time, bytes, address. Names for --format: {address}, {name}, {size}, {modified}, {class} and {etag}; \\t and \\n are escapes.',
        ...SERVER_DETAILS,
      ],
      flags: { 'storage-class': 'only objects of this class' },
    },
    diff: {
      summary: 'Compare two folders or prefixes by name, size and CRC-64.',
      details: [
        'Signs: < only in ONE, > only in OTHER, ! different. The exit code is 6 if they differ. Comparing by CRC-64 needs one request per object, and reads files.',
        ...SERVER_DETAILS,
      ],
      flags: { 'size-only': 'compare by name and size' },
    },
    hash: {
      summary: 'Print checksums of a file or object, or compare two.',
      details: [
        'The checksums of an object are those that the server reports. With OTHER, the exit code is 6 if size or CRC-64 differ.',
        ...SERVER_DETAILS,
      ],
      flags: { bytes: 'compute the checksums from the data of objects' },
    },
    mkdir: {
      summary: 'Create an empty object that represents a folder.',
      details: [
        'Folders need no such object: a folder exists as soon as a key begins with its name. But some programs show only folders that have one.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    append: {
      summary: 'Append a file or standard input to an object.',
      details: [
        'The first append creates the object, with the properties that the flags set. Objects that were created in another way cannot be appended to.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    symlink: {
      summary: 'Create a symbolic link to another object of the bucket.',
      details: ['Reading LINK returns the current content of TARGET.', ...SERVER_DETAILS],
      flags: { 'no-overwrite': 'do not replace an existing object' },
    },
    'set-props': {
      summary: 'Change headers, metadata, ACL, storage class or tags of objects.',
      details: [
        'Properties that no flag names stay. Changing headers or the storage class copies the object onto itself, which moves no data, but creates a new version in a bucket with versioning.',
        ...SERVER_DETAILS,
      ],
      flags: { recursive: 'all keys that begin with KEY' },
    },
    tag: {
      summary: 'Print or change the tags of an object or a bucket.',
      details: ["Without TAGS, prints the tags; TAGS of the form 'stage=raw&team=a' replace them.", ...SERVER_DETAILS],
      flags: { delete: 'delete all tags' },
    },
    mpu: {
      summary: 'List, resume, complete and abort incomplete multipart uploads.',
      details: [
        'ls: lists uploads with start time, parts, bytes and ID. parts: lists parts with time, number, bytes and ETag. du: prints totals.',
        'map: shows the stored parts, and with --upload FILE what is left to send; without ID, for the latest upload to the key.',
        'resume: sends the missing parts of FILE, whichever program began the upload. complete: creates the object from the stored parts.',
        'abort: aborts an upload and deletes its parts. gc: aborts uploads without activity for --older-than (7d). watch: shows events, or the map of one upload.',
        ...SERVER_DETAILS,
      ],
      flags: {
        all: 'abort: all uploads whose address begins with this one. complete: even if part numbers before the last are missing',
        yes: 'abort --all and gc: without confirmation',
        'dry-run': 'abort --all, gc and complete: only print what would be done',
        'min-age': 'gc: time without activity; default 7d',
        upload: 'map: the file to upload, for what is left to send',
        'no-overwrite': 'complete: do not replace an existing object',
        'checkpoint-dir': 'folder with the records of interrupted uploads; records of aborted ones are removed',
      },
    },
    bucket: {
      summary: 'Read, set and delete the configuration of a bucket: ACL, CORS, lifecycle, policy and others.',
      details: [
        'Without arguments, lists the documents and what can be done with each.',
        'get prints the document in the format of OSS (XML or JSON), or as JSON with --json; set accepts both.',
        'Settings that consist of one header, such as the ACL, take a VALUE.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    presign: {
      summary: 'Print a presigned URL, which reads or writes an object without a key.',
      details: [
        'With --query, the URL is for any request on an object, on a bucket (oss://BUCKET), or on the server (oss://).',
        'With --upload, begins a multipart upload, and prints a script for sh, dd and curl that sends the parts and completes the upload.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    admin: {
      summary: 'Manage accounts, users, access keys, groups, roles and policies of a running server.',
      details: [],
      flags: {},
    },
    api: { summary: 'Send one request of any operation, and print the response as JSON.', details: [], flags: {} },
    config: {
      summary: 'Read and change profiles (server and key), or explain the options of a server.',
      details: [
        'Settings: endpoint, region, access-key-id, access-key-secret, sts-token, addressing-style, sign-version, dialect, proxy, credential-process.',
        'With - as VALUE, reads it from standard input, so that no secret is on the command line. credential-process is a program that prints a key as JSON.',
        'The file is BINDERY_CONFIG, or bindery/config below XDG_CONFIG_HOME; only its owner can read it.',
        'explain prints the options that serve would use with the same flags, variables and file, with their values and sources. Secrets are not shown.',
      ],
      flags: { profile: 'name of the profile; default “default”', json: 'print it as JSON' },
    },
    profile: {
      summary: 'List the profiles that commands can use with --profile.',
      details: [
        'Profiles come from bindery config, ~/.ossutilconfig (OSSUTIL_CONFIG_FILE), ~/.aws and mc; the first one with a name counts. Secrets are not printed.',
      ],
      flags: { json: 'print one line of JSON per profile' },
    },
    completion: {
      summary: 'Print a shell script that completes commands, flags, and names of buckets and objects.',
      details: [],
      flags: {},
    },
    run: {
      summary: 'Run command lines from a file, several at a time, in one process.',
      details: [
        'Each line is a command without the word bindery, quoted as in a shell; # begins a comment. Lines run in no particular order.',
        'Failed lines are reported with their numbers, and the others still run. The exit code is then 4.',
      ],
      flags: {
        jobs: 'lines to run at a time, 1 to 64; default 5',
        json: 'print one line of JSON per failed line, and a summary',
      },
    },
    probe: {
      summary: 'Measure each step to a server: name, connection, TLS, response, key; with a bucket also transfers.',
      details: [
        'Stops at the first step that fails, with exit code 6, and deletes what it has stored. To check the setup of a server, use doctor.',
        ...SERVER_DETAILS,
      ],
      flags: { size: 'size of the object to upload and download; default 8MiB' },
    },
    bench: {
      summary: 'Measure uploads and downloads with temporary objects.',
      details: [
        'Columns: requests, requests per second, bytes per second, and the times in which 50 % and 99 % of the requests finish.',
        ...SERVER_DETAILS,
      ],
      flags: { jobs: 'requests at a time, 1 to 64; default 8' },
    },
    help: {
      summary: 'Print help for all commands, or for one.',
      details: [],
      flags: { json: 'print one line of JSON per command' },
    },
    version: { summary: 'Print the version.', details: [], flags: { json: 'print it as JSON' } },
  },
}
