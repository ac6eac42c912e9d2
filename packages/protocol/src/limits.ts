/** Limits of OSS, each with its unit and source. */

/** Bytes of every listed part but the last, at least. @see https://help.aliyun.com/document_detail/31993.html */
export const PART_SIZE_MIN = 102_400
/** Bytes of a part, and of an object that is put at once, at most. */
export const PART_SIZE_MAX = 5 * 1024 ** 3
/** Bytes of an appendable object. @see https://help.aliyun.com/document_detail/31981.html */
export const APPENDABLE_SIZE_MAX = 5 * 1024 ** 3
/** Parts have the numbers 1 to 10,000. */
export const PART_NUMBER_MAX = 10_000
/** Bytes of an object: as many as the most and largest parts hold. */
export const OBJECT_SIZE_MAX = PART_NUMBER_MAX * PART_SIZE_MAX
/** Entries of a page of parts or uploads. */
export const PAGE_SIZE_MAX = 1_000
/** Entries of a page of objects or buckets, unless the client chooses. */
export const OBJECTS_PAGE_SIZE_DEFAULT = 100
/** Bytes of an object's name in UTF-8. */
export const KEY_BYTES_MAX = 1_024
/** Bytes of the name of an object that OSS creates. */
export const OSS_KEY_BYTES_MAX = 1_023
/** Bytes of all names and values of `x-oss-meta-*`. */
export const USER_METADATA_BYTES_MAX = 8 * 1024
/** Tags of an object. */
export const TAGS_MAX = 10
/** Characters of a tag's key. */
export const TAG_KEY_LENGTH_MAX = 128
/** Characters of a tag's value. */
export const TAG_VALUE_LENGTH_MAX = 256
/** Objects of one DeleteMultipleObjects. */
export const DELETE_OBJECTS_MAX = 1_000
/** Bytes of the document of one DeleteMultipleObjects. */
export const DELETE_DOCUMENT_BYTES_MAX = 2 * 1024 * 1024
/** The lowest value of `x-oss-traffic-limit`, in bits per second: 30 KiB/s. */
export const TRAFFIC_LIMIT_MIN = 245_760
/** The highest value of `x-oss-traffic-limit`, in bits per second: 100 MiB/s. */
export const TRAFFIC_LIMIT_MAX = 838_860_800
/** Characters of `x-oss-callback` and of `x-oss-callback-var`, as sent. @see https://help.aliyun.com/document_detail/31989.html */
export const CALLBACK_PARAMETER_BYTES_MAX = 5 * 1024
/** URLs of one callback. */
export const CALLBACK_URLS_MAX = 5
/** Bytes of a callback's answer. */
export const CALLBACK_ANSWER_BYTES_MAX = 3 * 1024 ** 2
/** Milliseconds for a request to one URL, from connecting to the last byte of its answer. */
export const CALLBACK_MS_MAX = 5_000
/** Buckets of one account. */
export const BUCKETS_MAX = 100
/** Milliseconds that a signed request's time may differ from the server's. */
export const CLOCK_SKEW_MAX_MS = 15 * 60 * 1000
/** CORS rules of a bucket. @see https://help.aliyun.com/document_detail/32001.html */
export const CORS_RULES_MAX = 20
/** Seconds that a V4 URL may live. */
export const PRESIGN_V4_SECONDS_MAX = 604_800
/** Lifecycle rules of a bucket. @see https://help.aliyun.com/document_detail/31964.html */
export const LIFECYCLE_RULES_MAX = 1_000
/** Bytes of the ID of a lifecycle rule. */
export const LIFECYCLE_ID_BYTES_MAX = 255
/** Tags of a bucket. @see https://help.aliyun.com/zh/oss/developer-reference/putbuckettags */
export const BUCKET_TAGS_MAX = 20
/** Bytes of the key of a bucket's tag, in UTF-8. */
export const BUCKET_TAG_KEY_BYTES_MAX = 64
/** Bytes of the value of a bucket's tag, in UTF-8. */
export const BUCKET_TAG_VALUE_BYTES_MAX = 128
/** Bytes of all entries of both lists of referers. @see https://help.aliyun.com/zh/oss/developer-reference/putbucketreferer */
export const REFERER_BYTES_MAX = 20 * 1024
/** Headers and parameters of the real-time log together. */
export const USER_DEFINED_LOG_FIELDS_MAX = 6
/** Access points of a bucket. @see https://help.aliyun.com/zh/oss/user-guide/access-point-overview */
export const ACCESS_POINTS_MAX = 100
/** Rules about overwriting of a bucket. @see https://help.aliyun.com/zh/oss/developer-reference/putbucketoverwriteconfig */
export const OVERWRITE_RULES_MAX = 100
/** Rules about response headers of a bucket: a limit of Bindery's own, since OSS publishes none. */
export const RESPONSE_HEADER_RULES_MAX = 100
/** Routing rules of a website. @see https://help.aliyun.com/zh/oss/developer-reference/putbucketwebsite */
export const WEBSITE_RULES_MAX = 20
/** Headers that one condition, or one list of headers, of a routing rule names. */
export const WEBSITE_HEADERS_MAX = 10
/** Image styles of a bucket. @see https://help.aliyun.com/zh/oss/developer-reference/putstyle */
export const STYLES_MAX = 50
/** Bytes of the content of an image style. */
export const STYLE_CONTENT_BYTES_MAX = 4_096
/** Domains bound to a bucket. @see https://help.aliyun.com/zh/oss/developer-reference/putcname */
export const CNAMES_MAX = 100
/** Replication rules of a bucket. @see https://help.aliyun.com/zh/oss/developer-reference/putbucketreplication */
export const REPLICATION_RULES_MAX = 100
/** Prefixes of one replication rule. */
export const REPLICATION_PREFIXES_MAX = 10
/** Replication rules of a bucket in S3. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html */
export const REPLICATION_RULES_OF_S3_MAX = 1_000
/** Configurations of a kind that a bucket has at most, in S3. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html */
export const CONFIGURATIONS_MAX = 1_000
/** Configurations of a page of their list. */
export const CONFIGURATIONS_PAGE_SIZE = 100
/** Inventories of a bucket. @see https://help.aliyun.com/zh/oss/developer-reference/putbucketinventory */
export const INVENTORIES_MAX = 1_000
/** Inventories of a page of their list. */
export const INVENTORIES_PAGE_SIZE = 100
/** Days that a bucket's retention may last: 70 years. @see https://help.aliyun.com/zh/oss/developer-reference/initiatebucketworm */
export const WORM_DAYS_MAX = 25_550
/** Days of the default retention of a bucket with ObjectWorm. */
export const RETENTION_DAYS_MAX = 36_500
/** Years of the default retention of a bucket with ObjectWorm. */
export const RETENTION_YEARS_MAX = 100
