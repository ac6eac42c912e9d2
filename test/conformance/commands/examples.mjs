// What the examples of the help pages must print, where they end with another code than 0, and those that run until Ctrl-C.

/** The upload id of the help pages. */
export const UPLOAD_ID = '0004B9894A22E5B1888A1E29F8236E2D'

/**
 * @typedef {object} Expected
 * @property {RegExp} [prints] on either output
 * @property {readonly number[]} [codes] exit codes; 0 where absent
 * @property {RegExp} [until] it runs until Ctrl-C, which it gets after it has printed this; `codes` are those after that
 * @property {string} [before] a command that goes before it
 * @property {string} [meanwhile] a command that is repeated while it runs
 * @property {string} [input] standard input
 * @property {string} [after] a command whose output must match `prints` in its place
 */

/** @type {Readonly<Record<string, Expected>>} by the example */
export const EXPECTED = {
  'bindery connect': { prints: /python/ },
  'bindery connect python': { prints: /oss2/ },
  'bindery connect aws ./data --bucket logs | sh -e': { prints: /./ },
  'bindery health ./data': { prints: /ok/ },
  'bindery doctor ./data': { codes: [0, 6], prints: /its clock agrees/ },
  'bindery doctor --endpoint https://oss.example --bucket demo': { codes: [0, 6], prints: /CORS/ },
  'bindery backup ./data /mnt/backup/bindery': { prints: /\d/ },
  'bindery upgrade ./data --check': { prints: /starts on it as it is/ },
  'bindery upgrade /mnt/backup/bindery --check --json': { prints: /"accepted":true/ },
  'bindery mb oss://demo': { before: 'bindery rb oss://demo --force', after: 'bindery ls', prints: /oss:\/\/demo$/m },
  'bindery rb oss://demo': {
    before: 'bindery rb oss://demo --force && bindery mb oss://demo',
    after: 'bindery ls',
    prints: /^(?![\s\S]*oss:\/\/demo$)/,
  },
  'bindery mb oss://cold --storage-class IA': { after: 'bindery stat oss://cold', prints: /IA/ },
  'bindery rb oss://tests --force': { after: 'bindery ls', prints: /^(?![\s\S]*oss:\/\/tests)/ },
  'bindery ls': { prints: /oss:\/\/demo$/m },
  'bindery ls oss://demo/photos/ -l': { prints: /[0-9A-F]{32} .*photos\/cat\.jpg/ },
  "bindery ls 'oss://demo/logs/**/*.gz' --format '{address}\\t{size}'": {
    prints: /^oss:\/\/demo\/logs\/2025\/a\.gz\t\d+$/m,
  },
  "bindery ls oss://demo --recursive --output-query '[key, size]'": { prints: /^\["big\.iso",9000000\]$/m },
  'bindery ls oss://demo --mpu': { prints: /[0-9A-F]{32} +oss:\/\/demo\/big\.iso/ },
  'bindery stat oss://demo': { prints: /demo/ },
  'bindery stat oss://demo/photos/cat.jpg': { prints: /image\/jpeg/ },
  'bindery cat oss://demo/log.gz | gunzip': { prints: /^zipped$/m },
  'bindery cat oss://demo/log.txt --range 0-99': { prints: /^l{100}$/ },
  'bindery rm oss://demo/old.txt': { after: 'bindery ls oss://demo/old.txt', prints: /^$/ },
  'bindery rm --recursive oss://demo/logs/2025/ --yes': { after: 'bindery ls oss://demo/logs/ -r', prints: /^$/ },
  "bindery rm --recursive oss://demo/tmp/ --include '*.log' --min-age 30d --dry-run": { prints: /^$/ },
  'bindery rm --recursive oss://demo/ --all-versions --yes': { after: 'bindery ls oss://demo -r', prints: /^$/ },
  'bindery cp big.iso oss://demo/': { prints: /1 file, 8\.6 MiB/ },
  'bindery cp oss://demo/big.iso ./copy.iso': { after: 'cmp big.iso copy.iso && echo same', prints: /same/ },
  'bindery cp --recursive ./photos oss://demo/photos/': { prints: /2 files/ },
  'bindery cp oss://demo/big.iso oss://backup/2026/': { after: 'bindery ls oss://backup/2026/', prints: /9000000/ },
  'bindery cp oss://demo/big.iso offsite:archive/2026/': {
    after: 'bindery ls offsite:archive/2026/',
    prints: /9000000/,
  },
  "bindery cp 'oss://demo/logs/**/*.gz' ./logs/": { after: 'ls logs/2025', prints: /^a\.gz$/m },
  'bindery cp a.txt b.txt oss://demo/notes/ --overwrite different': { prints: /2 files/ },
  'tar cz ./src | bindery cp - oss://demo/src.tgz': {
    after: 'bindery cat oss://demo/src.tgz | tar tz',
    prints: /src\/main\.c/,
  },
  "bindery cp -r ./site oss://demo/site/ --exclude '*.map' --cache-control max-age=3600 --acl public-read": {
    after: 'bindery stat oss://demo/site/index.html',
    prints: /max-age=3600/,
  },
  'bindery mv report.pdf oss://demo/reports/': {
    after: 'ls; bindery ls oss://demo/reports/',
    prints: /^(?!report\.pdf)[\s\S]*reports\/report\.pdf/,
  },
  'bindery mv -r oss://demo/inbox/ oss://archive/2026/': {
    after: 'bindery ls oss://archive/2026/',
    prints: /2026\/letter/,
  },
  'bindery sync ./site oss://demo/site/ --delete --dry-run': {
    prints: /site\/index\.html[\s\S]*^delete oss:\/\/demo\/site\/old\.html$/m,
  },
  'bindery sync oss://demo/photos/ ./photos': { after: 'ls photos', prints: /^far\.jpg$/m },
  'bindery sync oss://demo/ oss://backup/demo/ --checksum': {
    before: 'bindery rm oss://demo/2020/a',
    after: 'bindery ls oss://backup/demo/',
    prints: /demo\/log\.txt/,
  },
  'bindery mirror ./site oss://demo/site/ --max-delete 100': { prints: /1 deleted/ },
  'bindery mirror ./photos oss://demo/photos/ --watch': { until: /Watching \.\/photos/, codes: [0, 5] },
  'bindery mirror ./docs oss://demo/docs/ --backup-dir oss://demo/deleted/docs/': {
    after: 'bindery ls oss://demo/deleted/docs/',
    prints: /deleted\/docs\/old\.md/,
  },
  'bindery mirror oss://demo/ offsite:demo-copy/ --watch --interval 5m': {
    until: /Watching oss:\/\/demo/,
    codes: [0, 5],
  },
  'tar cz ./src | bindery put oss://demo/src.tgz': {
    after: 'bindery cat oss://demo/src.tgz | tar tz',
    prints: /src\/main\.c/,
  },
  'date | bindery put oss://demo/now.txt --acl public-read': {
    after: 'bindery cat oss://demo/now.txt',
    prints: /20\d\d/,
  },
  'bindery touch oss://demo/done': { after: 'bindery stat oss://demo/done', prints: /Size: +0/ },
  'bindery du oss://demo --mpu': { prints: /1 .*1 part/ },
  'bindery du oss://demo/logs/ --by class': { prints: /Standard/ },
  'bindery tree oss://demo --depth 2': { prints: /photos\/[\s\S]*cat\.jpg/ },
  "bindery find oss://demo --include '*.log' --min-size 1GiB": { prints: /^$/ },
  "bindery find oss://demo/logs/ --min-age 90d --format '{address}\\t{size}'": { prints: /^$/ },
  'bindery diff ./photos oss://demo/photos/': { codes: [0, 6], prints: /\d equal/ },
  'bindery diff oss://demo/ oss://backup/demo/ --size-only': { codes: [0, 6], prints: /\d equal, \d+ different/ },
  'bindery hash big.iso': { prints: /\d{10,}/ },
  'bindery hash big.iso oss://demo/big.iso': { prints: /big\.iso/ },
  'bindery mkdir oss://demo/inbox/': { after: 'bindery stat oss://demo/inbox/', prints: /Size: +0/ },
  'bindery append today.log oss://demo/all.log': { after: 'bindery cat oss://demo/all.log', prints: /today/ },
  'date | bindery append - oss://demo/all.log': { after: 'bindery cat oss://demo/all.log', prints: /20\d\d/ },
  'bindery symlink oss://demo/releases/2.1.zip oss://demo/releases/latest.zip': {
    after: 'bindery cat oss://demo/releases/latest.zip',
    prints: /^2\.1$/,
  },
  'bindery set-props oss://demo/site/ --recursive --cache-control max-age=600': {
    after: 'bindery stat oss://demo/site/old.html',
    prints: /max-age=600/,
  },
  'bindery set-props oss://demo/cat.jpg --acl public-read --meta owner=me': {
    after: 'bindery stat oss://demo/cat.jpg',
    prints: /owner.*me/i,
  },
  'bindery tag oss://demo/raw.csv': { prints: /a.*1/ },
  "bindery tag oss://demo/raw.csv 'stage=raw&team=a'": {
    after: 'bindery tag oss://demo/raw.csv',
    prints: /stage.*raw/,
  },
  'bindery mpu ls oss://demo': { prints: /oss:\/\/demo\/big\.iso/ },
  'bindery mpu map oss://demo/big.iso --upload ./big.iso': { prints: /█/ },
  [`bindery mpu resume oss://demo/big.iso ${UPLOAD_ID} ./big.iso`]: {
    after: 'bindery stat oss://demo/big.iso',
    prints: /9000000/,
  },
  [`bindery mpu complete oss://demo/big.iso ${UPLOAD_ID}`]: {
    after: 'bindery stat oss://demo/big.iso',
    prints: /1048576/,
  },
  'bindery mpu gc oss://demo/tmp/ --older-than 7d --dry-run': { prints: /./ },
  'bindery mpu watch oss://demo': {
    until: /watched/,
    meanwhile: 'bindery api initiate-multipart-upload --bucket demo --key watched',
    codes: [0, 5],
  },
  'bindery restore oss://demo/2020/ --recursive --days 3': { prints: /2020\/a/ },
  'bindery bucket': { prints: /^lifecycle +get, set, rm$/m },
  'bindery bucket lifecycle get oss://demo > rules.xml': { after: 'cat rules.xml', prints: /<Days>1<\/Days>/ },
  'bindery bucket lifecycle set oss://demo rules.xml': {
    after: 'bindery bucket lifecycle get oss://demo',
    prints: /<Days>1<\/Days>/,
  },
  'bindery bucket acl set oss://demo public-read': {
    after: 'bindery bucket acl get oss://demo',
    prints: /public-read/,
  },
  'bindery presign oss://demo/cat.jpg': { prints: /^http:\S+Signature/i },
  'bindery presign oss://demo/inbox.zip --method PUT --expires 2h': { prints: /xpires=7200/ },
  "bindery presign oss://demo --query 'uploads&prefix=videos/'": { prints: /uploads.*prefix=videos/ },
  'bindery presign --upload big.iso oss://demo/big.iso --expires 12h > upload.sh': {
    after: 'sh -e upload.sh && bindery stat oss://demo/big.iso',
    prints: /9000000/,
  },
  'bindery admin user create alice': { prints: /alice/ },
  'bindery admin key create alice': { prints: /AccessKeySecret|secret/i },
  'bindery api': { prints: /put-bucket-lifecycle/ },
  'bindery api get-bucket-acl --bucket demo': { prints: /"grant"/ },
  'bindery api put-bucket-lifecycle --bucket demo --body file://rules.xml': {
    after: 'bindery bucket lifecycle get oss://demo',
    prints: /<Days>1<\/Days>/,
  },
  'bindery config set access-key-secret - --profile backup': {
    input: 'secret',
    after: 'grep secret own-config',
    prints: /= *secret$/m,
  },
  'bindery config set endpoint https://oss.example': { after: 'bindery config get endpoint', prints: /oss\.example/ },
  'bindery config get --profile backup': { prints: /endpoint/ },
  'bindery config explain --config bindery.json': { prints: /bindery\.json/ },
  'bindery profile ls': { prints: /offsite/ },
  'bindery ls --profile backup': { prints: /oss:\/\/demo/ },
  'source <(bindery completion bash)': { prints: /^$/ },
  'bindery completion fish > ~/.config/fish/completions/bindery.fish': {
    after: 'cat ~/.config/fish/completions/bindery.fish',
    prints: /complete -c bindery/,
  },
  'bindery completion powershell >> $PROFILE': { after: 'cat profile.ps1', prints: /Register-ArgumentCompleter/ },
  'bindery run commands.txt --jobs 16': { after: 'bindery ls oss://demo/ran', prints: /oss:\/\/demo\/ran$/m },
  "printf 'rm oss://demo/a\\nrm oss://demo/b\\n' | bindery run -": { prints: /./ },
  'bindery probe': { prints: /✓/ },
  'bindery probe oss://demo --size 64MiB': { prints: /64\.0 MiB|MiB\/s/ },
  'bindery bench oss://demo': { prints: /MiB\/s/ },
  'bindery bench oss://demo --size 1GiB --objects 1000 --jobs 16': { prints: /MiB\/s/ },
  'bindery help serve': { prints: /^bindery serve/ },
  'bindery help --json': { prints: /"name":"mpu"/ },
  'bindery version': { prints: /\d+\.\d+\.\d+/ },
}

/** Files below the folder in which examples run. */
export const FILES = {
  'a.txt': 'a',
  'b.txt': 'b',
  'photos/cat.jpg': 'cat',
  'photos/dog.jpg': 'dog',
  'site/index.html': '<p>',
  'site/index.js.map': '{}',
  'src/main.c': 'int main(){}',
  'docs/new.md': 'new',
  'report.pdf': 'report',
  'today.log': 'today',
  'commands.txt': 'touch oss://demo/ran\nstat oss://demo/raw.csv\n',
  'bindery.json': '{"port": 9100}',
  'rules.xml':
    '<LifecycleConfiguration><Rule><ID>a</ID><Prefix>tmp/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
}

/** Objects of `demo`. */
export const OBJECTS = {
  'old.txt': 'old',
  'log.txt': 'l'.repeat(200),
  'photos/cat.jpg': 'cat',
  'photos/far.jpg': 'far',
  'logs/2025/a.gz': 'a',
  'tmp/a.log': 'a',
  'inbox/letter': 'letter',
  'site/old.html': '<p>',
  'docs/old.md': 'old',
  'releases/2.1.zip': '2.1',
  'cat.jpg': 'cat',
  'raw.csv': '1,2',
  a: 'a',
  b: 'b',
}
