import { CHINESE_COMMANDS } from './commands-zh.js'
import { expectedInChinese } from './expected-zh.js'
import { CHINESE_FLAGS } from './flags-zh.js'
import { objectWordsIn } from './objects.js'
import type { Sentences } from './sentences.js'

const perhaps = (suggestion: string | undefined, help: string) =>
  suggestion === undefined ? `参见：${help}` : `是不是 ${suggestion}？`

const { advice, failures: reasons } = objectWordsIn('zh')

/** The rest of the sentence that a server does not answer, by the reason. */
const silences = {
  refused: '：没有程序在监听。请确认服务器正在运行，或指定其地址：--endpoint URL',
  unknownHost: '：无法解析主机名。请检查名称或网络：--endpoint URL',
  notTls: '：对方没有使用 TLS。可能应使用 http:// 而不是 https://',
  otherName: '：其证书属于其他名称。请使用证书中的名称：--endpoint URL',
  unknown: '。请确认服务器正在运行，或指定其地址：--endpoint URL',
}

/** The texts in Chinese. */
export const CHINESE: Sentences = {
  ...CHINESE_COMMANDS,
  flags: CHINESE_FLAGS,
  crash: 'bindery: 这是 Bindery 自身的错误，请附上以下内容进行报告：',
  endpoint: 'Endpoint',
  socket: 'Unix 套接字',
  region: '地域',
  folder: '数据目录',
  newFolder: '（新建）',
  buckets: 'Bucket',
  hashing: { native: '原生哈希', wasm: 'WebAssembly 哈希（没有原生模块，较慢）' },
  secretShownOnce: (file) => `（只显示这一次；保存在 ${file}）`,
  secretKept: (file) => `保存在 ${file}`,
  secretFromEnvironment: '来自 BINDERY_ACCESS_KEY_SECRET',
  connect: '连接方法：',
  console: '控制台',
  consoleOnce: '（可登录一次，15 分钟内有效）',
  connectMore: (command) => `更多客户端的示例程序：${command} connect`,
  onlyHere: '只有本机可以访问。允许其他机器访问：--host 0.0.0.0',
  reachable: '其他机器可以访问，且没有使用 TLS。在共享网络中，请使用 TLS，或在前面部署支持 TLS 的代理。',
  reachableByTls: '其他机器可以通过 TLS 访问。',
  byDefault: '默认值',
  howToStop: '按 Ctrl-C 停止；停止前会完成正在处理的请求。',
  stopping: '正在停止：等待正在处理的请求完成。再次发送信号将立即中断。',
  stopped: '已停止。',
  stoppedCutting: (requests) => `已停止；中断了 ${requests} 个请求。`,
  failures: {
    unknownCommand: ({ command, suggestion }, help) => `未知的命令 ${command}。${perhaps(suggestion, help)}`,
    unknownFlag: ({ flag, suggestion }, help) => `未知的参数 ${flag}。${perhaps(suggestion, help)}`,
    unknownVariable: ({ variable, suggestion }, help) => `未知的环境变量 ${variable}。${perhaps(suggestion, help)}`,
    settingUnknown: ({ file, setting, suggestion, line }, help) =>
      `${file} ${line === undefined ? '' : `第 ${line} 行`}中的 ${setting} 不是有效的选项。${perhaps(suggestion, help)}`,
    settingsMalformed: ({ file, line, column, reason }) => {
      const why = reason === undefined ? '' : `（${reason}）`
      return line === undefined
        ? `${file} 的内容不是 JSON 对象${why}。示例：{"port": 9000, "buckets": ["demo"]}`
        : `${file} 第 ${line} 行第 ${column} 列：不是含选项的 YAML${why}。示例：port: 9000`
    },
    unexpectedArgument: ({ argument }, help) => `多余的参数 ${argument}。参见：${help}`,
    argumentMissing: ({ command, argument }) => `${command} 缺少 ${argument}。参见：bindery help ${command}`,
    valueMissing: ({ flag, placeholder }) => `${flag} 缺少值：${flag} ${placeholder}`,
    valueRefused: ({ flag, value }) =>
      `${flag} 没有值，但后面有 ${JSON.stringify(value)}。请只写 ${flag}；如果这是目录名，请写成 ./${value}`,
    valueInvalid: ({ name, value, expected }) =>
      `${name} 的值 ${JSON.stringify(value)} 无效，应为：${expectedInChinese(expected)}`,
    keyHalfGiven: ({ missing }) =>
      `根密钥不完整：请同时设置 ${missing}，或者两者（BINDERY_ACCESS_KEY_ID 和 BINDERY_ACCESS_KEY_SECRET）都不设置。`,
    instanceRoleProxied: () =>
      '--instance-role 无需签名即可提供密钥，因此不能让代理的客户端获取：请去掉它，或去掉 --trusted-proxies。',
    tlsHalfGiven: ({ missing }) => `TLS 需要证书和私钥：请同时设置 ${missing}。`,
    certificateUnusable: ({ certificate, key, reason }) => `无法使用证书 ${certificate} 和私钥 ${key}：${reason}`,
    adminArgument: ({ argument, usage }) =>
      `${argument === undefined ? '缺少参数' : `多余的参数 ${argument}`}。用法：bindery admin ${usage}`,
    adminCommandUnknown: ({ command, suggestion }) =>
      `未知的命令 admin ${command}。${suggestion === undefined ? '参见：bindery admin' : `是不是 admin ${suggestion}？`}`,
    adminKeyMissing: ({ file }) =>
      `没有用于签名的访问密钥：请设置 OSS_ACCESS_KEY_ID 和 OSS_ACCESS_KEY_SECRET，或用 --dir 指定数据目录（${file} 中没有密钥）。`,
    adminRefused: ({ code, message, requestId }) => `服务器拒绝了请求：${code}：${message}（请求 ${requestId}）`,
    serverSilent: ({ endpoint, certificate, reason, message, proxy }) =>
      proxy !== undefined
        ? `${endpoint} 没有响应：${message}。请检查代理 ${proxy}：--proxy URL 或 OSS_PROXY`
        : certificate === undefined
          ? `${endpoint} 没有响应${reason === undefined && message !== undefined ? `：${message}` : ''}${silences[reason ?? 'unknown']}`
          : `${endpoint} 的证书不受信任：${certificate}。${reason === 'otherName' ? '请使用证书中的名称：--endpoint URL' : '请用环境变量 NODE_EXTRA_CA_CERTS 指定签发机构的证书文件'}`,
    serverNotFound: ({ folder }) =>
      `没有服务器正在使用 ${folder}。请启动服务器（bindery serve ${folder}），或指定其他数据目录，或指定地址：--endpoint URL`,
    keyOther: ({ accessKeyId }) =>
      `服务器启动时使用了环境变量中的访问密钥 ${accessKeyId}。请将 OSS_ACCESS_KEY_ID 和 OSS_ACCESS_KEY_SECRET 设置为该密钥，或某个用户的访问密钥。`,
    folderDeleted: ({ folder }) =>
      `${folder} 或其中的一部分在打开过程中被删除。请重新启动；如果它位于卷上，请检查卷是否保持挂载。`,
    webhookHalfGiven: ({ missing }) => `审计 Webhook 需要同时设置 URL 和密钥：缺少 ${missing}。`,
    webhookWithoutTrail: () => '--audit-webhook 需要管控操作的审计记录：请将 --audit-days 设为大于 0 的值。',
    socketTaken: ({ socket }) => `另一个程序正在监听 ${socket}。请停止该程序，或用 --socket 指定其他文件。`,
    socketForeign: ({ socket }) => `${socket} 已存在且不是套接字。请用 --socket 指定其他文件。`,
    socketTooLong: ({ socket, bytes }) => `${socket} 对套接字来说过长：完整路径最多 ${bytes} 字节。`,
    socketUnusable: ({ socket, reason }) => `无法创建套接字 ${socket}（${reason}）。请检查其目录是否存在并可写。`,
    descriptorUnusable: ({ name, descriptor }) =>
      `${name} 指定的文件描述符 ${descriptor} 没有打开的管道、套接字或文件。`,
    bucketRefused: ({ bucket, code, message }) => `无法创建 BINDERY_BUCKETS 中的 Bucket ${bucket}：${code}: ${message}`,
    keyElsewhere: ({ accessKeyId }) =>
      `服务器的访问密钥 ${accessKeyId} 来自其环境变量。请用相同的 BINDERY_ACCESS_KEY_ID 和 BINDERY_ACCESS_KEY_SECRET 运行此命令。`,
    clientUnknown: ({ client, suggestion }) =>
      `未知的客户端 ${client}。${suggestion === undefined ? '列出全部：bindery connect' : `是不是 ${suggestion}？`}`,
    fileUnwritable: ({ file }) => `无法写入 ${file}。请检查其目录和权限。`,
    fileUnreadable: ({ file }) => `无法读取 ${file}。请检查文件名和权限，或用 - 表示标准输入。`,
    bucketNameInvalid: ({ bucket }) =>
      `Bucket 名称 ${bucket} 无效：须为 3 到 63 个小写字母、数字和短横线，以字母或数字开头和结尾`,
    folderNeeded: ({ folder }) => `目录 ${folder} 不存在`,
    addressInvalid: ({ address, suggestion }) =>
      `${address} 不是 Bucket 或对象的地址。${suggestion === undefined ? '格式：oss://BUCKET/KEY' : `是不是 ${suggestion}？`}`,
    uploadsMissing: ({ address, bucket }) =>
      `${address} 没有未完成的上传。列出该 Bucket 的上传：bindery mpu ls oss://${bucket}`,
    addressUnfit: ({ command, address, needed }) =>
      `${command} 不能用于 ${address}：需要 ${needed}。参见：bindery help ${command}`,
    requestRefused: ({ code, message, ec, requestId }) =>
      `服务器拒绝了请求：${code}：${message}（${ec === undefined ? '' : `EC ${ec}，`}请求 ${requestId ?? '?'}）。${advice[code] ?? ''}`,
    transferFailed: ({ code, message }) =>
      code === 'TransferLocked' ? `${reasons[code]}。` : `${reasons[code] ?? code}：${message}`,
    profileUnknown: ({ profile, known }) =>
      `没有名为 ${profile} 的 Profile。${known.length === 0 ? '创建：bindery config set endpoint URL --profile NAME' : `已有：${known.join('、')}`}`,
    profileForeign: ({ profile, file }) => `Profile ${profile} 位于 ${file} 中，bindery 不会修改该文件。`,
    settingMissing: ({ profile, setting }) => `Profile ${profile} 没有设置 ${setting}。`,
    credentialProcess: ({ program, reason }) => `用于打印访问密钥的程序 ${program} 失败：${reason}`,
    uploadIncomplete: ({ address, uploadId, gaps }) =>
      `${address} 的上传 ${uploadId} 有 ${gaps} 处缺少分片，生成的对象会比原文件短。请上传缺少的分片（bindery mpu resume），或用 --all 强制完成。`,
    sourceEmpty: ({ source }) =>
      `${source} 为空，--delete 会删除目标的全部内容。请检查源；如需全部删除，请使用 bindery rm --recursive`,
    confirmationNeeded: ({ address }) =>
      `这将删除${/[*?]/.test(address) ? `与 ${address} 匹配` : `地址以 ${address} 开头`}的全部对象，但没有终端可供确认。请先用 --dry-run 检查，再加上 --yes。`,
    portTaken: ({ host, port }) =>
      `${host} 的端口 ${port} 已被占用，可能是另一个 Bindery。请停止占用端口的进程，或使用其他端口：--port ${port + 1}`,
    portForbidden: ({ port }) => `当前用户无权监听端口 ${port}。请使用 1023 以上的端口，例如 --port 9000，或授予权限。`,
    hostUnknown: ({ host }) =>
      `${host} 不是本机的地址。仅供本机访问，请使用 --host 127.0.0.1；监听本机所有地址，请使用 --host 0.0.0.0。`,
    folderForbidden: ({ folder }) => `当前用户无权写入 ${folder}。请使用其他目录，或授予权限。`,
    notAFolder: ({ folder }) => `${folder} 不是目录。请指定一个目录；不指定时使用 ./data。`,
    folderDangling: ({ folder, target }) =>
      `${folder} 是指向 ${target} 的链接，但后者不存在。如果它是一个卷，请先挂载；否则请创建该目录。`,
    folderMissing: ({ folder }) => `${folder} 不是数据目录：没有服务器使用过该目录。请指定其他目录。`,
    backupUnfinished: ({ folder }) =>
      `${folder} 不是已完成的备份。如果备份曾被中断，请重新执行，备份会继续进行。复制数据目录请使用 bindery backup。`,
    targetNotEmpty: ({ folder }) => `${folder} 不为空。请指定一个空目录，或尚不存在的目录。`,
    folderForeign: ({ folder }) =>
      `${folder} 不是数据目录，并且不为空。请指定一个空目录，或尚不存在的目录。如需将备份恢复为数据目录，请使用 bindery restore。`,
    folderInside: ({ folder, other }) => `${folder} 和 ${other} 中的一个位于另一个之内。请指定其他位置的目录。`,
    folderLocked: ({ folder, pid }) =>
      pid === undefined
        ? `${folder} 正被一个没有响应的进程使用。请等待其结束，或查找该进程：fuser ${folder}/lock/*`
        : `${folder} 正被进程 ${pid} 使用。请先停止该进程（kill ${pid}），或使用其他目录。`,
    formatNewer: ({ folder, format, supported }) =>
      `${folder} 由更高版本的 Bindery 写入（格式 ${format}；本版本最高支持 ${supported}）。请升级 Bindery；数据没有改动。`,
    layoutOther: ({ folder, layout, supported }) =>
      `${folder} 由格式发布之前的另一个 Bindery 构建写入（布局 ${layout}；本版本只读取布局 ${supported}）。请指定一个新目录；如需保留其中的数据，请运行当初写入它的构建，并用客户端拷贝对象。数据没有改动。`,
    clusterHalfGiven: ({ missing }) => `集群需要数据库和存放对象数据的位置：请设置 ${missing}。`,
    clusterInUse: ({ place }) => `有网关正在使用 ${place}。请先全部停止。`,
    keysChanged: ({ place }) => `另一条命令同时修改了 ${place} 的密钥。本次没有修改任何内容，请重新运行此命令。`,
    blobsKeyMissing: () =>
      '--blobs 的 Bucket 需要访问密钥：请设置 BINDERY_BLOBS_ACCESS_KEY_ID 和 BINDERY_BLOBS_ACCESS_KEY_SECRET，或各自的 _FILE。',
    masterKeysRequired: ({ variable }) =>
      `集群中的服务器共用主密钥：请设置 ${variable} 或 ${variable}_FILE。生成一个：openssl rand -base64 32`,
    databaseUnusable: ({ place, reason }) =>
      `无法使用 ${place}：${reason}。请检查地址和密码（其中的 / @ ? # 须写作 %2F %40 %3F %23），并确认它是主库。`,
    databaseOlder: ({ place, version, needed }) =>
      `${place} 的表结构版本为 ${version}，本版本需要 ${needed}。请用同样的变量运行 bindery upgrade；其间旧的网关可以继续运行。`,
    databaseNewer: ({ place, floor, supported }) =>
      `${place} 只供表结构版本不低于 ${floor} 的版本使用；本版本为 ${supported}。请升级 Bindery。`,
    moveUnfinished: ({ place, source }) =>
      `正在从 ${source} 向 ${place} 迁移数据。请等待完成；如果已中断，请重新运行该命令，迁移会继续进行。`,
    dataMoved: ({ place, to }) =>
      `${place} 的数据已迁移到 ${to}。请在迁移目标上启动服务器；或者运行 bindery migrate --undo，并放弃此后写入目标的内容。`,
    targetOther: ({ place, source }) => `正在从 ${source} 向 ${place} 迁移数据。请继续完成该迁移，或指定一个空的目标。`,
    masterKeysLacking: ({ place, source }) =>
      `${place} 需要 ${source} 的主密钥：请将其添加到 BINDERY_MASTER_KEYS 中，放在原有的主密钥之后。数据目录的主密钥保存在 master-keys 文件中。`,
    moveSame: () => '只能从数据目录迁移到集群，或从集群迁移到数据目录：请将其中之一写为 cluster。',
    masterKeyMissing: ({ folder }) =>
      `${folder} 中有密钥由未提供的主密钥加密。bindery keys rewrap 完成之前，请同时提供旧的主密钥。`,
    masterKeyUnknown: ({ id, folder }) => `${folder} 没有主密钥 ${id}。查看所有主密钥：bindery keys masters ${folder}`,
    masterKeyNewest: ({ id }) => `${id} 是最新的主密钥，新数据由它保护。请先生成另一个：bindery keys generate`,
    masterKeysOutside: ({ variable }) =>
      `主密钥由 ${variable} 提供，请在那里更改。生成一个：openssl rand -base64 32。把它放在最前面；bindery keys rewrap 完成后再删除旧的。`,
    keyUnknown: ({ id, folder }) => `${folder} 没有密钥 ${id}。查看所有密钥：bindery keys list ${folder}`,
    masterKeysInvalid: ({ variable }) => `${variable} 不是主密钥。应为 32 字节的 base64，多个密钥以逗号分隔。`,
    fileDamaged: ({ file }) => `${file} 已损坏。请从备份恢复；数据没有改动。`,
    diskFull: ({ folder }) => `${folder} 所在的磁盘已满。请释放空间后重试；数据没有丢失。`,
    workersFail: ({ times, how }) =>
      `工作进程不断退出（一分钟内退出 ${times} 次，最后一次：${how}），服务器停止运行。原因可能在上面的日志中。`,
  },
  options: {
    folder: '保存所有数据的目录；不存在时自动创建。',
    tlsCertificate: '用于 TLS 的服务器证书（含证书链，PEM 格式）；文件更改后自动重新读取。',
    tlsKey: '证书的私钥（PEM 格式）；文件更改后自动重新读取。',
    configFile:
      'JSON 或 YAML（.yaml、.yml）格式的配置文件，键为不带短横线前缀的参数名，例如 {"log": "debug"}；收到 SIGHUP 时重新读取。',
    metadata: '集群存放元数据的 PostgreSQL，代替 DIR；需要同时设置 --blobs 和 BINDERY_MASTER_KEYS。',
    notices: '网关之间发送通知所用的数据库，即绕过连接池的 --metadata；仅在使用事务模式的连接池时需要。',
    blobs: '集群中的服务器存放对象数据的位置：s3://BUCKET/PREFIX?endpoint=URL&region=REGION，或它们共享的目录。',
    host: '监听的地址；0.0.0.0 允许其他机器访问。',
    port: '监听的端口；0 由系统选择。',
    region: '地域名称，与 V4 签名中的写法相同，不带 oss-。',
    s3Domains: '与 --domains 相同；发往这些域名的未签名请求按 S3 处理。',
    anonymousDialect: '请求未签名且无法判断协议时，按哪种协议处理。',
    domains: '可以用 BUCKET.DOMAIN 形式访问的其他域名；localhost 和 *.aliyuncs.com 始终可用。',
    endpoint: '客户端访问服务器的地址，用于需要写出地址的响应；默认为每个请求所用的地址。',
    trustedProxies:
      '可信的代理，采用其 X-Forwarded-For 和 X-Forwarded-Proto：loopback、unix（通过 --socket 连接的代理）、地址，或 10.0.0.0/8 等网段。',
    socket: '同时监听的 Unix 域套接字，供本机的代理使用；始终不使用 TLS。',
    socketMode: '--socket 的权限；连接需要写权限。',
    readyFd: '服务器开始接受请求时，向这个已打开的文件描述符写入 --json 的那一行 JSON，然后关闭它。',
    buckets: '启动时创建的 Bucket（如果不存在）；ACL 不是 private 时写在冒号后：public-read、public-read-write。',
    workers: '处理请求的进程数；auto：每两个 CPU 核一个，最多 4 个。',
    memoryBytes: '每个进程用于读写磁盘数据的内存；超出的请求会等待。',
    reserveBytes:
      '上传时在磁盘上预留的空间，以便磁盘写满时仍能删除；空间不足时上传返回 503。auto：256MiB，较小的磁盘为其 10 %。',
    idleTimeoutMs: '连接多久没有收发数据即断开；整个请求没有时限。',
    httpReader:
      'native：常见请求由原生代码收发（系统支持时）；shortcut：使用 Node.js 的套接字，但不经其 HTTP 解析器；node：经其 HTTP 解析器。',
    stopTimeoutMs: '停止时等待处理中的请求完成的时间；超时则中断。',
    instanceRole: '无需签名即可获取其临时密钥的角色，供通过 URI 或 ECS 实例元数据获取凭证的客户端使用。',
    instanceToken:
      '--instance-role 是否要求 /-/latest/api/token 的令牌；optional：也允许不发送令牌的凭证提供者，例如通过 URI 的。',
    instanceNetworks: '可以获取 --instance-role 密钥的地址：loopback、地址，或 10.0.0.0/8 等网段。',
    auditWebhook: '管控操作发生时以签名消息通知的 URL；需要 BINDERY_AUDIT_WEBHOOK_SECRET。',
    auditWebhookSecret: '为 --audit-webhook 的消息签名的密钥：一段文本，或 Standard Webhooks 规定的 whsec_ 加 base64。',
    auditDays: '管控操作的审计记录为 `bindery admin audit` 保留的天数；0 表示不记录。',
    receiptMs: '重复的 CompleteMultipartUpload 在多长时间内返回首次的结果；使用 --strict-oss 时仅适用于 S3。',
    scrubRate: '每秒重新读取并校验的数据量，用于发现磁盘造成的损坏；0 表示不校验。',
    callbackHosts:
      '允许上传回调发往的主机：loopback、主机名、*.后缀，或 10.0.0.0/8 等网段；其他主机一律拒绝。其他机器可以连接时，默认全部拒绝。',
    mirrorHosts: '允许网站路由规则回源的源站：loopback、主机名、*.后缀或网段；为空表示不回源。',
    trustedDomains: '无需用 TXT 记录证明归属即可绑定到 Bucket 的域名：域名、*.后缀。',
    strict: '拒绝 OSS 会拒绝而 Bindery 本可处理的请求：其他地域的签名。',
    testMode: '供测试使用：本机程序可以在 /-/test/ 下设置故障和时钟，并读取请求记录；只有一个进程处理请求。',
    logLevel: '日志级别：info 记录每个请求；debug 还记录待签名字符串（已隐去机密信息）。',
    json: '以一行 JSON 代替启动信息，日志也使用 JSON。',
    otlpEndpoint: 'OpenTelemetry 采集器的地址，以 OTLP/HTTP 向其发送每个请求的链路追踪；不设置则不追踪。',
    metricsToken: '其他机器读取 /-/metrics 所用的 Bearer 令牌；不设置时只有本机可以读取。',
    metricsBuckets: '单独列出指标的 Bucket 数量，按字节数从多到少，指标中含 Bucket 名称。',
    accessKeyId: '根账号的 AccessKey ID，用于代替目录中保存的随机密钥。',
    accessKeySecret: '根账号的 AccessKey Secret；必须与 AccessKey ID 一起设置。',
    blobsAccessKeyId: '--blobs 中 Bucket 的 AccessKey ID。',
    blobsAccessKeySecret: '--blobs 中 Bucket 的 AccessKey Secret。',
    masterKeys:
      '主密钥：每个 32 字节的 base64，以逗号分隔；新数据使用第一个。数据目录中的主密钥排在其后，并且不再生成新文件。',
    language: '启动信息和消息的语言：en 或 zh；默认由 LC_ALL 和 LANG 决定。',
  },
}
