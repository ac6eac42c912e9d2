import static java.util.stream.Collectors.toList;

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.ClientException;
import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.CredentialsProvider;
import com.aliyun.oss.common.auth.CredentialsProviderFactory;
import com.aliyun.oss.common.auth.RequestSigner;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.internal.OSSHeaders;
import com.aliyun.oss.model.*;

/** Runs the official Java SDK against the server at ENDPOINT: one line per check, exit code 1 if any fails. */
public final class Conformance {
    private static final int UNCUT = Integer.MAX_VALUE;

    final OSS client;
    final String bucket;
    private final AtomicInteger partsSent = new AtomicInteger();
    private volatile int cutAfter = UNCUT; // the number of parts that are sent before the network is cut

    public static void main(String[] arguments) {
        boolean holds = new Conformance(SignVersion.V1).run("aliyun-sdk-oss V1") & new Conformance(SignVersion.V4).run("aliyun-sdk-oss V4");
        System.exit(holds ? 0 : 1);
    }

    private Conformance(SignVersion version) {
        ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
        configuration.setSignatureVersion(version);
        configuration.setMaxErrorRetry(0);
        RequestSigner countParts = request -> {
            boolean isPart = request.getMethod() == HttpMethod.PUT && request.getParameters().containsKey("partNumber");
            if (isPart && partsSent.getAndIncrement() >= cutAfter) {
                throw new ClientException("the network is cut", "Cut", null);
            }
        };
        configuration.setSignerHandlers(List.of(countParts));
        CredentialsProvider credentials = CredentialsProviderFactory.newDefaultCredentialProvider(System.getenv("ACCESS_KEY_ID"),
                System.getenv("ACCESS_KEY_SECRET"));
        client = OSSClientBuilder.create().endpoint(Harness.ENDPOINT).region(Harness.REGION).credentialsProvider(credentials)
                .clientConfiguration(configuration).build();
        bucket = (System.getenv("BUCKET_PREFIX") + "-java-" + version + "-" + System.nanoTime() % 1_000_000).toLowerCase();
    }

    private boolean run(String variant) {
        List<Harness.Check> checks = new ArrayList<>(checks());
        checks.addAll(new Details(this).checks());
        checks.addAll(new Settings(this).checks());
        checks.add(new Harness.Check("a bucket is deleted only when it is empty", this::deleteBucket));
        List<Harness.Check> failed = checks.stream().filter(check -> !check.holds(variant)).collect(toList());
        client.shutdown();
        return failed.isEmpty();
    }

    private List<Harness.Check> checks() {
        return List.of(
                new Harness.Check("a bucket is created, listed and described", this::buckets),
                new Harness.Check("the ACLs of a bucket and of an object change", this::acls),
                new Harness.Check("an object is returned byte for byte, with its checksums and metadata", this::putAndGet),
                new Harness.Check("ranges and conditions select what is read", this::ranges),
                new Harness.Check("a missing item is reported by its error code", this::missing),
                new Harness.Check("unusual keys are kept unchanged", this::oddKeys),
                new Harness.Check("listings group by delimiter and continue page by page", this::listings),
                new Harness.Check("an object is not overwritten where that is forbidden, and can be deleted twice", this::overwrite),
                new Harness.Check("presigned URLs need no access key", this::presigned),
                new Harness.Check("the published sample runs: options at initiate, parts of 100 KiB, an ACL at complete", this::sample),
                new Harness.Check("parts of 100 KiB from eight threads make the object", this::parallel),
                new Harness.Check("the checksums are the published ones", this::golden),
                new Harness.Check("complete-all takes every stored part, and an empty list none", this::completeAll),
                new Harness.Check("a sequential upload accepts its parts only in order, and its object has an MD5", this::sequential),
                new Harness.Check("the location of a completed upload is its URL, encoded once", this::location),
                new Harness.Check("the upload of a file resumes where it was interrupted", this::resumable),
                new Harness.Check("objects are copied whole and by range", this::copies),
                new Harness.Check("parts and uploads are listed page by page", this::listParts),
                new Harness.Check("a refused complete leaves the upload unchanged", this::refusals));
    }

    private void buckets() {
        CreateBucketRequest request = new CreateBucketRequest(bucket);
        request.setCannedACL(CannedAccessControlList.Private);
        client.createBucket(request);
        Harness.equal(client.listBuckets(bucket, "", 10).getBucketList().get(0).getName(), bucket);
        Bucket found = client.getBucketInfo(bucket).getBucket();
        Harness.equal(List.of(found.getName(), found.getStorageClass(), found.getLocation()),
                List.of(bucket, StorageClass.Standard, "oss-" + Harness.REGION));
        Harness.equal(client.getBucketLocation(bucket), "oss-" + Harness.REGION);
        Harness.equal(client.getBucketStat(bucket).getObjectCount(), 0L);
        Harness.equal(client.doesBucketExist(bucket), true);
    }

    private void acls() {
        for (CannedAccessControlList acl : List.of(CannedAccessControlList.PublicRead, CannedAccessControlList.Private)) {
            client.setBucketAcl(bucket, acl);
            Harness.equal(client.getBucketAcl(bucket).getCannedACL(), acl);
        }
        put("secret", "secret".getBytes());
        for (CannedAccessControlList acl : List.of(CannedAccessControlList.Default, CannedAccessControlList.PublicRead)) {
            client.setObjectAcl(bucket, "secret", acl);
            Harness.equal(client.getObjectAcl(bucket, "secret").getPermission().toString(), acl.toString());
        }
    }

    private void putAndGet() throws Throwable {
        ObjectMetadata metadata = sampleMetadata();
        metadata.setContentMD5(Harness.md5Base64(Harness.DATA));
        client.putObject(bucket, "whole", new ByteArrayInputStream(Harness.DATA), metadata);
        Harness.equal(Harness.md5Hex(Harness.bytes(client.getObject(bucket, "whole").getObjectContent())), Harness.md5Hex(Harness.DATA));
        checkHead("whole", Harness.md5Hex(Harness.DATA), "Normal");
        SimplifiedObjectMeta meta = client.getSimplifiedObjectMeta(bucket, "whole");
        Harness.equal(List.of(meta.getETag(), meta.getSize()), List.of(Harness.md5Hex(Harness.DATA), (long) Harness.DATA.length));
        put("empty", new byte[0]);
        Harness.equal(read("empty"), "");
    }

    private void ranges() throws Throwable {
        put("ranged", Harness.DATA);
        GetObjectRequest request = new GetObjectRequest(bucket, "ranged");
        request.setRange(5, 99_999);
        Harness.equal(Harness.bytes(client.getObject(request).getObjectContent()).length, 99_995);
        request.setRange(-1, 7);
        Harness.equal(Harness.bytes(client.getObject(request).getObjectContent()).length, 7);
        Harness.refused("PreconditionFailed", () -> {
            GetObjectRequest other = new GetObjectRequest(bucket, "ranged");
            other.setMatchingETagConstraints(List.of("0"));
            client.getObject(other);
        });
        Harness.refused("InvalidRange", () -> {
            GetObjectRequest beyond = new GetObjectRequest(bucket, "ranged");
            beyond.setRange(9_999_999, 99_999_999);
            beyond.addHeader("x-oss-range-behavior", "standard");
            client.getObject(beyond);
        });
    }

    private void missing() throws Throwable {
        Harness.refused("NoSuchKey", () -> client.getObject(bucket, "absent"));
        Harness.refused("NoSuchBucket", () -> client.getObject(bucket + "-no", "absent"));
        Harness.equal(client.doesObjectExist(bucket, "absent"), false);
    }

    private void oddKeys() throws Throwable {
        List<String> keys = Harness.ODD_KEYS.stream().map(key -> "odd/" + key).sorted().collect(toList());
        for (String key : keys) {
            put(key, key.getBytes());
            Harness.equal(read(key), key);
        }
        Harness.equal(keysOf(client.listObjectsV2(new ListObjectsV2Request(bucket, "odd/")).getObjectSummaries()).stream().sorted().collect(toList()), keys);
        Harness.equal(client.deleteObjects(new DeleteObjectsRequest(bucket).withKeys(keys)).getDeletedObjects().stream().sorted().collect(toList()), keys);
    }

    private void listings() {
        List<String> keys = List.of("list/a/0", "list/a/1", "list/b/0", "list/b/1", "list/z");
        keys.forEach(key -> put(key, new byte[1]));
        for (String delimiter : new String[] {null, "/"}) {
            List<String> expected = delimiter == null ? keys : List.of("list/a/", "list/b/", "list/z");
            List<String> found = new ArrayList<>();
            ObjectListing page;
            ListObjectsRequest request = new ListObjectsRequest(bucket, "list/", null, delimiter, 1);
            do {
                page = client.listObjects(request);
                found.addAll(page.getCommonPrefixes());
                found.addAll(keysOf(page.getObjectSummaries()));
                request.setMarker(page.getNextMarker());
            } while (page.isTruncated());
            Harness.equal(found, expected);
            found.clear();
            ListObjectsV2Result next;
            ListObjectsV2Request requestV2 = new ListObjectsV2Request(bucket, "list/");
            requestV2.setDelimiter(delimiter);
            requestV2.setMaxKeys(2);
            do {
                next = client.listObjectsV2(requestV2);
                found.addAll(next.getCommonPrefixes());
                found.addAll(keysOf(next.getObjectSummaries()));
                requestV2.setContinuationToken(next.getNextContinuationToken());
            } while (next.isTruncated());
            Harness.equal(found, expected);
        }
    }

    private void overwrite() throws Throwable {
        ObjectMetadata forbid = new ObjectMetadata();
        forbid.setHeader("x-oss-forbid-overwrite", "true");
        client.putObject(bucket, "once", new ByteArrayInputStream(new byte[1]), forbid);
        Harness.refused("FileAlreadyExists", () -> client.putObject(bucket, "once", new ByteArrayInputStream(new byte[2]), forbid));
        client.deleteObject(bucket, "once");
        client.deleteObject(bucket, "once");
    }

    private void presigned() throws Throwable {
        Date soon = new Date(System.currentTimeMillis() + 60_000);
        String key = "signed/中 文+.txt";
        URL put = client.generatePresignedUrl(bucket, key, soon, HttpMethod.PUT);
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString("signed");
        Harness.equal(http.send(HttpRequest.newBuilder(put.toURI()).PUT(body).build(), BodyHandlers.ofString()).statusCode(), 200);
        GeneratePresignedUrlRequest request = new GeneratePresignedUrlRequest(bucket, key);
        request.setExpiration(soon);
        request.getResponseHeaders().setContentType("text/x-signed");
        Function<String, HttpRequest> get = url -> HttpRequest.newBuilder(URI.create(url)).build();
        String url = client.generatePresignedUrl(request).toString();
        Harness.equal(http.send(get.apply(url), BodyHandlers.ofString()).body(), "signed");
        Harness.equal(http.send(get.apply(url.replace("x-signed", "x-forged")), BodyHandlers.ofString()).statusCode(), 403);
    }

    private void sample() throws Throwable {
        String objectName = "exampledir/exampleobject.txt";
        Path sampleFile = Harness.dataFile();
        InitiateMultipartUploadRequest request = new InitiateMultipartUploadRequest(bucket, objectName);
        ObjectMetadata metadata = sampleMetadata();
        metadata.setHeader("x-oss-forbid-overwrite", "true");
        request.setObjectMetadata(metadata);
        String uploadId = client.initiateMultipartUpload(request).getUploadId();
        List<PartETag> partETags = new ArrayList<>();
        final long partSize = Harness.PART;
        long fileLength = sampleFile.toFile().length();
        int partCount = (int) ((fileLength + partSize - 1) / partSize);
        for (int i = 0; i < partCount; i++) {
            long startPos = i * partSize;
            UploadPartRequest uploadPartRequest = new UploadPartRequest();
            uploadPartRequest.setBucketName(bucket);
            uploadPartRequest.setKey(objectName);
            uploadPartRequest.setUploadId(uploadId);
            InputStream instream = new FileInputStream(sampleFile.toFile());
            instream.skip(startPos);
            uploadPartRequest.setInputStream(instream);
            uploadPartRequest.setPartSize((i + 1 == partCount) ? (fileLength - startPos) : partSize);
            uploadPartRequest.setPartNumber(i + 1);
            partETags.add(client.uploadPart(uploadPartRequest).getPartETag());
        }
        CompleteMultipartUploadRequest complete = new CompleteMultipartUploadRequest(bucket, objectName, uploadId, partETags);
        complete.setObjectACL(CannedAccessControlList.Private);
        Harness.equal(client.completeMultipartUpload(complete).getETag(), Harness.multipartETag(Harness.chunks()));
        Harness.equal(Harness.md5Hex(Harness.bytes(client.getObject(bucket, objectName).getObjectContent())), Harness.md5Hex(Harness.DATA));
        checkHead(objectName, Harness.multipartETag(Harness.chunks()), "Multipart");
        Harness.equal(client.getObjectAcl(bucket, objectName).getPermission(), ObjectPermission.Private);
        Harness.refused("FileAlreadyExists", () -> client.initiateMultipartUpload(request));
    }

    private void parallel() throws Throwable {
        String uploadId = initiate("parallel");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Callable<PartETag>> tasks = new ArrayList<>();
        for (byte[] part : Harness.chunks()) {
            int number = tasks.size() + 1;
            tasks.add(() -> send("parallel", uploadId, number, part));
        }
        List<PartETag> parts = new ArrayList<>();
        for (Future<PartETag> sent : threads.invokeAll(tasks)) {
            parts.add(sent.get());
        }
        threads.shutdown();
        complete("parallel", uploadId, parts);
        Harness.equal(Harness.md5Hex(Harness.bytes(client.getObject(bucket, "parallel").getObjectContent())), Harness.md5Hex(Harness.DATA));
    }

    private void golden() {
        String uploadId = initiate("golden");
        List<PartETag> parts = List.of(send("golden", uploadId, 1, "a".repeat(Harness.PART).getBytes()), send("golden", uploadId, 2, "hello oss".getBytes()));
        CompleteMultipartUploadResult done = complete("golden", uploadId, parts);
        Harness.equal(List.of(done.getETag(), Long.toUnsignedString(done.getServerCRC())),
                List.of("CDE8D21A00DEF1AF2825E34D665747D0-2", "14439424006907896166"));
    }

    private void completeAll() throws Throwable {
        String uploadId = initiate("all");
        List<byte[]> parts = Harness.chunks().subList(0, 3);
        for (int number : new int[] {3, 1, 2}) {
            send("all", uploadId, number, parts.get(number - 1));
        }
        CompleteMultipartUploadRequest request = new CompleteMultipartUploadRequest(bucket, "all", uploadId, null);
        request.setHeaders(Map.of("x-oss-complete-all", "yes"));
        Harness.equal(client.completeMultipartUpload(request).getETag(), Harness.multipartETag(parts));
        complete("nothing", initiate("nothing"), List.of());
        Harness.equal(read("nothing"), "");
    }

    private void sequential() throws Throwable {
        InitiateMultipartUploadRequest request = new InitiateMultipartUploadRequest(bucket, "sequential");
        request.setSequentialMode(true);
        String uploadId = client.initiateMultipartUpload(request).getUploadId();
        Harness.refused("PartNotSequential", () -> send("sequential", uploadId, 2, new byte[1]));
        byte[] first = Harness.chunks().get(0);
        complete("sequential", uploadId, List.of(send("sequential", uploadId, 1, first)));
        Harness.equal(client.getObjectMetadata(bucket, "sequential").getContentMD5(), Harness.md5Base64(first));
    }

    private void location() {
        String key = "where/a b~*中.txt";
        String uploadId = initiate(key);
        String location = complete(key, uploadId, List.of(send(key, uploadId, 1, new byte[1]))).getLocation();
        Harness.equal(location.substring(location.lastIndexOf('/') + 1), "where%2Fa%20b%7E%2A%E4%B8%AD.txt");
    }

    private void resumable() throws Throwable {
        Path file = Harness.dataFile();
        UploadFileRequest request = new UploadFileRequest(bucket, "resumed");
        request.setUploadFile(file.toString());
        request.setPartSize(Harness.PART);
        request.setTaskNum(3);
        request.setEnableCheckpoint(true);
        request.setCheckpointFile(file + ".checkpoint");
        partsSent.set(0);
        cutAfter = 4;
        try {
            client.uploadFile(request);
            throw new AssertionError("the upload was not interrupted");
        } catch (ClientException expected) {
            cutAfter = UNCUT;
        }
        partsSent.set(0);
        client.uploadFile(request);
        Harness.equal(partsSent.get(), Harness.chunks().size() - 4);
        Harness.equal(Harness.md5Hex(Harness.bytes(client.getObject(bucket, "resumed").getObjectContent())), Harness.md5Hex(Harness.DATA));
    }

    private void copies() throws Throwable {
        put("source", Harness.DATA);
        Harness.equal(client.copyObject(bucket, "source", bucket, "copied").getETag(), Harness.md5Hex(Harness.DATA));
        String uploadId = initiate("joined");
        List<PartETag> parts = new ArrayList<>();
        for (long start = 0; start < Harness.DATA.length; start += 4 * Harness.PART) {
            long size = Math.min(4 * Harness.PART, Harness.DATA.length - start);
            UploadPartCopyRequest request = new UploadPartCopyRequest(bucket, "source", bucket, "joined");
            request.setUploadId(uploadId);
            request.setPartNumber(parts.size() + 1);
            request.setBeginIndex(start);
            request.setPartSize(size);
            parts.add(client.uploadPartCopy(request).getPartETag());
        }
        complete("joined", uploadId, parts);
        Harness.equal(Harness.md5Hex(Harness.bytes(client.getObject(bucket, "joined").getObjectContent())), Harness.md5Hex(Harness.DATA));
    }

    private void listParts() throws Throwable {
        Map<String, String> ids = new TreeMap<>();
        for (String key : List.of("up/a", "up/b", "up/c d")) {
            ids.put(key, initiate(key));
        }
        for (int number : new int[] {1, 2, 5, 9}) {
            send("up/a", ids.get("up/a"), number, Harness.chunks().get(number - 1));
        }
        List<Integer> numbers = new ArrayList<>();
        ListPartsRequest request = new ListPartsRequest(bucket, "up/a", ids.get("up/a"));
        request.setMaxParts(3);
        PartListing page;
        do {
            page = client.listParts(request);
            for (PartSummary part : page.getParts()) {
                Harness.equal(part.getETag(), Harness.md5Hex(Harness.chunks().get(part.getPartNumber() - 1)));
                numbers.add(part.getPartNumber());
            }
            request.setPartNumberMarker(page.getNextPartNumberMarker());
        } while (page.isTruncated());
        Harness.equal(numbers, List.of(1, 2, 5, 9));
        Map<String, String> found = new TreeMap<>();
        ListMultipartUploadsRequest listing = new ListMultipartUploadsRequest(bucket);
        listing.setPrefix("up/");
        listing.setMaxUploads(1);
        MultipartUploadListing uploads;
        do {
            uploads = client.listMultipartUploads(listing);
            uploads.getMultipartUploads().forEach(upload -> found.put(upload.getKey(), upload.getUploadId()));
            listing.setKeyMarker(uploads.getNextKeyMarker());
            listing.setUploadIdMarker(uploads.getNextUploadIdMarker());
        } while (uploads.isTruncated());
        Harness.equal(found, ids);
        for (Map.Entry<String, String> upload : ids.entrySet()) {
            AbortMultipartUploadRequest abort = new AbortMultipartUploadRequest(bucket, upload.getKey(), upload.getValue());
            client.abortMultipartUpload(abort);
            Harness.refused("NoSuchUpload", () -> client.abortMultipartUpload(abort));
        }
    }

    private void refusals() throws Throwable {
        String uploadId = initiate("refused");
        byte[] first = Harness.chunks().get(0);
        PartETag small = send("refused", uploadId, 1, new byte[1]);
        PartETag large = send("refused", uploadId, 2, first);
        PartETag last = send("refused", uploadId, 3, new byte[3]);
        Harness.refused("EntityTooSmall", () -> complete("refused", uploadId, List.of(small, large, last)));
        Harness.refused("InvalidPart", () -> complete("refused", uploadId, List.of(large, new PartETag(4, last.getETag()))));
        complete("refused", uploadId, List.of(large, last)); // part 1 is left out
        Harness.equal(client.getObjectMetadata(bucket, "refused").getContentLength(), Harness.PART + 3L);
        Harness.refused("NoSuchUpload", () -> send("refused", uploadId, 1, new byte[1]));
    }

    private void deleteBucket() throws Throwable {
        String uploadId = initiate("open");
        Harness.refused("BucketNotEmpty", () -> client.deleteBucket(bucket));
        List<String> keys = keysOf(client.listObjects(new ListObjectsRequest(bucket).withMaxKeys(1000)).getObjectSummaries());
        client.deleteObjects(new DeleteObjectsRequest(bucket).withKeys(keys).withQuiet(true));
        Harness.refused("BucketNotEmpty", () -> client.deleteBucket(bucket));
        client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, "open", uploadId));
        client.deleteBucket(bucket);
        Harness.equal(client.doesBucketExist(bucket), false);
    }

    /** The options of the published multipart sample. */
    private static ObjectMetadata sampleMetadata() {
        ObjectMetadata metadata = new ObjectMetadata();
        Harness.sampleHeaders().forEach(metadata::setHeader);
        metadata.setHeader(OSSHeaders.OSS_TAGGING, "a:1");
        metadata.addUserMetadata("people", "test");
        return metadata;
    }

    private void checkHead(String key, String etag, String objectType) {
        ObjectMetadata head = client.getObjectMetadata(bucket, key);
        Harness.sampleHeaders().forEach((name, value) -> Harness.equal(name + ": " + head.getRawMetadata().get(name), name + ": " + value));
        Harness.equal(List.of(head.getETag(), head.getObjectType(), head.getUserMetadata().get("people"), head.getRawMetadata().get("x-oss-tagging-count").toString()),
                List.of(etag, objectType, "test", "1"));
    }

    void put(String key, byte[] content) {
        client.putObject(bucket, key, new ByteArrayInputStream(content));
    }

    String read(String key) throws Exception {
        return Harness.text(client.getObject(bucket, key).getObjectContent());
    }

    String initiate(String key) {
        return client.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, key)).getUploadId();
    }

    PartETag send(String key, String uploadId, int number, byte[] part) {
        PartETag sent = client.uploadPart(new UploadPartRequest(bucket, key, uploadId, number, new ByteArrayInputStream(part), part.length)).getPartETag();
        Harness.equal(sent.getETag(), Harness.md5Hex(part));
        return sent;
    }

    CompleteMultipartUploadResult complete(String key, String uploadId, List<PartETag> parts) {
        return client.completeMultipartUpload(new CompleteMultipartUploadRequest(bucket, key, uploadId, new ArrayList<>(parts)));
    }

    private static List<String> keysOf(List<OSSObjectSummary> objects) {
        return objects.stream().map(OSSObjectSummary::getKey).collect(toList());
    }
}
