import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/**
 * Checks the AWS SDK for Java 2 with its defaults, and its transfer manager, against the server at ENDPOINT. Over HTTP it signs
 * the chunks of its bodies and their trailer. One line per check; exit code 1 if any fails.
 */
public final class Conformance {
    private static final URI ENDPOINT = URI.create(System.getenv("ENDPOINT"));
    private static final Region REGION = Region.of(System.getenv("REGION"));
    private static final StaticCredentialsProvider CREDENTIALS = StaticCredentialsProvider
            .create(AwsBasicCredentials.create(System.getenv("ACCESS_KEY_ID"), System.getenv("ACCESS_KEY_SECRET")));
    private static final String BUCKET = System.getenv("BUCKET_PREFIX") + "-java-v2";
    private static final List<String> ODD_KEYS = List.of("a b+c%25/../d//e", "a\nb", "a&b<c>", "é中文", "\uD800\uDC00", "\uFFFD", "~!*()'\"");
    private static final byte[] DATA = randomBytes(17 * 1024 * 1024 + 12_345);

    private final S3Client s3 = S3Client.builder().endpointOverride(ENDPOINT).region(REGION).credentialsProvider(CREDENTIALS).forcePathStyle(true).build();
    private final S3AsyncClient parts = S3AsyncClient.builder().endpointOverride(ENDPOINT).region(REGION).credentialsProvider(CREDENTIALS).forcePathStyle(true)
            .multipartEnabled(true).build();
    private boolean holds = true;

    /** Code that may throw anything. */
    private interface Body {
        void run() throws Exception;
    }

    public static void main(String[] arguments) {
        Conformance checks = new Conformance();
        checks.run();
        System.exit(checks.holds ? 0 : 1);
    }

    private void run() {
        check("a bucket is made and found", this::makeBucket);
        check("an object in signed chunks with a trailer keeps its bytes, metadata, checksum and tag", this::putObject);
        check("odd keys are put, listed in pages, read and deleted", this::oddKeys);
        check("the asynchronous client uploads in parts, and reads by part number", this::uploadInParts);
        check("the transfer manager uploads and downloads", this::transfer);
        check("refusals have the codes of S3", this::refusals);
        check("an object under a key of its customer is read with that key only", this::customerKey);
        check("presigned URLs read and write without the SDK", this::presign);
        check("everything is deleted, and the bucket with it", this::deleteBucket);
    }

    private void check(String fact, Body body) {
        try {
            body.run();
            System.out.println("ok java v2: " + fact);
        } catch (Throwable problem) {
            holds = false;
            String place = Arrays.stream(problem.getStackTrace()).filter(frame -> frame.getClassName().equals("Conformance")).findFirst()
                    .map(frame -> " (line " + frame.getLineNumber() + ")").orElse("");
            System.out.println("not ok java v2: " + fact + ": " + problem.toString().replaceAll("\\s+", " ") + place);
        }
    }

    private void makeBucket() {
        s3.createBucket(request -> request.bucket(BUCKET));
        s3.waiter().waitUntilBucketExists(request -> request.bucket(BUCKET));
        equal(s3.getBucketLocation(request -> request.bucket(BUCKET)).locationConstraintAsString(), REGION.id());
    }

    private void putObject() throws Exception {
        byte[] body = randomBytes(300_000);
        var put = s3.putObject(request -> request.bucket(BUCKET).key("k").metadata(Map.of("note", "x   y")), RequestBody.fromBytes(body));
        equal(put.eTag(), '"' + HexFormat.of().formatHex(md5(body)) + '"');
        var got = s3.getObjectAsBytes(request -> request.bucket(BUCKET).key("k").checksumMode(ChecksumMode.ENABLED));
        equal(Arrays.equals(got.asByteArray(), body), true);
        equal(got.response().metadata(), Map.of("note", "x   y"));
        equal(got.response().checksumCRC32(), put.checksumCRC32());
        equal(got.response().contentEncoding(), null);
        equal(got.response().contentLength(), 300_000L);
    }

    private void oddKeys() {
        for (String key : ODD_KEYS) {
            s3.putObject(request -> request.bucket(BUCKET).key("odd/" + key), RequestBody.fromString(key));
            equal(s3.getObjectAsBytes(request -> request.bucket(BUCKET).key("odd/" + key)).asUtf8String(), key);
        }
        List<String> listed = s3.listObjectsV2Paginator(request -> request.bucket(BUCKET).prefix("odd/").maxKeys(3)).contents().stream().map(S3Object::key)
                .collect(Collectors.toList());
        List<String> expected = ODD_KEYS.stream().map(key -> "odd/" + key)
                .sorted((a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8))).toList();
        equal(listed, expected);
        var entries = listed.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
        equal(s3.deleteObjects(request -> request.bucket(BUCKET).delete(list -> list.objects(entries))).deleted().size(), ODD_KEYS.size());
    }

    private void uploadInParts() {
        parts.putObject(request -> request.bucket(BUCKET).key("parts"), AsyncRequestBody.fromBytes(DATA)).join();
        equal(s3.headObject(request -> request.bucket(BUCKET).key("parts").partNumber(1)).partsCount(), 3);
        var got = parts.getObject(request -> request.bucket(BUCKET).key("parts"), AsyncResponseTransformer.toBytes()).join();
        equal(Arrays.equals(got.asByteArray(), DATA), true);
    }

    private void transfer() throws Exception {
        try (S3TransferManager transfers = S3TransferManager.builder().s3Client(parts).build()) {
            var body = AsyncRequestBody.fromBytes(DATA);
            transfers.upload(upload -> upload.putObjectRequest(request -> request.bucket(BUCKET).key("transferred")).requestBody(body)).completionFuture().join();
            var copied = transfers.copy(copy -> copy
                    .copyObjectRequest(request -> request.sourceBucket(BUCKET).sourceKey("transferred").destinationBucket(BUCKET).destinationKey("copied")));
            copied.completionFuture().join();
        }
        equal(Arrays.equals(s3.getObjectAsBytes(request -> request.bucket(BUCKET).key("copied")).asByteArray(), DATA), true);
    }

    private void refusals() {
        refused("NoSuchKey", 404, () -> s3.getObjectAsBytes(request -> request.bucket(BUCKET).key("missing")));
        refused("PreconditionFailed", 412, () -> s3.putObject(request -> request.bucket(BUCKET).key("k").ifNoneMatch("*"), RequestBody.fromString("x")));
        refused("BadDigest", 400, () -> s3.putObject(request -> request.bucket(BUCKET).key("bad").checksumCRC32("AAAAAA=="), RequestBody.fromString("x")));
        String id = s3.createMultipartUpload(request -> request.bucket(BUCKET).key("m")).uploadId();
        var part = CompletedPart.builder().partNumber(1).eTag("x").build();
        refused("InvalidPart", 400, () -> s3
                .completeMultipartUpload(request -> request.bucket(BUCKET).key("m").uploadId(id).multipartUpload(list -> list.parts(part))));
        s3.abortMultipartUpload(request -> request.bucket(BUCKET).key("m").uploadId(id));
    }

    private void customerKey() throws Exception {
        byte[] key = randomBytes(32);
        String encoded = Base64.getEncoder().encodeToString(key);
        String digest = Base64.getEncoder().encodeToString(md5(key));
        s3.putObject(request -> request.bucket(BUCKET).key("c").sseCustomerAlgorithm("AES256").sseCustomerKey(encoded).sseCustomerKeyMD5(digest),
                RequestBody.fromString("secret"));
        equal(s3.getObjectAsBytes(request -> request.bucket(BUCKET).key("c").sseCustomerAlgorithm("AES256").sseCustomerKey(encoded).sseCustomerKeyMD5(digest))
                .asUtf8String(), "secret");
        refused("InvalidRequest", 400, () -> s3.getObjectAsBytes(request -> request.bucket(BUCKET).key("c")));
    }

    private void presign() throws Exception {
        var configuration = S3Configuration.builder().pathStyleAccessEnabled(true).build();
        try (S3Presigner presigner = S3Presigner.builder().endpointOverride(ENDPOINT).region(REGION).credentialsProvider(CREDENTIALS)
                .serviceConfiguration(configuration).build()) {
            var put = presigner
                    .presignPutObject(asked -> asked.signatureDuration(Duration.ofMinutes(1)).putObjectRequest(request -> request.bucket(BUCKET).key("p")));
            var http = HttpClient.newHttpClient();
            var body = HttpRequest.BodyPublishers.ofString("presigned");
            equal(http.send(HttpRequest.newBuilder(put.url().toURI()).PUT(body).build(), HttpResponse.BodyHandlers.ofString()).statusCode(), 200);
            var get = presigner
                    .presignGetObject(asked -> asked.signatureDuration(Duration.ofMinutes(1)).getObjectRequest(request -> request.bucket(BUCKET).key("p")));
            equal(http.send(HttpRequest.newBuilder(get.url().toURI()).build(), HttpResponse.BodyHandlers.ofString()).body(), "presigned");
        }
    }

    private void deleteBucket() {
        s3.listObjectsV2Paginator(request -> request.bucket(BUCKET)).contents()
                .forEach(object -> s3.deleteObject(request -> request.bucket(BUCKET).key(object.key())));
        s3.deleteBucket(request -> request.bucket(BUCKET));
    }

    private static void refused(String code, int status, Runnable request) {
        try {
            request.run();
        } catch (S3Exception refusal) {
            equal(refusal.awsErrorDetails().errorCode(), code);
            equal(refusal.statusCode(), status);
            return;
        }
        throw new AssertionError("not refused with " + code);
    }

    private static void equal(Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) throw new AssertionError(actual + " instead of " + expected);
    }

    private static byte[] md5(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("MD5").digest(bytes);
    }

    private static byte[] randomBytes(int size) {
        byte[] made = new byte[size];
        new Random(1).nextBytes(made);
        return made;
    }
}
